"""A document that is compared, and what its references lead to."""

from typing import Any, Final
from urllib.parse import unquote

from spec.usage import WrongUsage

Schema = dict[str, Any] | bool
Node = tuple[Schema, ...]
"""What a value has to keep: each of these schemas; the empty tuple lets everything pass."""

MAPS_OF_SCHEMAS: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords of a schema whose keys are names."""
VALUES: Final = frozenset({"const", "default", "dependentRequired", "discriminator", "enum", "example", "examples"})
"""Keywords of a schema with no schema in them."""


class Unasked(WrongUsage):
    """The question could not be asked; the message is a sentence that says why and what to do."""


class Document:
    """An OpenAPI document; `name` is what its user calls it."""

    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        self.name = name
        self.raw: dict[str, Any] = _with_null(raw)
        self.shapes: dict[tuple[object, ...], Any] = {}
        """What `spec.diff.shapes` has made of nodes of it."""

    def at(self, reference: str) -> Any:
        """Return what a reference within the document leads to. Raises `Unasked` when it leads nowhere."""
        if not reference.startswith("#/"):
            raise Unasked(f"refers to {reference}, outside of itself: bundle it into one document")
        found: Any = self.raw
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Unasked(f"refers to {reference}, which is not there") from None
        return found

    def resolved(self, entry: Any) -> Any:
        """Return the parameter, answer, path, body or schema that an entry is or refers to."""
        passed = set()
        while isinstance(entry, dict) and isinstance(reference := entry.get("$ref"), str):
            if reference in passed:
                raise Unasked(f"refers to {reference} in a circle")
            passed.add(reference)
            entry = self.at(reference)
        return entry


def _with_null(value: Any) -> Any:
    """Return a document that says null as 3.1 does, also where it says so as 3.0 did."""
    if isinstance(value, list):
        return [_with_null(part) for part in value]
    if not isinstance(value, dict):
        return value
    made = {key: _with_null(part) for key, part in value.items()}
    if made.get("nullable") is True and isinstance(types := made.get("type"), str | list):
        made["type"] = [*([types] if isinstance(types, str) else types), "null"]
    return made


def without_extensions(schema: Any) -> Any:
    """Return a schema, or several, without the keys that are nobody's business but their writer's."""
    if isinstance(schema, list):
        return [without_extensions(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: part
        if key in VALUES
        else {name: without_extensions(inner) for name, inner in part.items()}
        if key in MAPS_OF_SCHEMAS and isinstance(part, dict)
        else without_extensions(part)
        for key, part in named(schema).items()
    }


def named(entries: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a map without its extensions, which say nothing of what goes over the wire."""
    return {name: entry for name, entry in entries.items() if not name.startswith("x-")}
