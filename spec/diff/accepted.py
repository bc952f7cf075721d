"""Breaks of a contract that somebody answers for: a list in YAML or JSON, each with its element and its rule."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any, Final

from spec.diff.document import Unasked
from spec.diff.model import Acceptance
from spec.diff.rules import RULES
from spec.diff.verdict import Verdict

_KEYS: Final = tuple(field.name for field in fields(Acceptance))
_NEEDED: Final = tuple(field.name for field in fields(Acceptance) if field.default is MISSING)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def entries(name: str, raw: Any) -> tuple[Acceptance, ...]:
    """Return the entries of a file. Raises `Unasked` with everything in it that is not as it has to be."""
    if not isinstance(raw, list) or not raw:
        raise Unasked(
            f"{name} lists nothing that is accepted: write entries with {', '.join(_NEEDED)}, or leave it out."
        )
    wrong = [f"entry {number} {words}" for number, entry in enumerate(raw, start=1) for words in _wrong(entry)]
    if not wrong:
        wrong = list(_repeated(raw))
    if wrong:
        raise Unasked("\n  ".join([f"{name} does not say clearly what is accepted:", *wrong]))
    return tuple(Acceptance(**entry) for entry in raw)


def accept(verdict: Verdict, accepted: Iterable[Acceptance], today: date) -> Verdict:
    """Return a verdict after which each entry has met the changes of its element by its rule, and no others.

    An entry that meets none, or whose last day has passed, is objected to.
    """
    held: dict[tuple[str, str], Acceptance] = {}
    objections = []
    found = {(change.where, rule) for change in (*verdict.changes, *verdict.requirements) for rule in change.rules}
    for entry in accepted:
        key = (entry.element, entry.rule)
        if key not in found:
            objections.append(f"{_named(entry)} is not needed, as there is no such change: remove it.")
        elif entry.expires and date.fromisoformat(entry.expires) < today:
            objections.append(
                f"{_named(entry)} expired on {entry.expires}: take the change back, or have {entry.owner} renew it."
            )
        else:
            held[key] = entry
    changes, requirements = (
        tuple(
            replace(change, accepted=tuple(held[key] for rule in change.rules if (key := (change.where, rule)) in held))
            for change in of
        )
        for of in (verdict.changes, verdict.requirements)
    )
    return replace(verdict, changes=changes, requirements=requirements, objections=tuple(objections))


def _wrong(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"is not a mapping: write {', '.join(_NEEDED)}, each with its value."
        return
    for key in entry:
        if key not in _KEYS:
            yield f"has the unknown key {key}: the keys are {', '.join(_KEYS)}."
        elif not isinstance(entry[key], str) or not entry[key].strip():
            yield f"has no text for {key}: write one, in quotes if need be."
    for key in _NEEDED:
        if key not in entry:
            yield f"has no {key}."
    rule, expires = entry.get("rule"), entry.get("expires")
    if isinstance(rule, str) and rule.strip() and (rule not in RULES or not RULES[rule].breaks):
        which = "breaks nobody" if rule in RULES else "does not exist"
        yield f"names the rule {rule}, which {which}: copy the rule that the comparison shows."
    if isinstance(expires, str) and expires.strip() and not _is_day(expires):
        yield "has an expires that is not a date: write the last day on which it holds, as in 2030-12-31."


def _repeated(raw: list[dict[str, str]]) -> Iterator[str]:
    first: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(raw, start=1):
        earlier = first.setdefault((entry["element"], entry["rule"]), number)
        if earlier != number:
            yield f"entries {earlier} and {number} accept the same break: leave one of them."


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _named(entry: Acceptance) -> str:
    return f"The accepted break of {entry.element} by {entry.rule}"
