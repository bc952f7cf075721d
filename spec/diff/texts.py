"""Values that are written as text: in a query, a path, a header, a cookie or a field of a form.

There `1` and `"1"` are the same, and whoever takes any text takes any number.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from spec.diff.containment import passing
from spec.diff.document import Document, Node
from spec.diff.rules import Side
from spec.diff.shapes import Shape, shape, told

_SCALARS: Final = {"boolean", "fraction", "integer", "string"}
_LITERAL: Final = re.compile(r"true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_OF_NUMBERS: Final = {"int32", "int64", "float", "double"}
_NOT_OF_TEXTS: Final = {
    "contains", "dependentRequired", "dependentSchemas", "exclusiveMaximum", "exclusiveMinimum", "maxContains",
    "maxItems", "maxProperties", "maximum", "minContains", "minItems", "minProperties", "minimum", "multipleOf",
    "patternProperties", "prefixItems", "propertyNames", "unevaluatedItems", "uniqueItems",
}  # fmt: skip
"""Limits that let every text through."""


def as_text(value: str) -> str:
    """A value, told in JSON, as it is told when it was written as text."""
    return value if value[:1] in ('"', "[", "{") else told(value)


def reading(document: Document, node: Node) -> Callable[[str], bool]:
    """What tells whether a value, told in JSON, is read by a node when it was written as text."""
    is_passing = passing(document, node)

    def reads(value: str) -> bool:
        text: Any = json.loads(as_text(value))
        meant = [text]
        if isinstance(text, str) and _LITERAL.fullmatch(text):
            meant.append(json.loads(text))
        return any(is_passing(one) or is_passing([one]) for one in meant)

    return reads


def takes(document: Document, node: Node, side: Side, kind: str) -> bool:
    """Whether a node that does not have a type takes all of its values as texts, or as the one entry of a list."""
    made = shape(document, node, side)
    if kind == "boolean":
        return all(map(reading(document, node), ("true", "false")))
    if kind not in _SCALARS or made.values is not None:
        return False
    if made.alternatives:
        return not made.limits and any(takes(document, (one,), side, kind) for one in made.alternatives)
    if "string" in made.types:
        return kind != "string" and made.forms <= _OF_NUMBERS and all(map(_lets_numbers_through, made.limits))
    entries = shape(document, made.items, side)
    return (
        "array" in made.types
        and all(map(_lets_one_entry_through, made.limits))
        and not entries.alternatives
        and (kind in entries.types or takes(document, made.items, side, kind))
    )


def is_taken(sent: Shape, document: Document, node: Node, side: Side) -> bool:
    """Whether a node takes, as texts, all values of a shape that has no alternatives."""
    if sent.values is not None:
        return all(map(reading(document, node), sent.values))
    return not sent.alternatives and all(takes(document, node, side, kind) for kind in sent.types)


def _lets_numbers_through(limits: dict[str, Any]) -> bool:
    return all(key in _NOT_OF_TEXTS or (key == "minLength" and value <= 1) for key, value in limits.items())


def _lets_one_entry_through(limits: dict[str, Any]) -> bool:
    """Whether a list of one entry keeps the limits of a list."""
    least, most = limits.get("minItems", 0), limits.get("maxItems", 1)
    return bool(limits.keys() <= {"minItems", "maxItems", "uniqueItems"} and least <= 1 <= most)
