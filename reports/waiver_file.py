"""`waivers.yaml`: the file of violations that are tolerated until a day, by an owner."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from reports.errors import InvalidWaiver
from reports.fingerprints import PATTERN
from reports.model import Waiver
from spec import given_file
from spec.text import visible

ANY_TARGET: Final = "*"

_KEYS: Final = tuple(field.name for field in fields(Waiver))
_OPTIONAL: Final = frozenset({"fingerprint", "link"})
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_FORM: Final = "a list of entries with " + ", ".join(key for key in _KEYS if key not in _OPTIONAL)


class _Loader(yaml.SafeLoader):
    """YAML that refuses duplicate keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    names = [loader.construct_object(key) for key, _ in node.value]
    for name in names:
        if names.count(name) > 1:
            raise yaml.MarkedYAMLError(problem=f"{name} appears twice in one entry", problem_mark=node.start_mark)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers. Raises `InvalidWaiver` when it is missing or anything in it is not as it has to be."""
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """Read what a file of waivers says, its line ends unchanged. Raises `InvalidWaiver` when it cannot be read."""
    try:
        return given_file.read(path).decode()
    except FileNotFoundError:
        raise InvalidWaiver(
            f"There is no file of waivers {path}: name one that exists, or leave --waivers out."
        ) from None
    except OSError as error:
        raise InvalidWaiver(f"{path} cannot be read ({error.strerror}): name a file of waivers.") from None
    except UnicodeDecodeError:
        raise InvalidWaiver(f"{path} is not UTF-8: save it as UTF-8.") from None


def compose(text: str, path: Path) -> yaml.Node | None:
    """Find the list in the text of a file of waivers, `None` where there is nothing but comments."""
    with _refusing(path):
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return node


def parse(text: str, path: Path) -> tuple[Waiver, ...]:
    """Take the text of a file of waivers apart. Raises `InvalidWaiver` as `load` does."""
    with _refusing(path):
        entries = yaml.load(text, Loader=_Loader)
    if entries is None:
        raise InvalidWaiver(f"{path} is empty: write {_FORM}, or leave --waivers out.")
    if not isinstance(entries, list):
        raise InvalidWaiver(f"{path} is not a list: write {_FORM}.")
    waivers = tuple(checked(f"{path}, entry {number}", entry) for number, entry in enumerate(entries, start=1))
    for number, waiver in enumerate(waivers, start=1):
        for earlier, other in enumerate(waivers[: number - 1], start=1):
            if overlap(waiver, other):
                raise InvalidWaiver(
                    f"{path}, entries {earlier} and {number} waive the same violation of {waiver.requirement}: "
                    "leave one of them."
                )
    return waivers


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = " ".join(visible(str(error)).replace("\\n", " ").split())
        raise InvalidWaiver(f"{path} is not valid YAML: {problem}.") from None


def checked(place: str, entry: Any) -> Waiver:
    """Make a waiver of an entry. Raises `InvalidWaiver`, whose message begins with the place."""
    if not isinstance(entry, dict):
        raise InvalidWaiver(f"{place} is not a mapping: write {', '.join(_KEYS)}, each with its value.")
    if unknown := [key for key in entry if key not in _KEYS]:
        raise InvalidWaiver(f"{place} has the unknown key {visible(str(unknown[0]))}: the keys are {', '.join(_KEYS)}.")
    for key in _KEYS:
        if key not in entry and key not in _OPTIONAL:
            raise InvalidWaiver(f"{place} has no {key}: {_MEANINGS[key]}.")
    values: dict[str, Any] = {key: _PARSERS.get(key, _text)(place, key, value) for key, value in entry.items()}
    return Waiver(**{**dict.fromkeys(_OPTIONAL), **values})


_MEANINGS: Final[Mapping[str, str]] = {
    "requirement": "write the id of the requirement that is violated",
    "target": "write the base URL of the target, mock, or * for any",
    "reason": "write why the violation is tolerated",
    "owner": "write who answers for it",
    "link": "write the URL where it is followed up",
    "expires": "write the last day on which it holds, as in 2030-12-31",
}


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidWaiver(f"{place} has a {key} that is not text: put it in quotes, or write one.")
    if not value.strip():
        raise InvalidWaiver(f"{place} has an empty {key}: {_MEANINGS[key]}.")
    return value.strip()


def _fingerprint(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(PATTERN, value):
        raise InvalidWaiver(f"{place} has a {key} that is not a fingerprint: copy it from report.json.")
    return value


def _target(place: str, key: str, value: Any) -> str:
    target = _text(place, key, value).rstrip("/")
    if target not in (ANY_TARGET, "mock") and not _is_base_url(target):
        raise InvalidWaiver(f"{place} has a {key} that is not a target: {_MEANINGS[key]}.")
    return target


def _is_base_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        return False


def _link(place: str, key: str, value: Any) -> str:
    link = _text(place, key, value)
    if urlsplit(link).scheme not in ("http", "https"):
        raise InvalidWaiver(f"{place} has a {key} that is not a URL: {_MEANINGS[key]}.")
    return link


def _day(place: str, key: str, value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else value
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise InvalidWaiver(f"{place} has an {key} that is not a date: {_MEANINGS[key]}.")


_PARSERS: Final[Mapping[str, Callable[[str, str, Any], str]]] = {
    "fingerprint": _fingerprint,
    "target": _target,
    "link": _link,
    "expires": _day,
}


def overlap(one: Waiver, other: Waiver) -> bool:
    """Tell whether there can be a violation that both waive."""
    is_same_violation = None in (one.fingerprint, other.fingerprint) or one.fingerprint == other.fingerprint
    is_same_target = ANY_TARGET in (one.target, other.target) or one.target == other.target
    return one.requirement == other.requirement and is_same_violation and is_same_target
