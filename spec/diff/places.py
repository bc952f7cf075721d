"""The places of a document that are not as they have to be, each with what is wrong there."""

import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from spec.diff.document import MAPS_OF_SCHEMAS, VALUES, Document, Unasked
from spec.text import shortened_in_middle
from spec.yaml_files import read_yaml

_FORM: Final = Path(__file__).with_name("document.schema.yaml")
_KINDS: Final = "#/$defs/"
_MESSAGE_LIMIT: Final = 200

Place = tuple[str, ...]


def objections(document: Document) -> list[str]:
    """Return what is wrong in a document, place by place: first what has the wrong form, then what leads nowhere."""
    found = [(_plain(error.instance_path), error.message) for error in _validator("").iter_errors(document.raw)]
    found += _lost(document, {place for place, _ in found})
    return [f"{'/'.join(place) or 'its top'}: {_short(message)}" for place, message in dict.fromkeys(found)]


def _lost(document: Document, wrong: set[Place]) -> Iterator[tuple[Place, str]]:
    """Yield the places that refer to what is not there, or is of another kind and not `wrong` in itself."""
    left = deque(_referring(_form(), document.raw, "", ()))
    fits: dict[tuple[str, str], bool] = {}
    while left:
        place, kind, reference = left.popleft()
        try:
            target = document.resolved({"$ref": reference})
        except Unasked as reason:
            yield place, str(reason)
            continue
        own = tuple(reference[2:].split("/"))
        if (kind, reference) not in fits:
            fits[kind, reference] = _validator(kind).is_valid(target)
            if fits[kind, reference]:
                # What is referred to may stand where nobody has looked yet.
                left += _referring({"$ref": f"{_KINDS}{kind}"}, target, "", own)
        if not fits[kind, reference] and not any(one[: len(own)] == own for one in wrong):
            yield place, f"refers to {reference}, which is not a valid {kind}"


def _referring(form: Any, value: Any, kind: str, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Yield the places within a value that refer to another, each with its kind and its reference."""
    if kind == "schema":
        yield from _referring_schemas(value, place)
        return
    if "$ref" in form:
        kind = form["$ref"].rpartition("/")[2]
        yield from _referring(_form()["$defs"][kind] if kind != "schema" else {}, value, kind, place)
        return
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from _referring(form.get("items", {}), part, "", (*place, str(index)))
    elif isinstance(value, dict):
        if "$ref" in form.get("properties", {}) and isinstance(value.get("$ref"), str):
            yield place, kind, value["$ref"]
        for key, part in value.items():
            if isinstance(inner := _inner(form, key), dict):
                yield from _referring(inner, part, "", (*place, key))


def _inner(form: dict[str, Any], key: str) -> Any:
    if key in form.get("properties", {}):
        return form["properties"][key]
    for pattern, inner in form.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return inner
    return form.get("additionalProperties")


def _referring_schemas(schema: Any, place: Place) -> Iterator[tuple[Place, str, str]]:
    if isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from _referring_schemas(part, (*place, str(index)))
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield place, "schema", schema["$ref"]
        for key, part in schema.items():
            if key in MAPS_OF_SCHEMAS and isinstance(part, dict):
                for name, inner in part.items():
                    yield from _referring_schemas(inner, (*place, key, name))
            elif key not in VALUES and not key.startswith("x-"):
                yield from _referring_schemas(part, (*place, key))


def _plain(path: Any) -> Place:
    return tuple(map(str, path))


def _short(message: str) -> str:
    return shortened_in_middle(" ".join(message.split()), _MESSAGE_LIMIT)


@cache
def _form() -> dict[str, Any]:
    return read_yaml(_FORM)


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """Return a check of whether a value is of a kind; "" is the whole document."""
    whole = {"$ref": f"{_KINDS}{kind}", "$defs": _form()["$defs"]} if kind else _form()
    return jsonschema_rs.Draft202012Validator(whole)
