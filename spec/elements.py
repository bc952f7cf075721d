"""The elements of the contract that requirements cover, each under the name that `covers` uses.

| element | name |
| --- | --- |
| operation | `getBatch` |
| query parameter | `getBatch?expand` |
| path parameter | `getBatch/batch_id` |
| documented status | `getBatch:2XX` |
| field of a schema | `Batch.status` |
| value of an enumeration | `BatchStatus=PENDING` |
| every value, and every terminal status | `BatchStatus=*`, `BatchStatus=*terminal` |
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from spec.openapi import Operation, components, contract, operations

_MARK = {"query": "?", "path": "/"}


@cache
def parameters_of(operation: Operation) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the parameters of an operation of the contract by name, each with its element and its schema."""
    shared = components()["parameters"]
    entries = (
        shared[_name(entry["$ref"])] if "$ref" in entry else entry
        for entry in operation.definition.get("parameters", [])
    )
    return {entry["name"]: (f"{operation.id}{_MARK[entry['in']]}{entry['name']}", entry["schema"]) for entry in entries}


def fields_of(schema: dict[str, Any], value: object) -> Iterator[str]:
    """Yield the elements of schemas that a value shows: fields that are there, and values of enumerations.

    A value that does not fit the schema shows what of it fits.
    """
    name = ""
    while "$ref" in schema:
        name = _name(schema["$ref"])
        schema = components()["schemas"][name]
    if isinstance(value, str) and value in schema.get("enum", ()):
        yield f"{name}={value}"
    for variant in schema.get("anyOf", ()):
        yield from fields_of(variant, value)
    if isinstance(value, dict):
        for field, definition in schema.get("properties", {}).items():
            if field in value:
                yield f"{name}.{field}"
                yield from fields_of(definition, value[field])
    elif "items" in schema:
        for entry in value if isinstance(value, list) else [value]:
            yield from fields_of(schema["items"], entry)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _of_operations(profiles: tuple[str, ...]) -> Iterator[str]:
    for operation in operations().values():
        if not (operation.is_core or operation.part in profiles):
            continue
        yield operation.id
        yield from (element for element, _ in parameters_of(operation).values())
        for status in operation.definition["responses"]:
            yield f"{operation.id}:{status}"


def _of_schemas(profiles: tuple[str, ...]) -> Iterator[str]:
    for name, schema in contract(*profiles)["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            yield f"{name}.{field}"
        for value in schema.get("enum", []):
            yield f"{name}={value}"


def _of_schema(schema: dict[str, Any], name: str = "") -> Iterator[str]:
    if "$ref" in schema:
        name = _name(schema["$ref"])
        yield from _of_schema(components()["schemas"][name], name)
    yield from (f"{name}={value}" for value in schema.get("enum", ()))
    for field, definition in schema.get("properties", {}).items():
        yield f"{name}.{field}"
        yield from _of_schema(definition)
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from _of_schema(part)


@cache
def sendable() -> frozenset[str]:
    """Return the elements that a request can carry."""
    found: set[str] = set()
    for operation in operations().values():
        if not operation.is_setup:
            found.add(operation.id)
            for element, schema in parameters_of(operation).values():
                found.update((element, *_of_schema(schema)))
            if operation.body_schema is not None:
                found.update(_of_schema(operation.body_schema))
    return frozenset(found)


@cache
def showable() -> frozenset[str]:
    """Return the elements that an answer can show."""
    found: set[str] = set()
    for operation in operations().values():
        if not operation.is_setup:
            found.update((operation.id, *(f"{operation.id}:{status}" for status in operation.definition["responses"])))
            if operation.success_schema is not None:
                found.update(_of_schema(operation.success_schema))
    return frozenset(found)


def elements(*profiles: str) -> tuple[str, ...]:
    """Every element of the contract with these profiles in it, operations first."""
    return (*_of_operations(profiles), *_of_schemas(profiles))


def described(covered: Iterable[str]) -> Iterator[str]:
    """Say of elements where in a service they are: a sentence for each operation, and for each schema."""
    names = list(covered)
    for operation in operations().values():
        own = [name for name in names if re.match(rf"{operation.id}([?/:]|$)", name)]
        if own and not operation.is_setup:
            yield _operation_described(operation, own)
    for owner in dict.fromkeys(name for name in map(_owner, names) if name in components()["schemas"]):
        fields = [name.partition(".")[2] for name in names if name.startswith(f"{owner}.")]
        values = [name.partition("=")[2] for name in names if name.startswith(f"{owner}=")]
        entry = f"{owner}: {_listed('field', fields)}" if fields else f"{owner}: {_listed('value', values)}"
        summary = components()["schemas"][owner].get("description", "").strip().partition("\n")[0]
        yield f"{entry} \u2013 {summary}" if summary else entry


def _owner(element: str) -> str:
    return re.split("[.=]", element)[0]


def _operation_described(operation: Operation, names: list[str]) -> str:
    parameters = [name.partition(mark)[2] for name in names for mark in _MARK.values() if mark in name]
    statuses = [name.partition(":")[2] for name in names if ":" in name]
    details = [_listed("parameter", parameters), _listed("answer", statuses)]
    return f"{operation.method} {operation.template}" + "".join(f", {detail}" for detail in details if detail)


def _listed(word: str, names: list[str]) -> str:
    if not names:
        return ""
    return f"the {word}{'s' if len(names) > 1 else ''} {', '.join(names)}"
