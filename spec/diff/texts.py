"""Values that are written as text: in a query, a path, a header, a cookie or a field of a form.

There `1` and `"1"` are the same, and whoever takes any text takes any number.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from spec.diff.containment import passing
from spec.diff.document import Document, Node
from spec.diff.rules import Side
from spec.diff.shapes import Shape, as_json, shape

_LITERAL: Final = re.compile(r"true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WHOLE: Final = (0, 1, -1, 7, 10, -10, 42, 100, 255, 1000, 65_536, 2**31 - 1, -(2**31), 2**53, 10**20)
_BROKEN: Final = (0.5, -0.5, 1.25, 99.99, -1000.001, 1e-7, 1.5e300)
_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_OF_NUMBERS: Final = {"int32", "int64", "float", "double"}


def as_text(value: str) -> str:
    """Return a value, given as JSON, as the JSON of what it reads as when it is sent as text."""
    return value if value[:1] in ('"', "[", "{") else as_json(value)


def reading(document: Document, node: Node) -> Callable[[str], bool]:
    """Return a check of whether a value, given as JSON, is read by a node when it is sent as text."""
    is_passing = passing(document, node)

    def reads(value: str) -> bool:
        text: Any = json.loads(as_text(value))
        meant = [text]
        if isinstance(text, str) and _LITERAL.fullmatch(text):
            meant.append(json.loads(text))
        return any(is_passing(one) or is_passing([one]) for one in meant)

    return reads


def is_taken(kind: str, sent: tuple[Document, Node], read: tuple[Document, Node], side: Side) -> bool:
    """Whether all values of a type that one node sends are read by another, as texts or as the one entry of a list.

    A pattern is asked about a handful of numbers, for nobody can ask it about all.
    """
    taking = shape(*read, side)
    if kind == "string":
        return _takes_texts(read, side)
    if kind not in ("boolean", "fraction", "integer") or not taking.forms <= _OF_NUMBERS:
        return False
    is_sent = passing(*sent)
    tried = [as_json(one) for one in _examples(kind, shape(*sent, side)) if is_sent(one)]
    return bool(tried) and all(map(reading(*read), tried))


def are_taken(sent: tuple[Document, Node], read: tuple[Document, Node], side: Side) -> bool:
    """Whether all values that one node sends are read by another as texts."""
    sending = shape(*sent, side)
    if sending.values is not None:
        return all(map(reading(*read), sending.values))
    return not sending.alternatives and all(is_taken(kind, sent, read, side) for kind in sending.types)


def _takes_texts(read: tuple[Document, Node], side: Side) -> bool:
    """Whether a list takes any text as its one entry; the entries themselves are compared elsewhere."""
    taking = shape(*read, side)
    limits = {key: value for limits in taking.limits for key, value in limits.items()}
    is_for_one = limits.keys() <= {"minItems", "maxItems", "uniqueItems"}
    is_for_one = is_for_one and limits.get("minItems", 0) <= 1 <= limits.get("maxItems", 1)
    entries = shape(read[0], taking.items, side)
    return (
        "array" in taking.types
        and not taking.alternatives
        and is_for_one
        and "string" in entries.types
        and not entries.alternatives
    )


def _examples(kind: str, sending: Shape) -> Iterator[Any]:
    """Values of a type, among them those around the limits of a shape."""
    if kind == "boolean":
        yield from (True, False)
        return
    yield from _WHOLE if kind == "integer" else _BROKEN
    for limits in sending.limits:
        for bound in (limits[key] for key in _BOUNDS if key in limits):
            yield from (bound, bound - 1, bound + 1) if kind == "integer" else (bound + 0.5, bound - 0.5)
