"""Each kind of change is found, reported by the right rule, and breaks whom it breaks; so is its mirror."""

import json
from typing import Any

import pytest

from spec.diff.loading import as_document
from spec.diff.model import Finding, merged
from spec.diff.operations import Comparison
from spec.diff.rules import RULES
from spec.diff.source import plain
from spec.patch import patched

Found = set[tuple[str, str]]


def findings(old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return list(Comparison(*(as_document("", plain(json.dumps(raw))) for raw in (old, new))).findings())


def found(old: dict[str, Any], new: dict[str, Any]) -> Found:
    return {(finding.where, finding.rule) for finding in findings(old, new)}


# --- schemas ---

BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {"/things/{id}": {"post": {"operationId": "act", "responses": {"2XX": {"description": "Done."}}}}},
    "components": {},
}
OTHERS: dict[str, dict[str, Any]] = {
    "A": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}}},
    "B": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "b"}}},
    "Tree": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}, "v": {"type": "string"}}},
    "Kind": {"enum": ["a", "b"]},
}
A, B = {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}
KIND = {"$ref": "#/components/schemas/Kind"}


def with_schema(side: str, schema: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    place = {"requestBody": {"content": content}} if side == "request" else {"responses": {"2XX": {"content": content}}}
    patch = {"paths": {"/things/{id}": {"post": place}}}
    return {**patched(BASE, patch), "components": {"schemas": {**OTHERS, "Thing": schema}}}


def thing(definition: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"f": definition}, **more}


def selecting(field: str = "k", **names: str) -> dict[str, Any]:
    """One of two, selected by a field."""
    mapping = {value: f"#/components/schemas/{name}" for value, name in names.items()}
    return {
        "oneOf": [A, {"$ref": "#/components/schemas/Tree"}],
        "discriminator": {"propertyName": field, "mapping": mapping},
    }


TEXT = {"type": "string"}
OR_NULL = {"type": ["string", "null"]}
NARROW = ("request-narrowed", "answer-narrowed", "request-widened", "answer-widened")
REPLACE = ("request-replaced", "answer-replaced", "request-replaced", "answer-replaced")
NO_LONGER_NULL = ("request-null-refused", "answer-null-excluded", "request-null-accepted", "answer-null-possible")
VALUE_GONE = ("request-value-removed", "answer-value-removed", "request-value-added", "answer-value-added")
FIELD_GONE = ("request-field-removed", "answer-field-removed", "request-field-added-optional", "answer-field-added")
NOW_REQUIRED = (
    "request-field-now-required",
    "answer-field-now-required",
    "request-field-now-optional",
    "answer-field-now-optional",
)
DEPRECATED = ("deprecation-changed",) * 4

