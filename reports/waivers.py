"""`waivers.yaml`: violations that somebody answers for, until a day."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from reports.fingerprints import PATTERN
from reports.model import Report, RequirementResult, Waiver
from reports.refusal import Refusal
from reports.text import visible

ANY_TARGET: Final = "*"

_KEYS: Final = tuple(field.name for field in fields(Waiver))
_OPTIONAL: Final = frozenset({"fingerprint"})
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_FORM: Final = "a list of entries with " + ", ".join(key for key in _KEYS if key not in _OPTIONAL)


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    names = [loader.construct_object(key) for key, _ in node.value]
    for name in names:
        if names.count(name) > 1:
            raise yaml.MarkedYAMLError(problem=f"{name} stands twice in one entry", problem_mark=node.start_mark)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers. Raises `Refusal` when it is missing or anything in it is not as it has to be."""
    entries = _read(path)
    if entries is None:
        raise Refusal(f"{path} is empty: write {_FORM}, or leave --waivers out.")
    if not isinstance(entries, list):
        raise Refusal(f"{path} is no list: write {_FORM}.")
    if not entries:
        raise Refusal(f"{path} lists no waiver: write {_FORM}, or leave --waivers out.")
    waivers = tuple(_waiver(f"{path}, entry {number}", entry) for number, entry in enumerate(entries, start=1))
    for number, waiver in enumerate(waivers, start=1):
        for earlier, other in enumerate(waivers[: number - 1], start=1):
            if _overlap(waiver, other):
                raise Refusal(
                    f"{path}, entries {earlier} and {number} waive the same violation of {waiver.requirement}: "
                    "leave one of them."
                )
    return waivers


def waive(report: Report, waivers: Iterable[Waiver], today: date) -> tuple[tuple[RequirementResult, ...], list[str]]:
    """Let the waivers that hold for the target of a report meet its violations.

    The answer is the results, `waived` where each of the violations is met, and a sentence about each waiver that does
    not fit what was found. A waiver for another target is left alone, unless no contract has its requirement.
    """
    results = {result.id: result for result in report.requirements}
    objections = []
    met: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        result = results.get(waiver.requirement)
        if result is None:
            objections.append(f"{_name(waiver)} names a requirement that the contract does not have: correct its id.")
        elif not _is_meant(waiver, report):
            continue
        elif objection := _misfit(waiver, result, today):
            objections.append(objection)
        else:
            met.setdefault(result.id, []).append(waiver)
    waived = tuple(_met(result, tuple(met.get(result.id, ()))) for result in report.requirements)
    return waived, [*objections, *_unmet(waived)]


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise Refusal(f"There is no file of waivers {path}: name one that exists, or leave --waivers out.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}): name a file of waivers.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not UTF-8: save it as UTF-8.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = " ".join(visible(str(error)).replace("\\n", " ").split())
        raise Refusal(f"{path} is no YAML that can be read: {problem}.") from None


def _waiver(place: str, entry: Any) -> Waiver:
    if not isinstance(entry, dict):
        raise Refusal(f"{place} is no mapping: write {', '.join(_KEYS)}, each with its value.")
    if unknown := [key for key in entry if key not in _KEYS]:
        raise Refusal(f"{place} has the unknown key {visible(str(unknown[0]))}: the keys are {', '.join(_KEYS)}.")
    for key in _KEYS:
        if key not in entry and key not in _OPTIONAL:
            raise Refusal(f"{place} has no {key}: {_MEANINGS[key]}.")
    told: dict[str, Any] = {key: _TAKERS.get(key, _text)(place, key, value) for key, value in entry.items()}
    return Waiver(**{"fingerprint": None, **told})


_MEANINGS: Final[Mapping[str, str]] = {
    "requirement": "write the id of the requirement that is violated",
    "target": "write the base URL of the target, mock, or * for any",
    "reason": "write why the violation is put up with",
    "owner": "write who answers for it",
    "link": "write the URL where it is followed up",
    "expires": "write the last day on which it holds, as in 2030-12-31",
}


def _text(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal(f"{place} has a {key} that is no text: put it in quotes, or write one.")
    if not value.strip():
        raise Refusal(f"{place} has an empty {key}: {_MEANINGS[key]}.")
    return value.strip()


def _fingerprint(place: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(PATTERN, value):
        raise Refusal(f"{place} has a {key} that no violation can have: copy it from report.json.")
    return value


def _target(place: str, key: str, value: Any) -> str:
    target = _text(place, key, value).rstrip("/")
    if target not in (ANY_TARGET, "mock") and not _is_base_url(target):
        raise Refusal(f"{place} has a {key} that no run can have: {_MEANINGS[key]}.")
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
        raise Refusal(f"{place} has a {key} that is no URL: {_MEANINGS[key]}.")
    return link


def _expiry(place: str, key: str, value: Any) -> str:
    told = value.isoformat() if isinstance(value, date) else value
    try:
        if isinstance(told, str) and _DAY.fullmatch(told):
            return date.fromisoformat(told).isoformat()
    except ValueError:
        pass
    raise Refusal(f"{place} has a date of expiry that is no date: {_MEANINGS[key]}.")


_TAKERS: Final[Mapping[str, Callable[[str, str, Any], str]]] = {
    "fingerprint": _fingerprint,
    "target": _target,
    "link": _link,
    "expires": _expiry,
}


def _overlap(one: Waiver, other: Waiver) -> bool:
    is_same_violation = None in (one.fingerprint, other.fingerprint) or one.fingerprint == other.fingerprint
    is_same_target = ANY_TARGET in (one.target, other.target) or one.target == other.target
    return one.requirement == other.requirement and is_same_violation and is_same_target


def _is_meant(waiver: Waiver, report: Report) -> bool:
    where = report.target.base_url if report.target else None
    return waiver.target in (ANY_TARGET, where)


def _misfit(waiver: Waiver, result: RequirementResult, today: date) -> str | None:
    if date.fromisoformat(waiver.expires) < today:
        return f"{_name(waiver)} expired on {waiver.expires}: mend the service, or have {waiver.owner} renew it."
    if result.verdict == "pass":
        return f"{_name(waiver)} is not needed any more, as the requirement passes: remove it."
    if result.verdict == "not-exercised":
        return f"{_name(waiver)} met nothing, as the requirement was not exercised: exercise it, or remove the waiver."
    if waiver.fingerprint is not None and waiver.fingerprint not in result.fingerprints:
        return (
            f"{_name(waiver)} is for a violation that was not seen, while the requirement was violated in another way, "
            f"{', '.join(result.fingerprints)}: mend that, and remove the waiver."
        )
    return None


def _met(result: RequirementResult, waivers: tuple[Waiver, ...]) -> RequirementResult:
    if not waivers:
        return result
    verdict = result.verdict if _uncovered(result, waivers) else "waived"
    return replace(result, verdict=verdict, waivers=waivers)


def _unmet(results: Iterable[RequirementResult]) -> Iterator[str]:
    for result in results:
        if result.waivers and (further := _uncovered(result, result.waivers)):
            yield (
                f"{result.id} was violated in a way that its waivers do not describe, {', '.join(further)}: "
                "mend the service."
            )


def _uncovered(result: RequirementResult, waivers: Iterable[Waiver]) -> list[str]:
    covered = {waiver.fingerprint for waiver in waivers}
    return [] if None in covered else [each for each in result.fingerprints if each not in covered]


def _name(waiver: Waiver) -> str:
    which = f" ({waiver.fingerprint})" if waiver.fingerprint else ""
    return visible(f"The waiver of {waiver.requirement}{which}")
