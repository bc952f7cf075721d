"""What holds of every comparison: nothing changes by itself or by being put in other words, and each change is seen."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.diff.document import Document
from spec.diff.model import Change, merged
from spec.diff.operations import Comparison
from spec.elements import elements, parameters_of, sendable, showable
from spec.openapi import document, operations

REFERENCE = "#/components/schemas/"
NAMES = ("Sent", "Read", "Shared", "Other")
tried = settings(derandomize=True, deadline=None, max_examples=25, database=None)


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    return merged(Comparison(Document("old", old), Document("new", new)).findings())


# --- documents ---


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"{REFERENCE}{name}"}


LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 1, "format": "date-time"},
        {"type": ["integer", "null"], "minimum": 0},
        {"type": "number", "default": 1.5},
        {"type": "boolean", "deprecated": True},
        {},
        {"const": "x"},
        {"enum": ["x", "y", None]},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": ["string", "array"], "items": {"type": "integer"}},
    ]
)
REFERENCES = st.sampled_from(NAMES).map(reference)


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    tagged = st.tuples(inner, inner).map(
        lambda pair: {
            "oneOf": [
                {"type": "object", "required": ["tag"], "properties": {"tag": {"const": tag}, "value": value}}
                for tag, value in zip("ab", pair, strict=True)
            ]
        }
    )
    return st.one_of(
        tagged,
        inner.map(lambda schema: {"type": "array", "items": schema}),
        inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]}),
        inner.map(lambda schema: {"allOf": [schema], "description": "The same."}),
        inner.map(lambda schema: {"type": "object", "properties": {"inner": schema}, "required": ["inner"]}),
    )


SCHEMAS = st.recursive(st.one_of(LEAVES, REFERENCES), composed, max_leaves=3)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    schemas = {}
    for name in NAMES:
        fields = {f"f{number}": draw(SCHEMAS) for number in range(draw(st.integers(1, 2)))}
        fields |= {"status": {"enum": ["on", "off"]}, "must": {"type": "string"}, "may": {"type": "string"}}
        schemas[name] = {"type": "object", "properties": fields, "required": ["must"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {
                "post": {
                    "operationId": "act",
                    "parameters": [
                        {"name": "a", "in": "query", "schema": draw(LEAVES)},
                        {"name": "b", "in": "query", "schema": draw(LEAVES)},
                    ],
                    "requestBody": {"content": {"application/json": {"schema": reference("Sent")}}},
                    "responses": {
                        "2XX": {"description": "Done.", "content": {"application/json": {"schema": reference("Read")}}}
                    },
                }
            }
        },
        "components": {"schemas": schemas},
    }


# --- the same in other words ---


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with each of its parts changed, the innermost first."""
    if isinstance(value, dict):
        value = {key: mapped(part, change) for key, part in value.items()}
    elif isinstance(value, list):
        value = [mapped(part, change) for part in value]
    return change(value)


