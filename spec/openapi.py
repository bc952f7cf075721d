"""The OpenAPI documents of this folder: their operations, and which of them a request belongs to."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from spec.reading import read_yaml

HERE = Path(__file__).parent
CONTRACT = HERE / "openapi.yaml"
SETUP = HERE / "setup.yaml"

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


@cache
def document(path: Path = CONTRACT) -> dict[str, Any]:
    """The document at `path`, as plain data that nobody changes."""
    return read_yaml(path)


@dataclass(frozen=True)
class Operation:
    """An operation of a document, and how to recognise a request for it."""

    id: str
    method: str
    template: str
    definition: dict[str, Any] = field(compare=False, repr=False)
    is_contract: bool

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """The schema of a JSON body, `None` when none is sent."""
        content = self.definition.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
        return schema

    @property
    def success_schema(self) -> dict[str, Any] | None:
        """The schema of a successful JSON answer, `None` when there is none."""
        content = self.definition["responses"].get("2XX", {}).get("content", {})
        schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
        return schema


def _operations(path: Path) -> list[Operation]:
    return [
        Operation(definition["operationId"], method.upper(), template, definition, path == CONTRACT)
        for template, item in document(path)["paths"].items()
        for method, definition in item.items()
        if method in METHODS
    ]


@cache
def operations() -> dict[str, Operation]:
    """The operations of the contract and of the set-up, by operation id."""
    return {operation.id: operation for path in (CONTRACT, SETUP) for operation in _operations(path)}


@cache
def _patterns() -> list[tuple[Operation, re.Pattern[str]]]:
    return [
        (operation, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.template)))
        for operation in operations().values()
    ]


def match(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a request is for, with its path parameters; `None` for any other request.

    `path` is the path below the base URL, still percent-encoded and without a query.
    """
    for operation, pattern in _patterns():
        if operation.method == method and (found := pattern.fullmatch(path)):
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    return None
