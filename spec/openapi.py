"""The OpenAPI documents of this folder: their operations, and which of them a request belongs to."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from spec import profiles
from spec.patch import patched
from spec.yaml_files import read_yaml

HERE = Path(__file__).parent
CONTRACT = HERE / "openapi.yaml"
SETUP = HERE / "setup.yaml"

CORE_PART = "core"
SETUP_PART = "set-up"

MATCHES_REMEMBERED = 1024
"""Requests of which it is known what they are for."""

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


@cache
def document(path: Path = CONTRACT) -> dict[str, Any]:
    """Return the document at `path`, as plain data that nobody changes."""
    return read_yaml(path)


@cache
def contract(*names: str) -> dict[str, Any]:
    """Return the contract with these profiles in it. Raises `KeyError` for a profile that does not exist."""
    merged = document(CONTRACT)
    for name in names:
        merged = patched(merged, profiles.load()[name].patch)
    return merged


@cache
def components() -> dict[str, Any]:
    """Return what the operations of the contract refer to, those of every profile among them."""
    shared: dict[str, Any] = contract(*profiles.load())["components"]
    return shared


@dataclass(frozen=True)
class Operation:
    """An operation, and how to recognise a request for it; `part` is the core, the set-up or the name of a profile."""

    id: str
    method: str
    template: str
    definition: dict[str, Any] = field(compare=False, repr=False)
    part: str

    @property
    def is_core(self) -> bool:
        """Whether it is one of the operations that every service has to have."""
        return self.part == CORE_PART

    @property
    def is_setup(self) -> bool:
        """Whether it is there for the sake of the contract's operations, and promised by none of them."""
        return self.part == SETUP_PART

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


def _operations(paths: dict[str, Any], part: str) -> Iterator[Operation]:
    for template, item in paths.items():
        for method, definition in item.items():
            if method in METHODS and "operationId" in definition:
                yield Operation(definition["operationId"], method.upper(), template, definition, part)


@cache
def operations() -> dict[str, Operation]:
    """Return the operations of the core, of the profiles and of the set-up, by operation id."""
    parts = {
        CORE_PART: document(CONTRACT)["paths"],
        **{name: profile.patch.get("paths", {}) for name, profile in profiles.load().items()},
        SETUP_PART: document(SETUP)["paths"],
    }
    return {operation.id: operation for part, paths in parts.items() for operation in _operations(paths, part)}


@cache
def _patterns() -> Mapping[tuple[str, int], list[tuple[Operation, re.Pattern[str]]]]:
    """Return the operations with the patterns of their paths, by the method and the number of slashes."""
    found: defaultdict[tuple[str, int], list[tuple[Operation, re.Pattern[str]]]] = defaultdict(list)
    for operation in operations().values():
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.template))
        found[operation.method, operation.template.count("/")].append((operation, pattern))
    return dict(found)


@lru_cache(maxsize=MATCHES_REMEMBERED)
def match(method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
    """Return the operation that a request is for, with its path parameters; `None` for any other request.

    `path` is the path below the base URL, still percent-encoded and without a query.
    """
    for operation, pattern in _patterns().get((method, path.count("/")), ()):
        if found := pattern.fullmatch(path):
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    return None
