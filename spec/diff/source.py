"""Text as plain data: JSON, or YAML as version 1.2 reads it, where `on` is a word and a day is a text."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import yaml

DEEPEST: Final = 200
"""Levels of nesting that are read; what has itself inside has more."""
LARGEST = 1_000_000
"""Values that are read; aliases can unfold a short text into any number."""

_WORDS: Final = {True: "true", False: "false", None: "null"}
_RESOLVED: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
)


class NotPlain(ValueError):
    """Text that is not such data; the message goes on after the name of the text."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2 in which no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        _once(str(key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _RESOLVED:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def plain(text: str) -> Any:
    """Return what a text says, with texts for keys, and whole numbers however they are written. Raises `NotPlain`."""
    try:
        try:
            found = json.loads(text, object_pairs_hook=_object)
        except json.JSONDecodeError:
            found = yaml.load(text, Loader=_Loader)
        return _Copy().of(found, DEEPEST)
    except NotPlain:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" from line {mark.line + 1} on" if mark else ""
        raise NotPlain(f"is neither YAML nor JSON{place}") from None
    except RecursionError:
        raise NotPlain(_TOO_DEEP) from None
    except ValueError as error:
        raise NotPlain(f"has a value that cannot be read ({' '.join(str(error).split())})") from None
    except (KeyError, AttributeError):
        raise NotPlain("has a value that is not what its tag says") from None


_TOO_DEEP: Final = f"contains itself, or is nested deeper than {DEEPEST} levels"


class _Copy:
    """Makes a copy in which nothing is shared, as long as it is not too large."""

    def __init__(self) -> None:
        self.left = LARGEST

    def of(self, value: Any, levels: int) -> Any:
        self.left -= 1
        if not self.left:
            raise NotPlain(f"expands to more than {LARGEST:,} values")
        if not levels:
            raise NotPlain(_TOO_DEEP)
        if isinstance(value, dict):
            keys = [_key(key) for key in value]
            _once(keys)
            return {key: self.of(part, levels - 1) for key, part in zip(keys, value.values(), strict=True)}
        if isinstance(value, list | tuple | set):
            return [self.of(part, levels - 1) for part in value]
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, bool | int | float | None) else _text(str(value))


def _key(key: object) -> str:
    return _WORDS[key] if key is None or isinstance(key, bool) else _text(str(key))


def _text(text: str) -> str:
    """Return a text in which halves of a character are put together, or replaced where the other half is not there."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _once(key for key, _ in pairs)
    return dict(pairs)


def _once(keys: Iterable[str]) -> None:
    passed = set()
    for key in keys:
        if key in passed:
            raise NotPlain(f"has {key} twice in one place")
        passed.add(key)
