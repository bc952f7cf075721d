"""What breaks is what lets a value through no more, as a validator has it: every schema against every other."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.diff.document import Unasked
from spec.diff.loading import as_document
from spec.diff.model import merged
from spec.diff.operations import Comparison
from spec.diff.source import NotPlain, plain

SCHEMAS: list[Any] = [
    {},
    {"type": "string"},
    {"type": "integer"},
    {"type": "boolean"},
    {"type": ["string", "null"]},
    {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "string", "maxLength": 1}]},
    {"anyOf": [{"const": "a"}, {"type": "string", "minLength": 3}]},
    {"type": "string", "minLength": 1},
    {"allOf": [{"type": "string"}, {"maxLength": 3}]},
    {"type": "integer", "minimum": 2},
    {"enum": ["a", "b"]},
    {"enum": ["a", "b"], "pattern": "^a"},
    {"type": ["string", "null"], "enum": ["a", None]},
    {"type": "string", "enum": ["abc"], "anyOf": [{"minLength": 3}, {"type": "integer"}]},
    {"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "abc"]}]},
    {"type": "integer", "enum": [1, 2]},
    {"enum": [1.0, 2, 3], "maximum": 2},
    {"enum": ["1", "2"]},
    {"const": True},
    {"enum": ["a", 1, True, None]},
    {"type": "array", "items": {"type": "integer"}},
    {"type": ["integer", "array"], "items": {"type": "integer"}},
    False,
]
OF_BODIES: list[Any] = [
    *SCHEMAS,
    {"type": "array"},
    {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
    {"type": "array", "items": False},
    {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {"type": "object", "patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": False},
    {"type": "number", "multipleOf": 1},
    {"not": {"type": "null"}},
    {"if": {"type": "null"}, "then": False},
]
SCALARS = [
    "",
    "a",
    "b",
    "c",
    "ab",
    "abc",
    "abcd",
    "1",
    "2",
    "-3",
    "true",
    "false",
    -3,
    1,
    2,
    3,
    10**20,
    1.5,
    True,
    False,
]
VALUES = [*SCALARS, None, [], [1], ["a"], [1, 1], [1.5], [None], {}, {"a": 1}, {"a": "a"}, {"b": "a"}]


def document(side: str, schema: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object", "properties": {"f": schema}}}}
    operation: dict[str, Any] = {"responses": {}}
    if side == "request":
        operation["requestBody"] = {"content": content}
    elif side == "answer":
        operation["responses"] = {"200": {"content": content}}
    else:
        operation["parameters"] = [{"name": "f", "in": "query", "schema": schema}]
    return {"openapi": "3.1.0", "paths": {"/things": {"post": operation}}}


def breaks(old: Any, new: Any) -> bool:
    changes = merged(Comparison(*(as_document("", plain(json.dumps(one))) for one in (old, new))).findings())
    return any(change.breaks for change in changes)


def passing(schema: Any) -> Callable[[Any], bool]:
    return jsonschema_rs.Draft202012Validator(schema).is_valid


def is_read(is_passing: Callable[[Any], bool], text: str) -> bool:
    """Whether somebody who reads a text reads it as a value that passes, alone or as the entry of a list."""
    meant: list[Any] = [text]
    if text in ("true", "false") or text.lstrip("-").replace(".", "", 1).isdecimal():
        meant.append(json.loads(text))
    return any(is_passing(one) or is_passing([one]) for one in meant)


def lost(old: Any, new: Any) -> Iterator[Any]:
    """The values that an old schema admits and a new one does not."""
    was, is_ = passing(old), passing(new)
    return (value for value in VALUES if was(value) and not is_(value))


def lost_texts(old: Any, new: Any) -> Iterator[Any]:
    was, is_ = passing(old), passing(new)
    texts = [value if isinstance(value, str) else json.dumps(value) for value in SCALARS if was(value)]
    yield from (text for text in texts if not is_read(is_, text))
    yield from (value for value in (None, {}, {"a": 1}, [], [1, 2]) if was(value) and not is_(value))


@pytest.mark.parametrize("old", OF_BODIES, ids=str)
def test_what_breaks_callers_is_what_is_refused_now(old: Any) -> None:
    for new in OF_BODIES:
        refused = list(lost(old, new))
        assert breaks(document("request", old), document("request", new)) == bool(refused), (new, refused)


@pytest.mark.parametrize("new", OF_BODIES, ids=str)
def test_what_breaks_answers_is_what_was_not_described(new: Any) -> None:
    for old in OF_BODIES:
        unknown = list(lost(new, old))
        assert breaks(document("answer", old), document("answer", new)) == bool(unknown), (old, unknown)


@pytest.mark.parametrize("old", SCHEMAS, ids=str)
def test_what_breaks_who_writes_texts_is_what_cannot_be_read_now(old: Any) -> None:
    for new in SCHEMAS:
        refused = list(lost_texts(old, new))
        assert breaks(document("query", old), document("query", new)) == bool(refused), (new, refused)


# --- whatever a document is ---

WHOLE: dict[str, Any] = {
    "openapi": "3.1.0",
    "security": [{"key": []}],
    "paths": {
        "/things/{id}": {
            "parameters": [
                {"$ref": "#/components/parameters/P"},
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            ],
            "post": {
                "operationId": "act",
                "callbacks": {"done": {"{$url}": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}}}},
                "requestBody": {"$ref": "#/components/requestBodies/B"},
                "responses": {"200": {"$ref": "#/components/responses/R"}, "4XX": {"content": {"*/*": {}}}},
            },
        }
    },
    "webhooks": {"moved": {"post": {"security": [{"key": []}], "parameters": [{"$ref": "#/components/parameters/P"}]}}},
    "components": {
        "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "array", "items": {"minimum": 3}}}},
        "requestBodies": {"B": {"content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/A"}}}}},
        "responses": {"R": {"headers": {"X-C": {"$ref": "#/components/headers/H"}}, "content": {"a/b": {}}}},
        "headers": {"H": {"required": True, "schema": {"type": "integer"}}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "K"}},
        "schemas": {
            "A": {
                "required": ["k"],
                "properties": {"k": {"enum": ["x", "y"], "minLength": 1}, "self": {"$ref": "#/components/schemas/A"}},
                "additionalProperties": {"oneOf": [{"$ref": "#/components/schemas/C"}, {"type": "null"}, True]},
            },
            "C": {"allOf": [{"$ref": "#/components/schemas/A"}], "not": {"const": 1}, "nullable": True},
        },
    },
}
JUNK: list[Any] = [
    None,
    [],
    {},
    "x",
    1,
    True,
    {"$ref": "#/components/schemas/A"},
    {"$ref": "#/components/parameters/P"},
    {"$ref": "#/nowhere"},
    {"$ref": "other.yaml"},
    {"$ref": "#"},
    {"$ref": 1},
    [None],
    {"x-a": 1},
    {"enum": []},
    {"enum": [1, None, {"a": 1}, [1]]},
    {"type": []},
    {"pattern": "["},
    {"anyOf": [{"type": "null"}]},
    {"allOf": [False]},
    "\ud800",
    float("nan"),
    10**400,
]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*place, key))


def replaced(value: Any, place: tuple[Any, ...], junk: Any) -> Any:
    if not place:
        return junk
    parts = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    made = [(key, replaced(part, place[1:], junk) if key == place[0] else part) for key, part in parts]
    return dict(made) if isinstance(value, dict) else [part for _, part in made]


def renamed(value: Any, place: tuple[Any, ...], name: str) -> Any:
    """A value in which the last key of a place is another."""
    if isinstance(value, list):
        return [renamed(part, place[1:], name) if index == place[0] else part for index, part in enumerate(value)]
    if len(place) == 1:
        return {name if key == place[0] else key: part for key, part in value.items()}
    return {key: renamed(part, place[1:], name) if key == place[0] else part for key, part in value.items()}


@pytest.mark.parametrize("name", ["", "$ref"])
def test_whatever_a_key_is_called_is_compared_or_refused(name: str) -> None:
    for place in places(WHOLE):
        if isinstance(place[-1], str):
            with suppress(Unasked, NotPlain):
                breaks(WHOLE, renamed(WHOLE, place, name))


@settings(derandomize=True, deadline=None, max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(places(WHOLE))), st.sampled_from(JUNK), st.booleans())
def test_whatever_stands_in_a_place_is_compared_or_refused(place: tuple[Any, ...], junk: Any, back: bool) -> None:
    pair = [WHOLE, replaced(WHOLE, place, junk)]
    if back:
        pair.reverse()
    with suppress(Unasked, NotPlain):
        breaks(*pair)
