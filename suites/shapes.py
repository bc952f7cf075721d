"""The shape of a JSON value: what those have in common that differ in ids, texts and numbers alone."""

from collections.abc import Hashable
from functools import cache

from spec.elements import sendable, showable
from suites.moments import Moment, moment

DEEPEST = 6
"""Levels of a value that are looked into; the contract has no more."""
MOST_PARTS = 200
"""Fields of an object, and different entries of a list, beyond which a value is like no other."""


def shape_of(value: object, levels: int = DEEPEST) -> Hashable:
    """Return what is equal for values with the same fields, of the same kinds, and the same words of the contract.

    The order and the number of the entries of a list are no part of it.
    """
    kind = type(value)
    if kind is str:
        return value if value in _words() else Moment if value[4:5] == "-" and moment(value) else kind
    if kind is dict and levels:
        return object() if len(value) > MOST_PARTS else (*value, *[shape_of(part, levels - 1) for part in value.values()])
    if kind is list and levels:
        parts = frozenset([shape_of(part, levels - 1) for part in value])
        return object() if len(parts) > MOST_PARTS else parts
    return kind


@cache
def _words() -> frozenset[str]:
    return frozenset(element.partition("=")[2] for element in sendable() | showable() if "=" in element)
