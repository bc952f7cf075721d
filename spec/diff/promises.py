"""Requirements, before and after, and those that speak of what changed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from spec.diff.document import Unasked
from spec.diff.model import Change, Finding
from spec.requirements import Requirement

_WORDS = ("statement", "covers", "needs", "min_observations")
"""The parts of a requirement that may be reworded."""


def requirements_of(name: str, entries: Any) -> dict[str, Requirement]:
    """Return the requirements of a file by id. Raises `Unasked` with all that are not valid."""
    if not isinstance(entries, list):
        raise Unasked(f"{name} has no list of requirements: fix it first.")
    found: dict[str, Requirement] = {}
    wrong = []
    for number, entry in enumerate(entries, start=1):
        try:
            lists = {"covers": tuple(entry["covers"]), "needs": tuple(entry.get("needs", ()))}
            one = Requirement(**{"rests_on": "", **entry, **lists})
            if one.level not in ("must", "should") or not isinstance(one.id, str):
                raise TypeError("its id is a text, and its level must or should")
            found[one.id] = one
        except (TypeError, KeyError, AttributeError) as error:
            wrong.append(f"entry {number} ({error})")
    if wrong:
        raise Unasked(f"{name} has invalid requirements: fix {', '.join(wrong)} first.")
    return found


def compare(old: Mapping[str, Requirement], new: Mapping[str, Requirement]) -> Iterator[Finding]:
    """Yield what differs between two sets of requirements."""
    for id_, before in old.items():
        if id_ not in new:
            yield Finding(id_, "removed", f"{before.level}-removed")
            continue
        after = new[id_]
        if before.level != after.level:
            rule = "must-lowered" if before.level == "must" else "should-raised"
            yield Finding(id_, "changed", rule, "level", before.level, after.level)
        for word in _WORDS:
            earlier, later = getattr(before, word), getattr(after, word)
            if earlier != later:
                yield Finding(id_, "changed", "requirement-restated", word, _as_text(earlier), _as_text(later))
    for id_ in new.keys() - old.keys():
        yield Finding(id_, "added", "requirement-added", after=new[id_].level)


def concerned(changes: Iterable[Change], requirements: Mapping[str, Requirement]) -> list[Change]:
    """Return the changes, each with the ids of the requirements that cover what changed."""
    return [
        replace(
            change,
            requirements=tuple(id_ for id_, one in requirements.items() if _speaks(one.covers, change)),
        )
        for change in changes
    ]


def _speaks(covers: tuple[str, ...], change: Change) -> bool:
    where = re.sub(r"(\[\]|\.\*)+$", "", change.where)
    where = re.sub(r":body.*$", "", where)
    status = re.fullmatch(r"(\w+:\d)(?:\d\d|XX)(?:#.*)?", where)
    if status:
        where = f"{status[1]}XX"
    if where in covers or ("=" in where and f"{where.partition('=')[0]}=*" in covers):
        return True
    if change.what == "added" and "=" in where:
        # A new value concerns whoever speaks of several others.
        return sum(named.startswith(f"{where.partition('=')[0]}=") for named in covers) > 1
    is_operation = re.fullmatch(r"\w+", where)
    return bool(is_operation and change.what == "removed" and any(re.match(rf"{where}\b", named) for named in covers))


def _as_text(value: object) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)
