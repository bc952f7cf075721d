"""Whether a schema admits a value, or all that another one does: jsonschema-rs is asked."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Containment, Satisfiability

from spec.diff.document import Document, Node, Schema

Relation = Literal["same", "narrowed", "widened", "replaced"]
_DRAFT = jsonschema_rs.Draft202012
_UNDECIDED = (CanonicalizationError, jsonschema_rs.ReferencingError, ValueError)


def relation(old: Document, before: dict[str, Any], new: Document, after: dict[str, Any]) -> Relation:
    """How the values that a schema admits became others; `replaced` also where nobody can tell."""
    try:
        earlier, later = _canonical(old, before), _canonical(new, after)
        is_wider, is_narrower = later.covers(earlier), earlier.covers(later)
    except _UNDECIDED:
        return "same" if before == after else "replaced"
    return judged(is_wider == Containment.YES, is_narrower == Containment.YES)


def are_apart(document: Document, schemas: Iterable[Schema]) -> bool:
    """Whether surely no value keeps all schemas."""
    try:
        return _canonical(document, together(schemas)).satisfiability() == Satisfiability.NO
    except _UNDECIDED:
        return False


def have_in_common(old: Document, before: dict[str, Any], new: Document, after: dict[str, Any]) -> bool:
    """Whether some value surely keeps both schemas."""
    try:
        common = _canonical(old, before).intersect(_canonical(new, after))
        return common.satisfiability() == Satisfiability.YES
    except _UNDECIDED:
        return False


def judged(is_wider: bool, is_narrower: bool) -> Relation:
    """Return how the admitted values changed, when all of the old still is, and when all of the new was already."""
    if is_wider and is_narrower:
        return "same"
    return "widened" if is_wider else "narrowed" if is_narrower else "replaced"


def together(schemas: Iterable[Schema]) -> dict[str, Any]:
    """Return one schema that is kept by what keeps all of several."""
    return {"allOf": [True, *schemas]}


def passing(document: Document, node: Node) -> Callable[[Any], bool]:
    """Return a check of whether a value keeps all schemas of a node; all do where nobody can tell."""
    try:
        return jsonschema_rs.Draft202012Validator(_whole(document, together(node))).is_valid
    except (jsonschema_rs.ReferencingError, ValueError):
        return lambda _: True


def _canonical(document: Document, schema: dict[str, Any]) -> jsonschema_rs.CanonicalSchema:
    return jsonschema_rs.canonicalize(_whole(document, schema), draft=_DRAFT)


def _whole(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with all that it can refer to."""
    return {**{key: value for key, value in document.raw.items() if isinstance(value, dict)}, **schema}
