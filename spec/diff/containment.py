"""Whether a schema lets through all that another one does: jsonschema-rs is asked."""

from typing import Any, Literal

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Containment

from spec.diff.document import Document

Relation = Literal["same", "narrowed", "widened", "replaced"]


def relation(old: Document, before: dict[str, Any], new: Document, after: dict[str, Any]) -> Relation:
    """How the values that a schema lets through became others; `replaced` also where nobody can tell."""
    try:
        earlier, later = _canonical(old, before), _canonical(new, after)
    except (CanonicalizationError, ValueError):
        return "same" if before == after else "replaced"
    is_wider, is_narrower = later.covers(earlier) == Containment.YES, earlier.covers(later) == Containment.YES
    if is_wider and is_narrower:
        return "same"
    return "widened" if is_wider else "narrowed" if is_narrower else "replaced"


def _canonical(document: Document, schema: dict[str, Any]) -> jsonschema_rs.CanonicalSchema:
    whole = {**{key: value for key, value in document.raw.items() if key in ("components", "$defs")}, **schema}
    return jsonschema_rs.canonicalize(whole, draft=jsonschema_rs.Draft202012)
