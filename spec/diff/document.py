"""A document that is compared, and what its references lead to."""

from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any] | bool
Node = tuple[Schema, ...]
"""What a value has to keep: each of these schemas; the empty tuple lets everything pass."""


class Unasked(ValueError):
    """The question could not be asked; the message is a sentence that says why and what to do."""


class Document:
    """An OpenAPI document; `name` is what its user calls it."""

    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        self.name = name
        self.raw = raw

    def at(self, reference: str) -> Any:
        """What a reference within the document leads to. Raises `Unasked` when it leads nowhere."""
        if not reference.startswith("#/"):
            raise Unasked(f"{self.name} refers to {reference}, outside of itself: bundle it into one document.")
        found: Any = self.raw
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Unasked(f"{self.name} refers to {reference}, which it does not have: mend it first.") from None
        return found

    def resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        """The parameter, answer, path or body that an entry is or refers to."""
        passed = set()
        while "$ref" in entry:
            if entry["$ref"] in passed:
                raise Unasked(f"{self.name} refers to {entry['$ref']} in a circle: mend it first.")
            passed.add(entry["$ref"])
            entry = self.at(entry["$ref"])
        return entry
