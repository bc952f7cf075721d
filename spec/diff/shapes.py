"""Schemas without their composition: what `$ref`, `allOf` and null among alternatives come to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from spec.diff.containment import passing
from spec.diff.document import Document, Node, Schema, without_extensions
from spec.diff.rules import Side

_LEAVES: Final = {"number": ("integer", "fraction")}
ANY_TYPE: Final = frozenset({"array", "boolean", "fraction", "integer", "object", "string"})
_EVERYTHING: Final[dict[str, Any]] = {}
_NOTHING: Final[dict[str, Any]] = {"not": {}}

_ANNOTATIONS: Final = {
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$schema", "deprecated", "description", "discriminator",
    "example", "examples", "externalDocs", "nullable", "readOnly", "summary", "title", "writeOnly", "xml",
}  # fmt: skip
_FORMS: Final = ("format", "contentMediaType", "contentEncoding")
_WITHIN: Final = {
    "email": {"idn-email"},
    "float": {"double"},
    "hostname": {"idn-hostname"},
    "int32": {"int64"},
    "iri": {"iri-reference"},
    "uri": {"iri", "iri-reference", "uri-reference"},
    "uri-reference": {"iri-reference"},
}
"""Formats, each with those that admit all that it admits."""
_COMPARED: Final = {
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "enum", "items", "oneOf", "properties",
    "required", "type", "unevaluatedProperties", *_FORMS,
}  # fmt: skip
_ALTERNATIVES: Final = ("anyOf", "oneOf")
_KEPT_FROM: Final[dict[Side, str]] = {"request": "readOnly", "answer": "writeOnly"}
"""The mark of a field that one side never sees."""


@dataclass
class Shape:
    """What a value has to be, null apart.

    `types` has whole numbers apart, `combined` says by which keywords the alternatives are. `values` are those
    that are enumerated and admitted; where that is none of them, the schema is at odds with itself. `whole_limits`
    have what is said of the entries and the fields that no place, pattern or name speaks of.
    """

    types: frozenset[str] = ANY_TYPE
    values: dict[str, None] | None = None
    is_at_odds: bool = False
    fields: dict[str, Node] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    is_closed: bool = False
    further: Node = ()
    items: Node = ()
    alternatives: list[Schema] = field(default_factory=list)
    combined: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    limits: list[dict[str, Any]] = field(default_factory=list)
    whole_limits: list[dict[str, Any]] = field(default_factory=list)
    default: str = ""
    is_deprecated: bool = False

    @property
    def is_free(self) -> bool:
        """Whether it says nothing of the type, nor of any field."""
        return self.types == ANY_TYPE and not self.fields and not self.required

    @property
    def has_parts(self) -> bool:
        """Whether entries are described by their place, or fields by a pattern, so that others are the rest."""
        return any(key in limits for limits in self.limits for key in ("prefixItems", "patternProperties"))


def atoms(document: Document, node: Node) -> list[dict[str, Any]]:
    """Return the schemas that a value keeps at once, each of them once, whatever refers to it."""
    found: dict[int, dict[str, Any]] = {}

    def visit(schema: Schema) -> None:
        if isinstance(schema, bool):
            schema = _EVERYTHING if schema else _NOTHING
        if id(schema) in found:
            return
        found[id(schema)] = schema
        if "$ref" in schema:
            visit(document.at(schema["$ref"]))
        for part in schema.get("allOf", ()):
            visit(part)
        for key in _ALTERNATIVES:
            if len(others := but_null(schema.get(key, ()))) == 1:
                visit(others[0])

    for schema in node:
        visit(schema)
    return list(found.values())


def shape(document: Document, node: Node, side: Side) -> Shape:
    """Return what the schemas of a node come to together, seen from one side; nobody changes it."""
    key = (side, *map(id, node))
    if key not in document.shapes:
        document.shapes[key] = (node, _made(document, node, side))  # with the node, so that its identity stays its own
    made: Shape = document.shapes[key][1]
    return made


def _made(document: Document, node: Node, side: Side) -> Shape:
    parts = atoms(document, node)
    made = Shape()
    for part in parts:
        _restrict(made, part)
        for name, definition in part.get("properties", {}).items():
            made.fields[name] = _joined(made.fields.get(name, ()), definition)
        made.required |= set(part.get("required", ()))
        if "items" in part:
            made.items = _joined(made.items, part["items"])
        for key in ("additionalProperties", "unevaluatedProperties"):
            further = part.get(key, True)
            made.is_closed |= further is False
            if isinstance(further, dict) and further:
                made.further = _joined(made.further, further)
        made.forms |= {part[key] for key in _FORMS if key in part}
        made.is_deprecated |= part.get("deprecated") is True
        if "default" in part and not made.default:
            made.default = as_json(part["default"])
        said = without_extensions(part)
        if limits := {key: value for key, value in said.items() if _is_limit(key)}:
            made.limits.append(limits)
        if whole := limits | _of_the_rest(said):
            made.whole_limits.append(whole)
    if made.values is not None:
        _keep_admitted(document, node, made)
    hidden = {name for name, of in made.fields.items() if _is_marked(document, of, _KEPT_FROM[side])}
    made.fields = {name: of for name, of in made.fields.items() if name not in hidden}
    made.required -= hidden
    return made


def admits_null(document: Document, node: Node) -> bool:
    """Whether null keeps all schemas of a node."""
    return all(_admits_null(document, schema, frozenset()) for schema in node)


def _restrict(made: Shape, part: dict[str, Any]) -> None:
    """Take the types, the values and the alternatives of one schema into account."""
    if "type" in part:
        made.types &= _leaves(part["type"])
    if part.get("not") in (True, {}):
        made.types = frozenset()
    if isinstance(part.get("multipleOf"), int):
        made.types -= {"fraction"}
    if (values := _values(part)) is not None:
        made.values = {value: None for value in values if made.values is None or value in made.values}
        made.is_at_odds |= bool(values) or any(
            value is not None for value in (*part.get("enum", ()), part.get("const"))
        )
    for key in _ALTERNATIVES:
        others = but_null(part.get(key, ()))
        if key in part and not others:
            made.types = frozenset()
        if len(others) > 1:
            made.alternatives += others
            made.combined.add(key)


def _keep_admitted(document: Document, node: Node, made: Shape) -> None:
    """Keep of the values that are enumerated those that the types, the limits and the alternatives admit."""
    kept = [value for value in made.values or () if _type_of(value) in made.types]
    if kept and (made.limits or made.alternatives):
        is_passing = passing(document, node)
        kept = [value for value in kept if is_passing(json.loads(value))]
    made.is_at_odds &= not kept
    made.values = dict.fromkeys(kept)
    made.types &= frozenset(map(_type_of, kept))
    made.alternatives, made.limits = [], []


def finite(made: Shape) -> dict[str, None] | None:
    """Return the values that a shape admits, where they can be counted."""
    if not made.types:
        return {}
    if made.values is None and made.types == {"boolean"} and not made.limits and not made.alternatives:
        return dict.fromkeys(("false", "true"))
    return made.values


def possible_types(document: Document, node: Node, side: Side, passed: frozenset[int] = frozenset()) -> frozenset[str]:
    """Return the types that a value can have, whichever of the alternatives it keeps."""
    made = shape(document, node, side)
    inner = passed | set(map(id, node))
    left = [one for one in made.alternatives if id(one) not in inner]
    if not left:
        return made.types
    return made.types & frozenset().union(*(possible_types(document, (one,), side, inner) for one in left))


def name_of(document: Document, node: Node) -> str:
    """Return the name of the component that a node refers to, alone or beside null; "" for a schema without a name."""
    if len(node) != 1 or isinstance(node[0], bool):
        return ""
    schema = node[0]
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    said = {key for key in schema if key not in _ANNOTATIONS and key != "default"}
    if len(said) == 1 and (key := said.pop()) in ("allOf", *_ALTERNATIVES):
        others = but_null(schema[key])
        return name_of(document, (others[0],)) if len(others) == 1 else ""
    return ""


def implied(forms: set[str]) -> frozenset[str]:
    """Return forms with those that are wider."""
    return frozenset(forms).union(*(_WITHIN.get(form, ()) for form in forms))


def but_null(schemas: Iterable[Schema]) -> list[Schema]:
    """Return schemas without those that null alone keeps."""
    return [schema for schema in schemas if isinstance(schema, bool) or not _is_null(schema)]


def as_json(value: Any) -> str:
    """Return a value as JSON, the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def json_types(types: Iterable[str]) -> list[str]:
    """Return the types as a schema names them."""
    named = set(types)
    if named >= {"integer", "fraction"}:
        named -= {"integer"}
    return sorted("number" if name == "fraction" else name for name in named)