SCHEMAS: dict[str, tuple[Any, Any, str, tuple[str | None, ...]]] = {
    "a field goes": (thing(TEXT), thing(TEXT, properties={}), "Thing.f", FIELD_GONE),
    "a required field goes": (
        thing(TEXT, required=["f"]),
        thing(TEXT, properties={}),
        "Thing.f",
        ("request-field-removed", "answer-field-removed", "request-field-added-required", "answer-field-added"),
    ),
    "a field is required": (thing(TEXT), thing(TEXT, required=["f"]), "Thing.f", NOW_REQUIRED),
    "a field is required by allOf": (
        thing(TEXT),
        {"allOf": [thing(TEXT), {"required": ["f"]}]},
        "Thing.f",
        NOW_REQUIRED,
    ),
    "null goes from a type list": (thing({"type": ["string", "null"]}), thing(TEXT), "Thing.f", NO_LONGER_NULL),
    "null goes from alternatives": (thing({"anyOf": [A, {"type": "null"}]}), thing(A), "Thing.f", NO_LONGER_NULL),
    "null goes from values": (thing({"enum": ["a", None]}), thing({"enum": ["a"]}), "Thing.f", NO_LONGER_NULL),
    "null goes from a reference": (
        thing({"oneOf": [KIND, {"const": None}]}),
        thing(KIND),
        "Thing.f",
        NO_LONGER_NULL,
    ),
    "a value goes": (thing({"enum": ["a", "b"]}), thing({"enum": ["a"]}), "Thing.f=b", VALUE_GONE),
    "a value goes to a constant": (thing({"enum": ["a", "b"]}), thing({"const": "a"}), "Thing.f=b", VALUE_GONE),
    "a value goes of a component": (thing(KIND), thing({"const": "b"}), "Kind=a", VALUE_GONE),
    "a value goes of an alternative": (
        thing({"oneOf": [{"const": "a"}, {"const": "b"}]}),
        thing({"const": "a"}),
        "Thing.f=b",
        VALUE_GONE,
    ),
    "values are listed": (thing(TEXT), thing({"type": "string", "enum": ["a"]}), "Thing.f", NARROW),
    "a type goes": (thing({"type": ["string", "integer"]}), thing(TEXT), "Thing.f", NARROW),
    "any type was possible": (thing({}), thing(OR_NULL), "Thing.f", NARROW),
    "only whole numbers": (thing({"type": "number"}), thing({"type": "integer"}), "Thing.f", NARROW),
    "another type": (thing(TEXT), thing({"type": "integer"}), "Thing.f", REPLACE),
    "a list for one": (thing(TEXT), thing({"type": "array", "items": TEXT}), "Thing.f", REPLACE),
    "a least length": (thing(TEXT), thing({"type": "string", "minLength": 1}), "Thing.f", NARROW),
    "a larger least length": (
        thing({"type": "string", "minLength": 1}),
        thing({"type": "string", "minLength": 2}),
        "Thing.f",
        NARROW,
    ),
    "a lower maximum": (
        thing({"type": "integer", "maximum": 9}),
        thing({"type": "integer", "exclusiveMaximum": 9}),
        "Thing.f",
        NARROW,
    ),
    "both limits move": (
        thing({"type": "integer", "minimum": 1, "maximum": 5}),
        thing({"type": "integer", "minimum": 2, "maximum": 6}),
        "Thing.f",
        REPLACE,
    ),
    "a pattern": (thing(TEXT), thing({"type": "string", "pattern": "^a$"}), "Thing.f", NARROW),
    "another pattern": (
        thing({"type": "string", "pattern": "^a$"}),
        thing({"type": "string", "pattern": "^b$"}),
        "Thing.f",
        REPLACE,
    ),
    "a multiple": (
        thing({"type": "integer", "multipleOf": 2}),
        thing({"type": "integer", "multipleOf": 4}),
        "Thing.f",
        NARROW,
    ),
    "a format": (thing(TEXT), thing({"type": "string", "format": "date-time"}), "Thing.f", NARROW),
    "another format": (
        thing({"type": "string", "format": "date"}),
        thing({"type": "string", "format": "date-time"}),
        "Thing.f",
        REPLACE,
    ),
    "a format within another": (
        thing({"type": "integer", "format": "int64"}),
        thing({"type": "integer", "format": "int32"}),
        "Thing.f",
        NARROW,
    ),
    "a limit that a value does not keep": (
        thing({"enum": ["a", "bb"]}),
        thing({"enum": ["a", "bb"], "minLength": 2}),
        "Thing.f=a",
        VALUE_GONE,
    ),
    "a pattern that a value does not keep": (
        thing({"enum": ["a", "b"]}),
        thing({"allOf": [{"enum": ["a", "b"]}, {"pattern": "^b"}]}),
        "Thing.f=a",
        VALUE_GONE,
    ),
    "alternatives that a value does not keep": (
        thing({"enum": ["a", "b"]}),
        thing({"enum": ["a", "b"], "anyOf": [{"const": "b"}, {"minLength": 2}]}),
        "Thing.f=a",
        VALUE_GONE,
    ),
    "a constant that is not among the values": (
        thing({"enum": ["a", "b"]}),
        thing({"enum": ["a", "b"], "const": "a"}),
        "Thing.f=b",
        VALUE_GONE,
    ),
    "values that two alternatives have": (
        thing({"anyOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}),
        thing({"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}),
        "Thing.f=b",
        VALUE_GONE,
    ),
    "values of another type": (thing({"enum": ["a"]}), thing({"type": "integer"}), "Thing.f", REPLACE),
    "values that keep the limits": (thing({**TEXT, "maxLength": 3}), thing({"enum": ["a"]}), "Thing.f", NARROW),
    "values that do not": (thing({**TEXT, "maxLength": 3}), thing({"enum": ["abcd"]}), "Thing.f", REPLACE),
    "one of two truths": (thing({"type": "boolean"}), thing({"const": True}), "Thing.f=false", VALUE_GONE),
    "null by the word of 3.0": (thing({**TEXT, "nullable": True}), thing(TEXT), "Thing.f", NO_LONGER_NULL),
    "alternatives beside a limit": (
        thing({**TEXT, "anyOf": [{"maxLength": 3}, {"pattern": "^a"}]}),
        thing({**TEXT, "maxLength": 3}),
        "Thing.f",
        NARROW,
    ),
    "a limit that holds for alternatives": (
        thing({"maxLength": 3}),
        thing({"maxLength": 3, "anyOf": [TEXT, {"type": ["integer", "null"]}]}),
        "Thing.f",
        NARROW,
    ),
    "a pattern of names in a closed object": (
        thing({"patternProperties": {"^a": TEXT}, "additionalProperties": False, "x-note": 1}),
        thing({"additionalProperties": False}),
        "Thing.f",
        NARROW,
    ),
    "values that are excluded": (thing(TEXT), thing({**TEXT, "not": KIND}), "Thing.f", NARROW),
    "a condition": (
        thing(TEXT),
        thing(TEXT, **{"if": {"properties": {"f": {"const": "a"}}}, "then": {"required": ["g"]}}),
        "",
        NARROW,
    ),
    "distinct entries": (
        thing({"type": "array"}),
        thing({"type": "array", "uniqueItems": True}),
        "Thing.f",
        NARROW,
    ),
    "entries of a list": (
        thing({"type": "array", "items": {"type": ["string", "null"]}}),
        thing({"type": "array", "items": TEXT}),
        "Thing.f[]",
        NO_LONGER_NULL,
    ),
    "entries of any kind": (thing({"type": "array"}), thing({"type": "array", "items": OR_NULL}), "Thing.f[]", NARROW),
    "no further fields": (thing(TEXT), thing(TEXT, additionalProperties=False), "Thing", NARROW),
    "no fields that nobody evaluates": (thing(TEXT), thing(TEXT, unevaluatedProperties=False), "Thing", NARROW),
    "further fields of a type": (thing(TEXT), thing(TEXT, additionalProperties=OR_NULL), "Thing.*", NARROW),
    "an alternative goes": (thing({"anyOf": [A, B]}), thing(A), "Thing.f", NARROW),
    "one of three alternatives goes": (
        thing({"oneOf": [A, B, TEXT]}),
        thing({"oneOf": [TEXT, A]}),
        "Thing.f",
        NARROW,
    ),
    "one alternative at a time": (
        thing({"anyOf": [{"type": "string", "maxLength": 9}, {"type": "string", "pattern": "^a"}]}),
        thing({"oneOf": [{"type": "string", "maxLength": 9}, {"type": "string", "pattern": "^a"}]}),
        "Thing.f",
        NARROW,
    ),
    "a type of two alternatives": (
        thing({"oneOf": [{"type": "integer"}, TEXT]}),
        thing({"oneOf": [{"type": ["integer", "string"]}, TEXT]}),
        "Thing.f",
        NARROW,
    ),
    "an alternative that another one has in it": (
        thing({"oneOf": [{"type": "integer"}, TEXT]}),
        thing({"oneOf": [{"type": "integer"}, TEXT, {"type": "string", "maxLength": 3}]}),
        "Thing.f",
        NARROW,
    ),
    "a value of two alternatives": (
        thing({"oneOf": [A, {**OTHERS["B"], "properties": {"kind": {"enum": ["b"]}}}]}),
        thing({"oneOf": [A, {**OTHERS["B"], "properties": {"kind": {"enum": ["a", "b"]}}}]}),
        "Thing.f",
        NARROW,
    ),
    "null of two alternatives": (
        thing({"oneOf": [OR_NULL, {"type": "integer"}]}),
        thing({"oneOf": [OR_NULL, {"type": ["integer", "null"]}]}),
        "Thing.f",
        NARROW,
    ),
    "another alternative is selected": (
        thing(selecting(first="A", second="Tree")),
        thing(selecting(first="Tree", second="Tree")),
        "Thing.f.k=first",
        REPLACE,
    ),
    "another field selects": (
        thing(selecting(first="A", second="Tree")),
        thing(selecting("l", first="A", second="Tree")),
        "Thing.f",
        REPLACE,
    ),
    "a value selects no more": (
        thing(selecting(first="A", other="A", second="Tree")),
        thing(selecting(first="A", second="Tree")),
        "Thing.f.k=other",
        VALUE_GONE,
    ),
    "within an alternative": (
        thing({"oneOf": [A, {"type": "object", "properties": {"kind": {"const": "b"}, "n": TEXT}}]}),
        thing({"oneOf": [A, {"type": "object", "properties": {"kind": {"const": "b"}}}]}),
        "Thing.f.n",
        FIELD_GONE,
    ),
    "within a circle": (
        thing({"$ref": "#/components/schemas/Tree"}),
        thing({"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}}}),
        "Tree.v",
        FIELD_GONE,
    ),
    "a field is on its way out": (thing(TEXT), thing({**TEXT, "deprecated": True}), "Thing.f", DEPRECATED),
    "a default": (
        thing(TEXT),
        thing({**TEXT, "default": "a"}),
        "Thing.f",
        ("default-added", None, "default-removed", None),
    ),
    "another default": (
        thing({**TEXT, "default": "a"}),
        thing({**TEXT, "default": "b"}),
        "Thing.f",
        ("default-changed", None, "default-changed", None),
    ),
    "what only the server sets": (
        thing({**TEXT, "readOnly": True}, required=["f"]),
        thing(TEXT, properties={}),
        "Thing.f",
        (None, "answer-field-removed", None, "answer-field-added"),
    ),
    "what only the client sets": (
        thing({**TEXT, "writeOnly": True}),
        thing(TEXT, properties={}),
        "Thing.f",
        ("request-field-removed", None, "request-field-added-optional", None),
    ),
}
OWNER = {"request": "act:body", "answer": "act:2XX"}
BESIDE: dict[str, tuple[Any, Any]] = {
    "text beside texts of a list": ([{"type": "integer"}, {"enum": ["a", "b"]}], TEXT),
    "a number beside a whole one": ([{"type": "integer"}, TEXT], {"type": "number"}),
    "any object beside those of a kind": ([A, B], {"type": "object"}),
    "objects that may be of a kind": ([A, B], thing(TEXT)),
}
APART: dict[str, tuple[Any, Any]] = {
    "another type": ([{"type": "integer"}, TEXT], {"type": "boolean"}),
    "another kind": ([A, B], {**OTHERS["A"], "properties": {"kind": {"const": "c"}}}),
    "another value": ([{"type": "string", "maxLength": 1}, {"type": "integer"}], {"type": "string", "minLength": 2}),
    "alternatives that go together already": ([A, thing(TEXT)], thing({"type": "integer"})),
    "a schema that refers to itself": ([A, B], {"$ref": "#/components/schemas/Tree"}),
    "texts of which nobody can tell": ([{**TEXT, "pattern": "^a"}, {"type": "integer"}], {**TEXT, "pattern": "^[^a]"}),
}


@pytest.mark.parametrize("side", ["request", "answer"])
@pytest.mark.parametrize("name", [*BESIDE, *APART])
def test_an_alternative_is_added(name: str, side: str) -> None:
    """What was of one alternative is refused where it is of another one too, and taken again where it no longer is."""
    ones, another = (BESIDE | APART)[name]
    pair = [with_schema(side, thing({"oneOf": alternatives})) for alternatives in (ones, [*ones, another])]
    wider, narrower = ("Thing.f", f"{side}-widened"), ("Thing.f", f"{side}-narrowed")
    both = {wider, narrower}
    assert found(*pair) == (both if name in BESIDE else {wider})
    assert found(*pair[::-1]) == (both if name in BESIDE else {narrower})


def test_where_alternatives_begin_to_go_together_they_are_named() -> None:
    pair = [with_schema("request", thing({"oneOf": ones})) for ones in ([A, B], [A, B, {"type": "object"}])]
    (change,) = [each for each in merged(findings(*pair)) if each.aspect == "overlap of alternatives"]
    assert (change.before, change.after, change.rules) == ("none", "A and object", ("request-narrowed",))
    assert change.breaks == ("callers",)


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize(("side", "back"), [("request", 0), ("answer", 0), ("request", 1), ("answer", 1)])
def test_a_change_of_a_schema_is_judged_from_its_side(name: str, side: str, back: int) -> None:
    before, after, where, rules = SCHEMAS[name]
    rule = rules[2 * back + (side == "answer")]
    pair = [with_schema(side, before), with_schema(side, after)]
    if back:
        pair.reverse()
    assert found(*pair) == ({(where or OWNER[side], rule)} if rule else set())


@pytest.mark.parametrize("side", ["request", "answer"])
@pytest.mark.parametrize(
    "odd",
    [{"type": "integer", "enum": ["a", "b"]}, {"enum": ["a", "b"], "minLength": 2}, {"enum": ["a", "b"], "const": "c"}],
    ids=str,
)
def test_values_of_which_none_is_left_are_no_fewer_values_but_others(side: str, odd: Any) -> None:
    sound = thing({"type": "string", "enum": ["a", "b"]})
    assert found(with_schema(side, sound), with_schema(side, thing(odd))) == {("Thing.f", f"{side}-replaced")}
    fixed = found(with_schema(side, thing(odd)), with_schema(side, sound))
    assert fixed == {(f"Thing.f={value}", f"{side}-value-added") for value in "ab"}


SAME: dict[str, tuple[Any, Any]] = {
    "null by a list or by alternatives": (
        thing({"type": ["string", "null"], "format": "date"}),
        thing({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}),
    ),
    "types by a list or by alternatives": (
        thing({"type": ["string", "integer"]}),
        thing({"oneOf": [{"type": "integer"}, TEXT]}),
    ),
    "values by a list or by alternatives": (
        thing({"enum": ["a", "b"]}),
        thing({"anyOf": [{"const": "b"}, {"enum": ["a"]}]}),
    ),
    "a type beside its values": (thing({"enum": ["a"]}), thing({"type": "string", "const": "a"})),
    "a reference or what it refers to": (thing(A), thing(OTHERS["A"])),
    "a reference in allOf": (thing(A), thing({"allOf": [A], "description": "An A."})),
    "one schema or two that hold at once": (
        thing(TEXT, required=["f"]),
        {"allOf": [{"type": "object", "required": ["f"]}, {"properties": {"f": TEXT}}]},
    ),
    "the order of things": (
        thing({"enum": ["a", "b"]}, required=["f", "g"]),
        thing({"enum": ["b", "a"]}, required=["g", "f"]),
    ),
    "the order of alternatives": (thing({"oneOf": [A, B]}), thing({"oneOf": [B, A]})),
    "limits in other words": (
        thing({"type": "integer", "minimum": 1}),
        thing({"type": "integer", "exclusiveMinimum": 0}),
    ),
    "limits that limit nothing": (thing({"type": "array"}), thing({"type": "array", "minItems": 0, "items": {}})),
    "a whole number or a multiple of one": (thing({"type": "integer"}), thing({"type": "number", "multipleOf": 1})),
    "null excluded": (thing({"not": {"type": "null"}}), thing({"if": {"const": None}, "then": False})),
    "further fields of any kind": (thing(TEXT), thing(TEXT, additionalProperties={})),
    "null by the word of 3.0": (thing({**TEXT, "nullable": True}), thing(OR_NULL)),
    "a whole number however it is written": (thing({"enum": [1, 2]}), thing({"enum": [2.0, 1.0]})),
    "a truth or both of its values": (thing({"type": "boolean"}), thing({"enum": [True, False]})),
    "values that no type or limit touches": (
        thing({"enum": ["a", "b"]}),
        thing({**TEXT, "enum": ["a", "b"], "minLength": 1, "pattern": "."}),
    ),
    "one alternative, or one schema that holds": (thing({"oneOf": [TEXT]}), thing({"allOf": [{"anyOf": [TEXT]}]})),
    "extensions within a schema": (
        thing({"type": "object", "patternProperties": {"^a": TEXT}}),
        thing({"type": "object", "patternProperties": {"^a": {**TEXT, "x-note": [1]}}, "x-note": {"$ref": "#/no"}}),
    ),
    "a circle, walked once more": (
        thing({"$ref": "#/components/schemas/Tree"}),
        thing(OTHERS["Tree"]),
    ),
    "words": (
        thing({**TEXT, "description": "a", "title": "a", "examples": ["a"], "x-note": 1}),
        thing({**TEXT, "description": "b", "$comment": "b"}),
    ),
}


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("side", ["request", "answer"])
def test_the_same_in_other_words_is_no_change(name: str, side: str) -> None:
    before, after = SAME[name]
    assert found(with_schema(side, before), with_schema(side, after)) == set()
    assert found(with_schema(side, after), with_schema(side, before)) == set()


# --- documents ---

THINGS = "/things/{id}"


def operation(patch: dict[str, Any]) -> dict[str, Any]:
    return {**BASE, "paths": patched(BASE["paths"], {THINGS: {"post": patch}})}


def parameters(*entries: dict[str, Any]) -> dict[str, Any]:
    return operation({"parameters": list(entries)})


def query(**more: Any) -> dict[str, Any]:
    return {"name": "q", "in": "query", "schema": TEXT, **more}


LIST = {"type": "array", "items": TEXT}
JSON = {"application/json": {"schema": TEXT}}


def body(content: Any, **more: Any) -> dict[str, Any]:
    return operation({"requestBody": {"content": content, **more}})


def answers(**entries: Any) -> dict[str, Any]:
    document = operation({})
    document["paths"][THINGS]["post"]["responses"] = {name.lstrip("_"): entry for name, entry in entries.items()}
    return document


def secured(*ways: Any) -> dict[str, Any]:
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "token": {"type": "http", "scheme": "Bearer", "description": "Another name."},
        "header": {"type": "apiKey", "in": "header", "name": "x-key"},
        "query": {"type": "apiKey", "in": "query", "name": "Key"},
        "small": {"type": "apiKey", "in": "query", "name": "key"},
        "login": {"type": "oauth2", "flows": {}},
    }
    return {**operation({"security": list(ways)}), "components": {"securitySchemes": schemes}}


def secured_as_a_whole(*ways: Any) -> dict[str, Any]:
    return {**BASE, "components": secured()["components"], "security": list(ways)}


OK = {"description": "Done."}
ANY_BODY = {**OK, "content": {"*/*": {}}}
SIGNED = {"name": "X-Signature", "in": "header", "required": True, "schema": TEXT}


def calls(
    kind: str, *parameters: Any, method: str = "post", content: Any = JSON, required: bool = True, **more: Any
) -> Any:
    """A document with a webhook, or a callback, that sends this."""
    sent = {method: {"parameters": list(parameters), "requestBody": {"content": content, "required": required}, **more}}
    whole = {**BASE, "webhooks": {"done": sent, "x-note": 1}}
    if kind == "callback":
        whole = operation({"callbacks": {"done": {"{$request.query.url}": sent, "x-note": 1}}})
    return {**whole, "components": secured()["components"]}


def listened(kind: str) -> dict[str, tuple[Any, Any, Found, Found]]:
    """What a listener notices, and what not."""
    name = {"webhook": "done", "callback": "act!done"}[kind]
    plain = calls(kind, SIGNED)
    return {
        f"{kind}: as such": (
            BASE,
            plain,
            {(name, "webhook-added")},
            {(name, "webhook-removed")},
        ),
        f"{kind}: a method": (
            plain,
            calls(kind, SIGNED, method="put"),
            {(name, "webhook-added"), (name, "webhook-removed")},
            {(name, "webhook-added"), (name, "webhook-removed")},
        ),
        f"{kind}: a header": (
            plain,
            calls(kind),
            {(f"{name}#X-Signature", "webhook-parameter-removed")},
            {(f"{name}#X-Signature", "webhook-parameter-added")},
        ),
        f"{kind}: a header now and then": (
            plain,
            calls(kind, {**SIGNED, "required": False}),
            {(f"{name}#X-Signature", "webhook-parameter-now-optional")},
            {(f"{name}#X-Signature", "webhook-parameter-now-required")},
        ),
        f"{kind}: a number for a text": (
            plain,
            calls(kind, {**SIGNED, "schema": {"type": "integer"}}),
            {(f"{name}#X-Signature", "answer-narrowed")},
            {(f"{name}#X-Signature", "answer-widened")},
        ),
        f"{kind}: a list in one": (
            calls(kind, query(schema=LIST)),
            calls(kind, query(schema=LIST, explode=False)),
            {(f"{name}?q", "webhook-parameter-form-changed")},
            {(f"{name}?q", "webhook-parameter-form-changed")},
        ),
        f"{kind}: a body now and then": (
            plain,
            calls(kind, SIGNED, required=False),
            {(f"{name}:body", "webhook-body-now-optional")},
            {(f"{name}:body", "webhook-body-now-required")},
        ),
        f"{kind}: a media type": (
            plain,
            calls(kind, SIGNED, content={"text/csv": {}}),
            {(f"{name}:body", "answer-type-removed"), (f"{name}:body", "answer-type-added")},
            {(f"{name}:body", "answer-type-removed"), (f"{name}:body", "answer-type-added")},
        ),
        f"{kind}: a field": (
            calls(kind, content={"application/json": {"schema": thing(TEXT)}}),
            calls(kind, content={"application/json": {"schema": thing(TEXT, properties={})}}),
            {(f"{name}:body.f", "answer-field-removed")},
            {(f"{name}:body.f", "answer-field-added")},
        ),
        f"{kind}: credentials": (
            calls(kind, security=[{"key": []}]),
            calls(kind),
            {(name, "webhook-credentials-removed")},
            {(name, "webhook-credentials-added")},
        ),
        f"{kind}: what opens the API itself": (
            plain,
            {**plain, "security": [{"key": []}]},
            {("act", "credentials-refused")},
            {("act", "credentials-accepted")},
        ),
        f"{kind}: extensions": (
            plain,
            {**calls(kind, {**SIGNED, "x-note": 1}), "x-note": {"post": 1}},
            set(),
            set(),
        ),
    }


DOCUMENTS: dict[str, tuple[dict[str, Any], dict[str, Any], Found, Found]] = {
    **listened("webhook"),
    **listened("callback"),
    "no answers": (
        {**BASE, "paths": {THINGS: {"post": {"operationId": "act"}, "trace": {}}}},
        {**BASE, "paths": {THINGS: {"post": {"operationId": "act"}}}},
        {(f"TRACE {THINGS}", "operation-removed")},
        {(f"TRACE {THINGS}", "operation-added")},
    ),
    "extensions everywhere": (
        {**answers(_200={**OK, "content": JSON}), "components": {}},
        {
            **patched(
                answers(_200={**OK, "content": {"application/json": {"schema": TEXT, "x-a": 1}}, "x-a": 1}),
                {"paths": {"x-a": {"get": {"responses": {}}}, THINGS: {"x-a": 1, "post": {"responses": {"x-a": 1}}}}},
            ),
            "components": {"x-a": [1]},
            "webhooks": {"x-a": [1]},
            "x-a": {"$ref": "#/nowhere"},
        },
        set(),
        set(),
    ),
    "a refusal without a body of its own, of a range": (
        answers(_200=OK, _4XX=ANY_BODY),
        answers(_200=OK, _4XX=ANY_BODY, _409=OK),
        set(),
        {("act:409", "answer-body-added")},
    ),
    "a refusal without a body of its own, of the default": (
        answers(_200=OK, default={**OK, "content": JSON, "headers": {"X-Count": {"schema": TEXT}}}),
        answers(_200=OK, default={**OK, "content": JSON, "headers": {"X-Count": {"schema": TEXT}}}, _404=OK),
        set(),
        {("act:404", "answer-body-added"), ("act:404#x-count", "answer-header-added")},
    ),
    "a refusal with another body than its range": (
        answers(_200=OK, _4XX={**OK, "content": JSON}),
        answers(_200=OK, _4XX={**OK, "content": JSON}, _409={**OK, "content": {"text/csv": {}}}),
        {("act:409", "answer-type-added"), ("act:409", "answer-type-removed")},
        {("act:409", "answer-type-added"), ("act:409", "answer-type-removed")},
    ),
    "a success without a body beside a range with one": (
        answers(_2XX={**OK, "content": JSON}),
        answers(_2XX={**OK, "content": JSON}, _204=OK),
        {("act:204", "answer-type-removed")},
        {("act:204", "answer-body-added")},
    ),
    "entries of a simple list, whatever explode says": (
        parameters({"name": "id", "in": "path", "required": True, "schema": LIST}),
        parameters({"name": "id", "in": "path", "required": True, "schema": LIST, "explode": True}),
        set(),
        set(),
    ),
    "the media type of a parameter": (
        parameters({"name": "q", "in": "query", "content": JSON}),
        parameters({"name": "q", "in": "query", "content": {"application/json": {"schema": {"type": "integer"}}}}),
        {("act?q", "request-replaced")},
        {("act?q", "request-replaced")},
    ),
    "an encoding of what is not a form": (
        body(JSON),
        body({"application/json": {"schema": TEXT, "encoding": {"f": {"contentType": "text/plain", "x-a": 1}}}}),
        set(),
        set(),
    ),
    "an operation": (
        BASE,
        patched(BASE, {"paths": {"/more": {"get": {"operationId": "look", "responses": {}}}}}),
        {("look", "operation-added")},
        {("look", "operation-removed")},
    ),
    "a method": (
        BASE,
        {**BASE, "paths": {THINGS: {"put": BASE["paths"][THINGS]["post"]}}},
        {("act", "operation-removed"), ("act", "operation-added")},
        {("act", "operation-removed"), ("act", "operation-added")},
    ),
    "a name": (
        BASE,
        operation({"operationId": "do"}),
        {("act", "operation-renamed")},
        {("do", "operation-renamed")},
    ),
    "on its way out": (
        BASE,
        operation({"deprecated": True}),
        {("act", "deprecation-changed")},
        {("act", "deprecation-changed")},
    ),
    "an optional parameter": (
        BASE,
        parameters(query()),
        {("act?q", "parameter-added-optional")},
        {("act?q", "parameter-removed")},
    ),
    "a required parameter": (
        BASE,
        parameters(query(required=True)),
        {("act?q", "parameter-added-required")},
        {("act?q", "parameter-removed")},
    ),
    "a parameter of the path": (
        BASE,
        patched(BASE, {"paths": {THINGS: {"parameters": [query()]}}}),
        {("act?q", "parameter-added-optional")},
        {("act?q", "parameter-removed")},
    ),
    "required now": (
        parameters(query()),
        parameters(query(required=True)),
        {("act?q", "parameter-now-required")},
        {("act?q", "parameter-now-optional")},
    ),
    "a parameter elsewhere": (
        parameters(query()),
        parameters(query(**{"in": "header"})),
        {("act?q", "parameter-removed"), ("act#q", "parameter-added-optional")},
        {("act#q", "parameter-removed"), ("act?q", "parameter-added-optional")},
    ),
    "a parameter on its way out": (
        parameters(query()),
        parameters(query(deprecated=True)),
        {("act?q", "deprecation-changed")},
        {("act?q", "deprecation-changed")},
    ),
    "a list in one": (
        parameters(query(schema=LIST)),
        parameters(query(schema=LIST, explode=False)),
        {("act?q", "parameter-form-changed")},
        {("act?q", "parameter-form-changed")},
    ),
    "a list with bars": (
        parameters(query(schema=LIST, explode=False)),
        parameters(query(schema=LIST, style="pipeDelimited")),
        {("act?q", "parameter-form-changed")},
        {("act?q", "parameter-form-changed")},
    ),
    "a parameter as JSON": (
        parameters(query()),
        parameters({"name": "q", "in": "query", "content": JSON}),
        {("act?q", "parameter-form-changed")},
        {("act?q", "parameter-form-changed")},
    ),
    "a value of a parameter": (
        parameters(query(schema={"enum": ["a"]})),
        parameters(query(schema={"enum": ["a", "b"]})),
        {("act?q=b", "request-value-added")},
        {("act?q=b", "request-value-removed")},
    ),
    "an optional body": (BASE, body(JSON), {("act:body", "body-added-optional")}, {("act:body", "body-removed")}),
    "a required body": (
        BASE,
        body(JSON, required=True),
        {("act:body", "body-added-required")},
        {("act:body", "body-removed")},
    ),
    "a body is required": (
        body(JSON),
        body(JSON, required=True),
        {("act:body", "body-now-required")},
        {("act:body", "body-now-optional")},
    ),
    "one more media type": (
        body(JSON),
        body({**JSON, "text/plain": {}}),
        {("act:body", "body-type-added")},
        {("act:body", "body-type-removed")},
    ),
    "a part is written in another way": (
        body({"multipart/form-data": {"schema": TEXT}}),
        body({"multipart/form-data": {"schema": TEXT, "encoding": {"f": {"contentType": "text/plain"}}}}),
        {("act:body", "body-form-changed")},
        {("act:body", "body-form-changed")},
    ),
    "one more success": (
        answers(_200=OK),
        answers(_200=OK, _202=OK),
        {("act:202", "success-added")},
        {("act:202", "success-removed")},
    ),
    "any success": (
        answers(_200=OK),
        answers(_2XX=OK),
        {("act:2XX", "success-added")},
        {("act:2XX", "success-removed")},
    ),
    "another success": (
        answers(_200=OK),
        answers(_202=OK),
        {("act:200", "success-removed"), ("act:202", "success-added")},
        {("act:202", "success-removed"), ("act:200", "success-added")},
    ),
    "no success": (
        answers(_200=OK, _4XX=OK),
        answers(_4XX=OK),
        {("act:200", "last-success-removed")},
        {("act:200", "success-added")},
    ),
    "a refusal": (
        answers(_200=OK),
        answers(_200=OK, _409=OK),
        {("act:409", "refusal-added")},
        {("act:409", "refusal-removed")},
    ),
    "a refusal of a range": (answers(_200=OK, _4XX=OK), answers(_200=OK, _4XX=OK, _409=OK), set(), set()),
    "a range within the default": (answers(_200=OK, default=OK), answers(_200=OK, default=OK, _5XX=OK), set(), set()),
    "a success that is the default": (
        answers(default=OK),
        answers(_4XX=OK),
        {("act:default", "last-success-removed")},
        {("act:default", "success-added")},
    ),
    "a body of an answer": (
        answers(_200=OK),
        answers(_200={**OK, "content": JSON}),
        {("act:200", "answer-body-added")},
        {("act:200", "answer-type-removed")},
    ),
    "a type of an answer": (
        answers(_200={**OK, "content": JSON}),
        answers(_200={**OK, "content": {**JSON, "text/csv": {}}}),
        {("act:200", "answer-type-added")},
        {("act:200", "answer-type-removed")},
    ),
    "any type of an answer": (
        answers(_200={**OK, "content": {"application/json": {}}}),
        answers(_200={**OK, "content": {"*/*": {}}}),
        {("act:200", "answer-type-added")},
        {("act:200", "answer-narrowed")},
    ),
    "a header": (
        answers(_200=OK),
        answers(_200={**OK, "headers": {"X-Count": {"schema": TEXT}}}),
        {("act:200#x-count", "answer-header-added")},
        {("act:200#x-count", "answer-header-removed")},
    ),
    "a header is required": (
        answers(_200={**OK, "headers": {"X-Count": {"schema": TEXT}}}),
        answers(_200={**OK, "headers": {"x-count": {"schema": TEXT, "required": True}}}),
        {("act:200#x-count", "answer-header-now-required")},
        {("act:200#x-count", "answer-header-now-optional")},
    ),
    "a key": (
        secured(),
        secured({"key": []}),
        {("act", "credentials-refused")},
        {("act", "credentials-accepted")},
    ),
    "one of two keys": (
        secured({"key": []}),
        secured({"key": []}, {"bearer": []}),
        {("act", "credentials-accepted")},
        {("act", "credentials-refused")},
    ),
    "both keys": (
        secured({"key": []}),
        secured({"key": [], "bearer": []}),
        {("act", "credentials-refused")},
        {("act", "credentials-accepted")},
    ),
    "a scope": (
        secured({"login": ["a"]}),
        secured({"login": ["a", "b"]}),
        {("act", "credentials-refused")},
        {("act", "credentials-accepted")},
    ),
    "a key for everything": (
        secured_as_a_whole(),
        secured_as_a_whole({"key": []}),
        {("act", "credentials-refused")},
        {("act", "credentials-accepted")},
    ),
    "a scheme of another name": (secured({"bearer": []}), secured({"token": []}), set(), set()),
    "a header in other letters": (secured({"key": []}), secured({"header": []}), set(), set()),
    "a query in other letters": (
        secured({"query": []}),
        secured({"small": []}),
        {("act", "credentials-refused")},
        {("act", "credentials-refused")},
    ),
    "a webhook": (
        BASE,
        {**BASE, "webhooks": {"done": {"post": {"requestBody": {"content": JSON}}}}},
        {("done", "webhook-added")},
        {("done", "webhook-removed")},
    ),
    "what a webhook tells": (
        {
            **BASE,
            "webhooks": {"done": {"post": {"requestBody": {"content": {"application/json": {"schema": KIND}}}}}},
            "components": {"schemas": OTHERS},
        },
        {
            **BASE,
            "webhooks": {"done": {"post": {"requestBody": {"content": {"application/json": {"schema": KIND}}}}}},
            "components": {"schemas": {"Kind": {"enum": ["a", "b", "c"]}}},
        },
        {("Kind=c", "answer-value-added")},
        {("Kind=c", "answer-value-removed")},
    ),
    "the name of a path parameter": (
        parameters({"name": "id", "in": "path", "required": True, "schema": TEXT}),
        {
            **BASE,
            "paths": {
                "/things/{thing}": parameters({"name": "thing", "in": "path", "required": True, "schema": TEXT})[
                    "paths"
                ][THINGS]
            },
        },
        set(),
        set(),
    ),
    "the explosion of one word": (parameters(query()), parameters(query(explode=False)), set(), set()),
    "the case of a header": (
        parameters(query(**{"in": "header", "name": "X-Mode"})),
        parameters(query(**{"in": "header", "name": "x-mode"})),
        set(),
        set(),
    ),
    "a header that is not a parameter": (BASE, parameters(query(**{"in": "header", "name": "Accept"})), set(), set()),
    "words and servers": (
        BASE,
        {
            **operation({"summary": "s", "description": "d", "tags": ["t"], "externalDocs": {"url": "u"}}),
            "servers": [{"url": "https://things.example"}],
            "tags": [{"name": "t"}],
            "info": {"title": "t", "version": "2"},
        },
        set(),
        set(),
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_change_of_a_document_is_judged(name: str) -> None:
    before, after, forward, backward = DOCUMENTS[name]
    assert found(before, after) == forward
    assert found(after, before) == backward


INTEGER = {"type": "integer"}
WRITTEN: dict[str, Any] = {
    "query": lambda schema: parameters(query(schema=schema)),
    "header": lambda schema: parameters(query(schema=schema, **{"in": "header"})),
    "cookie": lambda schema: parameters(query(schema=schema, **{"in": "cookie"})),
    "path": lambda schema: parameters({"name": "id", "in": "path", "required": True, "schema": schema}),
    "form": lambda schema: body({"application/x-www-form-urlencoded": {"schema": thing(schema)}}),
    "parts": lambda schema: body({"multipart/form-data": {"schema": thing(schema)}}),
}
AS_TEXT: dict[str, tuple[Any, Any, str | None, str | None]] = {
    "a whole number": (INTEGER, TEXT, "request-widened", "request-narrowed"),
    "any number": ({"type": "number"}, TEXT, "request-widened", "request-narrowed"),
    "a truth": ({"type": "boolean"}, TEXT, "request-widened", "request-narrowed"),
    "a number that is any text already": ({"type": ["string", "integer"]}, TEXT, None, None),
    "alternatives that are any text already": ({"anyOf": [TEXT, INTEGER]}, TEXT, None, None),
    "a number, or a text of one character at least": (
        INTEGER,
        {**TEXT, "minLength": 1},
        "request-widened",
        "request-narrowed",
    ),
    "a number, or a text of two": (INTEGER, {**TEXT, "minLength": 2}, "request-replaced", "request-replaced"),
    "a number, or its pattern": (INTEGER, {**TEXT, "pattern": "^-?[0-9]+$"}, "request-widened", "request-narrowed"),
    "a number, or the pattern of few": (
        INTEGER,
        {**TEXT, "pattern": "^[0-9]$"},
        "request-replaced",
        "request-replaced",
    ),
    "a number, or a day": (INTEGER, {**TEXT, "format": "date"}, "request-replaced", "request-replaced"),
    "values of a number": ({"enum": [1, 2]}, {"enum": ["1", "2"]}, None, None),
    "values of a truth": ({"type": "boolean"}, {"enum": ["true", "false"]}, None, None),
    "values, or any number": ({"enum": ["1", "2"]}, INTEGER, "request-widened", "request-narrowed"),
    "values, or a number that is large": (
        {"enum": ["1"]},
        {**INTEGER, "minimum": 5},
        "request-replaced",
        "request-replaced",
    ),
}


@pytest.mark.parametrize("place", WRITTEN)
@pytest.mark.parametrize("name", AS_TEXT)
def test_what_is_written_as_text_is_judged_as_text(name: str, place: str) -> None:
    before, after, forward, backward = AS_TEXT[name]
    old, new = WRITTEN[place](before), WRITTEN[place](after)
    assert {rule for _, rule in found(old, new)} == {forward} - {None}
    assert {rule for _, rule in found(new, old)} == {backward} - {None}


def test_what_a_text_leads_to_is_judged_too() -> None:
    """Entries of a list are texts, one value is a list of one, and an object within a form is JSON."""
    numbers = {"type": "array", "items": INTEGER}
    assert found(WRITTEN["query"](numbers), WRITTEN["query"](LIST)) == {("act?q[]", "request-widened")}
    assert found(WRITTEN["query"](INTEGER), WRITTEN["query"](numbers)) == {("act?q", "request-widened")}
    assert found(WRITTEN["query"](numbers), WRITTEN["query"](INTEGER)) == {("act?q", "request-narrowed")}
    large = {"type": "array", "items": {**INTEGER, "minimum": 5}}
    assert ("act?q[]", "request-narrowed") in found(WRITTEN["query"](INTEGER), WRITTEN["query"](large))
    bars = parameters(query(schema=LIST, explode=False))
    assert ("act?q", "parameter-form-changed") in found(WRITTEN["query"](TEXT), bars)
    inner = thing(INTEGER), thing(TEXT)
    assert found(*map(WRITTEN["query"], inner)) == {("act?q.f", "request-widened")}
    assert found(*map(WRITTEN["form"], inner)) == {("act:body.f.f", "request-replaced")}


def test_a_header_of_an_answer_is_text() -> None:
    old, new = (answers(_200={**OK, "headers": {"X-Count": {"schema": schema}}}) for schema in (TEXT, INTEGER))
    assert found(old, new) == {("act:200#x-count", "answer-narrowed")}
    assert found(new, old) == {("act:200#x-count", "answer-widened")}


def test_a_change_on_both_sides_is_reported_once_with_both_rules() -> None:
    def document(values: list[str]) -> dict[str, Any]:
        content = {"application/json": {"schema": KIND}}
        both = operation({"requestBody": {"content": content}, "responses": {"2XX": {"content": content}}})
        return {**both, "components": {"schemas": {"Kind": {"enum": values}}}}

    (change,) = merged(findings(document(["a"]), document(["a", "b"])))
    assert (change.where, change.what, change.breaks) == ("Kind=b", "added", ("answers",))
    assert change.rules == ("answer-value-added", "request-value-added")
    (change,) = merged(findings(document(["a", "b"]), document(["a"])))
    assert (change.where, change.what, change.breaks) == ("Kind=b", "removed", ("callers",))


def test_a_change_that_breaks_callers_and_answers_says_both() -> None:
    content = {"application/json": {"schema": A}}
    both = operation({"requestBody": {"content": content}, "responses": {"2XX": {"content": content}}})
    other = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "integer"}}}
    old, new = ({**both, "components": {"schemas": schemas}} for schemas in (OTHERS, {"A": other}))
    (change,) = merged(findings(old, new))
    assert (change.where, change.breaks) == ("A.kind", ("callers", "answers"))


def test_every_rule_is_shown_by_an_example() -> None:
    shown = {rule for *_, rules in SCHEMAS.values() for rule in rules}
    shown |= {rule for *_, forward, backward in DOCUMENTS.values() for _, rule in forward | backward}
    of_requirements = {id_ for id_ in RULES if id_.startswith(("requirement-", "must-", "should-"))}
    assert set(RULES) - shown - of_requirements == {"answer-field-added-to-closed"}


def test_a_field_that_a_closed_answer_gains_breaks_it() -> None:
    before, after = thing(TEXT, properties={}, additionalProperties=False), thing(TEXT, additionalProperties=False)
    assert found(with_schema("answer", before), with_schema("answer", after)) == {
        ("Thing.f", "answer-field-added-to-closed")
    }


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_one_thing(rule: Any) -> None:
    assert rule.statement[0].isupper()
    assert rule.statement.endswith(".")
    assert rule.statement.count(".") == 1