def renamed(whole: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    def refer(part: Any) -> Any:
        if isinstance(part, dict) and "$ref" in part:
            return {**part, "$ref": f"{REFERENCE}{names[part['$ref'].removeprefix(REFERENCE)]}"}
        return part

    changed: dict[str, Any] = mapped(whole, refer)
    schemas = changed["components"]["schemas"]
    return {**changed, "components": {"schemas": {names[name]: schema for name, schema in schemas.items()}}}


def inlined(whole: dict[str, Any], rounds: int) -> dict[str, Any]:
    """A document whose references are replaced by what they lead to, as often as is said: circles never end."""
    schemas = whole["components"]["schemas"]

    def resolve(part: Any) -> Any:
        if isinstance(part, dict) and set(part) == {"$ref"}:
            return copy.deepcopy(schemas[part["$ref"].removeprefix(REFERENCE)])
        return part

    return whole if not rounds else inlined(mapped(whole, resolve), rounds - 1)


def reordered(whole: dict[str, Any]) -> dict[str, Any]:
    def turn(part: Any) -> Any:
        if isinstance(part, dict):
            return dict(reversed(part.items()))
        return part[::-1] if isinstance(part, list) else part

    turned: dict[str, Any] = mapped(whole, turn)
    return turned


def respelled(whole: dict[str, Any]) -> dict[str, Any]:
    """A document that says of null, and of schemas that hold at once, in another way that they do."""

    def spell(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        if isinstance(part.get("type"), list) and "null" in part["type"] and len(part["type"]) == 2:
            (other,) = set(part["type"]) - {"null"}
            return {"anyOf": [{"type": "null"}, {**part, "type": other}]}
        if isinstance(part.get("properties"), dict) and isinstance(part.get("required"), list):
            return {"allOf": [{"required": part["required"]}, {k: v for k, v in part.items() if k != "required"}]}
        return part

    spelled: dict[str, Any] = mapped(whole, spell)
    return spelled


@tried
@given(documents())
def test_nothing_changes_by_itself(whole: dict[str, Any]) -> None:
    assert changes(whole, copy.deepcopy(whole)) == []


@tried
@given(documents(), st.permutations(NAMES))
def test_new_names_of_components_are_no_change(whole: dict[str, Any], names: list[str]) -> None:
    assert changes(whole, renamed(whole, dict(zip(NAMES, names, strict=True)))) == []
    assert changes(whole, renamed(whole, {name: f"New{name}" for name in NAMES})) == []


@tried
@given(documents())
def test_schemas_in_place_of_references_are_no_change(whole: dict[str, Any]) -> None:
    assert changes(whole, inlined(whole, 1)) == []
    assert changes(inlined(whole, 1), whole) == []


@tried
@given(documents())
def test_another_order_is_no_change(whole: dict[str, Any]) -> None:
    assert changes(whole, reordered(whole)) == []


@tried
@given(documents())
def test_other_words_are_no_change(whole: dict[str, Any]) -> None:
    assert changes(whole, respelled(whole)) == []
    assert changes(respelled(whole), whole) == []


# --- each change is seen ---

Schema = dict[str, Any]


def drop(schema: Schema) -> None:
    del schema["properties"]["may"]


def add(schema: Schema) -> None:
    schema["properties"]["new"] = {"type": "string"}


def add_required(schema: Schema) -> None:
    add(schema)
    schema["required"].append("new")


def require(schema: Schema) -> None:
    schema["required"].append("may")


def release(schema: Schema) -> None:
    schema["required"].remove("must")


def allow_null(schema: Schema) -> None:
    schema["properties"]["may"] = {"anyOf": [schema["properties"]["may"], {"type": "null"}]}


def allow_value(schema: Schema) -> None:
    schema["properties"]["status"]["enum"].append("new")


def forbid_value(schema: Schema) -> None:
    schema["properties"]["status"]["enum"].remove("off")


def shorten(schema: Schema) -> None:
    schema["properties"]["may"]["maxLength"] = 9


def retype(schema: Schema) -> None:
    schema["properties"]["may"] = {"type": "boolean"}


def close(schema: Schema) -> None:
    schema["additionalProperties"] = False


MUTATIONS: dict[Callable[[Schema], None], tuple[str, str, str]] = {
    drop: (".may", "request-field-removed", "answer-field-removed"),
    add: (".new", "request-field-added-optional", "answer-field-added"),
    add_required: (".new", "request-field-added-required", "answer-field-added"),
    require: (".may", "request-field-now-required", "answer-field-now-required"),
    release: (".must", "request-field-now-optional", "answer-field-now-optional"),
    allow_null: (".may", "request-null-accepted", "answer-null-possible"),
    allow_value: (".status=new", "request-value-added", "answer-value-added"),
    forbid_value: (".status=off", "request-value-removed", "answer-value-removed"),
    shorten: (".may", "request-narrowed", "answer-narrowed"),
    retype: (".may", "request-replaced", "answer-replaced"),
    close: ("", "request-narrowed", "answer-narrowed"),
}


def reached(whole: dict[str, Any], root: str) -> set[str]:
    """The components that a component leads to, itself among them."""
    schemas, found, left = whole["components"]["schemas"], set(), [root]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += references(schemas[name])
    return found


def references(value: Any) -> Iterator[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        if isinstance(part, str) and part.startswith(REFERENCE):
            yield part.removeprefix(REFERENCE)
        yield from references(part)


@settings(tried, max_examples=60)
@given(documents(), st.sampled_from(NAMES), st.sampled_from(list(MUTATIONS)))
def test_a_change_of_a_schema_is_seen_wherever_it_is_used(
    whole: dict[str, Any], name: str, mutate: Callable[[Schema], None]
) -> None:
    new = copy.deepcopy(whole)
    mutate(new["components"]["schemas"][name])
    place, sent, read = MUTATIONS[mutate]
    expected = {rule for rule, root in ((sent, "Sent"), (read, "Read")) if name in reached(whole, root)}
    found = changes(whole, new)
    assert [(change.where, set(change.rules)) for change in found] == ([(name + place, expected)] if expected else [])
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    back = changes(new, whole)
    assert [(change.where, mirrored[change.what]) for change in back] == [
        (change.where, change.what) for change in found
    ]
    assert [(change.after, change.before) for change in back] == [(change.before, change.after) for change in found]


# --- the contract itself ---

SCHEMA_FIELDS = [element for element in elements() if "." in element]
VALUES = [element for element in elements() if "=" in element]


def expected_rules(element: str, kind: str) -> set[str]:
    rules = {f"request-{kind}"} if element in sendable() else set()
    return rules | ({f"answer-{kind}"} if element in showable() else set())


@pytest.mark.parametrize("element", SCHEMA_FIELDS)
def test_a_field_that_leaves_the_contract_is_missed(element: str) -> None:
    new = copy.deepcopy(document())
    name, _, field = element.partition(".")
    del new["components"]["schemas"][name]["properties"][field]
    required = new["components"]["schemas"][name].get("required", [])
    if field in required:
        required.remove(field)
    gone = {change.where: set(change.rules) for change in changes(document(), new)}
    assert gone == {element: expected_rules(element, "field-removed")}


@pytest.mark.parametrize("element", VALUES)
def test_a_value_that_leaves_the_contract_is_missed(element: str) -> None:
    new = copy.deepcopy(document())
    name, _, value = element.partition("=")
    new["components"]["schemas"][name]["enum"].remove(value)
    gone = {change.where: set(change.rules) for change in changes(document(), new)}
    assert gone == {element: expected_rules(element, "value-removed")}


@pytest.mark.parametrize("element", [element for element in elements() if "?" in element])
def test_a_parameter_that_leaves_the_contract_is_missed(element: str) -> None:
    new = copy.deepcopy(document())
    id_, _, name = element.partition("?")
    operation = operations()[id_]
    entries = new["paths"][operation.template][operation.method.lower()]["parameters"]
    del entries[list(parameters_of(operation)).index(name)]
    assert {change.where: change.rules for change in changes(document(), new)} == {element: ("parameter-removed",)}