def _joined(node: Node, schema: Schema) -> Node:
    return node if any(known is schema for known in node) else (*node, schema)


def _of_the_rest(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema says of the entries and the fields of which it says nothing else."""
    rest = {key: part[key] for key in ("items", "additionalProperties") if key in part}
    return rest | ({"properties": dict.fromkeys(part["properties"], True)} if rest and "properties" in part else {})


def _is_limit(key: str) -> bool:
    return key not in _ANNOTATIONS and key not in _COMPARED


def _is_marked(document: Document, node: Node, mark: str) -> bool:
    return any(part.get(mark) is True for part in atoms(document, node))


def _is_null(schema: dict[str, Any]) -> bool:
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None] or schema.get("const", "") is None


def _leaves(names: str | list[str]) -> frozenset[str]:
    listed = [names] if isinstance(names, str) else names
    return frozenset(leaf for name in listed for leaf in _LEAVES.get(name, (name,)))


def _values(schema: dict[str, Any]) -> list[str] | None:
    """Return the values that a schema enumerates, itself or by alternatives that do nothing else; null left out."""
    listed = [[schema["const"]]] if "const" in schema else []
    listed += [schema["enum"]] if "enum" in schema else []
    if listed:
        said = [dict.fromkeys(as_json(value) for value in values if value is not None) for values in listed]
        return [value for value in said[0] if value in said[-1]]
    for key in _ALTERNATIVES:
        others = but_null(schema.get(key, ()))
        enumerated = [_values(other) if isinstance(other, dict) else None for other in others]
        if len(others) > 1 and None not in enumerated:
            return [value for values in enumerated if values for value in values]
    return None


def _type_of(value: str) -> str:
    plain = json.loads(value)
    if isinstance(plain, bool):
        return "boolean"
    if isinstance(plain, float) and not plain.is_integer():
        return "fraction"
    return {str: "string", int: "integer", float: "integer", list: "array", dict: "object"}[type(plain)]


def _admits_null(document: Document, schema: Schema, passed: frozenset[int]) -> bool:
    if isinstance(schema, bool) or id(schema) in passed:
        return schema is not False
    inner = passed | {id(schema)}
    if "type" in schema and "null" not in ([schema["type"]] if isinstance(schema["type"], str) else schema["type"]):
        return False
    if ("const" in schema and schema["const"] is not None) or ("enum" in schema and None not in schema["enum"]):
        return False
    if "$ref" in schema and not _admits_null(document, document.at(schema["$ref"]), inner):
        return False
    if "not" in schema and _admits_null(document, schema["not"], inner):
        return False
    branch = "then" if _admits_null(document, schema.get("if", True), inner) else "else"
    if "if" in schema and not _admits_null(document, schema.get(branch, True), inner):
        return False
    if not all(_admits_null(document, part, inner) for part in schema.get("allOf", ())):
        return False
    return all(
        any(_admits_null(document, part, inner) for part in schema[key]) for key in _ALTERNATIVES if key in schema
    )
