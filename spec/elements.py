"""The elements of the contract that requirements cover, each under the name that `covers` uses.

| element | name |
| --- | --- |
| operation | `getBatch` |
| query parameter | `getBatch?expand` |
| path parameter | `getBatch/batch_id` |
| documented status | `getBatch:2XX` |
| field of a schema | `Batch.status` |
| value of an enumeration | `BatchStatus=PENDING` |
"""

from collections.abc import Iterator
from typing import Any

from spec.openapi import CONTRACT, document, operations

_MARK = {"query": "?", "path": "/"}


def _of_operations() -> Iterator[str]:
    parameters = document(CONTRACT)["components"]["parameters"]
    for operation in operations().values():
        if not operation.is_contract:
            continue
        yield operation.id
        for entry in operation.definition.get("parameters", []):
            parameter: dict[str, Any] = parameters[entry["$ref"].rpartition("/")[2]] if "$ref" in entry else entry
            yield f"{operation.id}{_MARK[parameter['in']]}{parameter['name']}"
        for status in operation.definition["responses"]:
            yield f"{operation.id}:{status}"


def _of_schemas() -> Iterator[str]:
    for name, schema in document(CONTRACT)["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            yield f"{name}.{field}"
        for value in schema.get("enum", []):
            yield f"{name}={value}"


def elements() -> tuple[str, ...]:
    """Every element of the contract, operations first."""
    return (*_of_operations(), *_of_schemas())
