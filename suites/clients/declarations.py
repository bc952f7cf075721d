"""Reads the type declarations of the Node client (`.d.ts`), as far as generated clients use the language.

The output has the form of what `drivers/describe.py` writes of the Python client.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FILES: Final = ("resources/batches.d.ts", "core/pagination.d.ts")
PAGE: Final = "PaginatedCursorResponse"
OPTIONS: Final = "RequestOptions"
"""The type of the last argument of each method, which is the client's own."""

_COMMENT: Final = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TOKEN: Final = re.compile(r"'[^']*'|[\w$.]+|\S")
_PLAIN: Final = {"string": "string", "number": "number", "boolean": "boolean"}
_BRACKETS: Final = {"(": ")", "{": "}", "[": "]", "<": ">"}

Fields = dict[str, dict[str, Any]]


class UnreadableTypes(ValueError):
    """A declaration that this reader does not know; the message says which."""


@dataclass
class Declarations:
    """The interfaces of some files by their full names, and the methods of their classes."""

    interfaces: dict[str, Fields] = field(default_factory=dict)
    extended: dict[str, str] = field(default_factory=dict)
    generics: dict[str, str] = field(default_factory=dict)
    methods: dict[str, tuple[list[list[str]], list[str]]] = field(default_factory=dict)


class _Reader:
    """Goes over the tokens of one file."""

    def __init__(self, text: str, found: Declarations) -> None:
        self.tokens = _TOKEN.findall(_COMMENT.sub(" ", text))
        self.place = 0
        self.found = found

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.place += 1
        return token

    def until(self, *ends: str) -> list[str]:
        """Return the tokens up to one of `ends` outside of all brackets, which is taken as well."""
        taken: list[str] = []
        open_: list[str] = []
        while self.next:
            token = self.take()
            if not open_ and token in ends:
                return taken
            if token in _BRACKETS and not (token == "<" and taken[-1:] == ["="]):
                open_.append(_BRACKETS[token])
            elif open_ and token == open_[-1] and not (token == ">" and taken[-1:] == ["="]):
                open_.pop()
            taken.append(token)
        return taken

    def read(self, prefix: str = "") -> None:
        """Read declarations up to the end of the file, or of the namespace with this prefix."""
        while self.next and self.next != "}":
            word = self.take()
            if word == "interface":
                self._interface(prefix)
            elif word == "namespace":
                name = self.take()
                self.take()
                self.read(f"{prefix}{name}.")
                self.take()
            elif word == "class":
                self._class()
            elif word == "{":
                self.until("}")

    def _interface(self, prefix: str) -> None:
        name = f"{prefix}{self.take()}"
        head = self.until("{")
        if head[:1] == ["<"]:
            self.found.generics[name] = head[1]
        if "extends" in head:
            self.found.extended[name] = head[head.index("extends") + 1]
        self.found.interfaces[name] = self._fields()

    def _fields(self) -> Fields:
        fields: Fields = {}
        while self.next != "}":
            tokens = self.until(";")
            name, *rest = tokens
            is_optional = rest[0] == "?"
            if rest[is_optional] != ":":
                raise UnreadableTypes(f"the member {' '.join(tokens)}")
            fields[name.strip("'")] = {"tokens": rest[is_optional + 1 :], "required": not is_optional}
        self.take()
        return fields

    def _class(self) -> None:
        self.until("{")
        while self.next and self.next != "}":
            member = self.until(";")
            if len(member) > 1 and member[1] == "(" and member[0] != "constructor":
                inner = _Reader("", self.found)
                inner.tokens, inner.place = member, 2
                arguments = _parted(inner.until(")"), ",")
                self.found.methods[member[0]] = (arguments, member[inner.place + 1 :])
        self.take()


def _parted(tokens: list[str], separator: str) -> list[list[str]]:
    """Split tokens at a separator outside of all brackets."""
    reader = _Reader("", Declarations())
    reader.tokens = tokens
    parts = []
    while reader.next:
        parts.append(reader.until(separator))
    return [part for part in parts if part]


def operations(package: Path) -> dict[str, Any]:
    """Return the methods of an installed client by its declarations. Raises `UnreadableTypes`."""
    found = Declarations()
    for file in FILES:
        _Reader((package / file).read_text(encoding="utf-8"), found).read()
    if not found.methods:
        raise UnreadableTypes(f"no methods in {FILES[0]}")
    return {
        f"batches.{name}": _operation(found, arguments, result)
        for name, (arguments, result) in found.methods.items()
        if OPTIONS in (token for argument in arguments for token in argument)
    }


def _operation(found: Declarations, arguments: list[list[str]], result: list[str]) -> dict[str, Any]:
    parameters: Fields = {}
    for name, *rest in arguments:
        tokens = rest[2:] if rest[0] == "?" else rest[1:]
        if OPTIONS in tokens:
            continue
        kind = _type(found, tokens)
        if kind["type"] == "object":
            parameters |= {each: {**field_, "path": False} for each, field_ in kind["fields"].items()}
        else:
            parameters[name] = {**kind, "required": rest[0] != "?", "path": True}
    wrapper, inner = result[0], _parted(result[2:-1], ",")
    if wrapper == "PagePromise":
        known = {found.generics[PAGE]: inner[1]}
        answer = {"type": "object", "fields": _fields_of(found, PAGE, known), "null": False}
    else:
        answer = _type(found, inner[0])
    return {"parameters": parameters, "answer": answer}


def _fields_of(found: Declarations, interface: str, known: dict[str, list[str]]) -> Fields:
    """Return the fields of an interface; `known` says what its type variables stand for."""
    fields = {}
    for name, each in found.interfaces[interface].items():
        tokens = [part for token in each["tokens"] for part in known.get(token, [token])]
        fields[name] = {**_type(found, tokens, interface), "required": each["required"]}
    return fields


def _type(found: Declarations, tokens: list[str], scope: str = "") -> dict[str, Any]:
    """Return a type as plain data, as an interface sees it. Raises `UnreadableTypes` for an unknown notation."""
    variants = [part for part in _parted(tokens, "|") if part not in (["null"], ["undefined"])]
    is_nullable = ["null"] in _parted(tokens, "|")
    if variants and all(part[0].startswith("'") for part in variants):
        values = sorted(part[0].strip("'") for part in variants)
        return {"type": "string", "values": values, "null": is_nullable}
    if len(variants) != 1:
        raise UnreadableTypes(f"the type {' '.join(tokens)}")
    ((first, *rest),) = variants
    if first in _PLAIN and not rest:
        return {"type": _PLAIN[first], "null": is_nullable}
    if first == "Array":
        return {"type": "array", "items": _type(found, rest[1:-1], scope), "null": is_nullable}
    if first == "{":
        return {"type": "any", "null": is_nullable}
    interface = _resolved(found, first, scope)
    inherited = _fields_of(found, found.extended[interface], {}) if interface in found.extended else {}
    return {"type": "object", "fields": {**inherited, **_fields_of(found, interface, {})}, "null": is_nullable}


def _resolved(found: Declarations, name: str, scope: str) -> str:
    """Return the full name of an interface as another one calls it. Raises `UnreadableTypes` when there is none."""
    around = scope.split(".") if scope else []
    for depth in range(len(around), -1, -1):
        full = ".".join([*around[:depth], name])
        if full in found.interfaces:
            return full
    raise UnreadableTypes(f"the type {name}")
