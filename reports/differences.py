"""What differs between two JSON values, in a sentence; for violations whose check does not describe it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

SHOWN: Final = 3
"""Entries or fields of one sort that are named; the others are counted."""


def difference(expected: Any, actual: Any) -> str:
    """Say what a list lacks, has too much or twice, or in which fields an object differs; nothing of other values."""
    if isinstance(expected, list) and isinstance(actual, list):
        return "; ".join(_of_lists(expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return "; ".join(_of_objects(expected, actual))
    return ""


def _of_lists(expected: list[Any], actual: list[Any]) -> Iterator[str]:
    wanted, actual_counts = Counter(map(_text, expected)), Counter(map(_text, actual))
    missing = [entry for entry in wanted if entry not in actual_counts]
    if missing:
        yield f"missing {len(missing)} of {len(wanted)}: {_named(missing)}"
    surplus = [entry for entry in actual_counts if entry not in wanted]
    if surplus:
        yield f"{len(surplus)} unexpected: {_named(surplus)}"
    repeated = [entry for entry, count in actual_counts.items() if count > max(1, wanted[entry]) and entry in wanted]
    if repeated:
        yield f"{len(repeated)} more than once: {_named(repeated)}"
    if wanted == actual_counts and expected != actual:
        yield "the same entries in another order"


def _of_objects(expected: dict[str, Any], actual: dict[str, Any]) -> Iterator[str]:
    differing = [name for name in expected if name in actual and expected[name] != actual[name]]
    for name in differing[:SHOWN]:
        yield f"{name} is {_text(actual[name])} instead of {_text(expected[name])}"
    if len(differing) > SHOWN:
        yield f"and {len(differing) - SHOWN} more fields differ"
    if missing := [name for name in expected if name not in actual]:
        yield f"missing {_named(missing)}"
    if surplus := [name for name in actual if name not in expected]:
        yield f"unexpected {_named(surplus)}"


def _named(entries: Iterable[str]) -> str:
    names = [entry.strip('"') for entry in entries]
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
