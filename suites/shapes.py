"""The shape of a JSON value: what those have in common that differ in ids, texts and numbers alone."""

from functools import cache, lru_cache
from typing import Any

from spec.elements import sendable, showable
from suites.alike import alike
from suites.moments import Moment, moment

DEEPEST = 6
"""Levels of a value that are looked into; the contract has no more."""
MOST_PARTS = 200
"""Fields of an object, and different entries of a list, beyond which a value is like no other."""
SHAPES_REMEMBERED = 1024
"""Shapes that are known again."""
TEXTS_REMEMBERED = 4096
"""Texts of which it is remembered what they are, since ids and times come again."""


def shape_of(value: Any, levels: int = DEEPEST) -> object:
    """Return what is equal for values with the same fields, of the same kinds, and with the same words of the contract.

    It can be a key. The order and the number of the entries of a list are not part of it.
    """
    kind = type(value)
    if kind is str:
        return _of_text(value)
    if kind is dict and levels:
        shapes = [_of_text(part) if type(part) is str else shape_of(part, levels - 1) for part in value.values()]
        return (*value, *shapes) if len(shapes) <= MOST_PARTS else LikeNoOther()
    if kind is list and levels:
        different = frozenset([_of_entry(part, levels - 1) for part in value])
        return different if len(different) <= MOST_PARTS else LikeNoOther()
    return kind


def _of_entry(value: Any, levels: int) -> object:
    if type(value) is not dict or "id" not in value:
        return shape_of(value, levels)
    facts = alike(value)
    return facts.get(levels) or facts.setdefault(levels, token(shape_of(value, levels)))


@lru_cache(maxsize=SHAPES_REMEMBERED)
def token(_shape: object) -> object:
    """Return what stands for a shape, since a shape takes long to compare."""
    return object()


class LikeNoOther:
    """The shape of a value that is not compared."""


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _of_text(value: str) -> object:
    return value if value in _words() else Moment if value[4:5] == "-" and moment(value) else str


@cache
def _words() -> frozenset[str]:
    return frozenset(element.partition("=")[2] for element in sendable() | showable() if "=" in element)
