"""Splits the selected tests over machines, each of which runs its part only."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from statistics import fmean

import pytest

WEIGHTS = pytest.StashKey[Mapping[str, float]]()
"""Where it is kept on `pytest.Config` how long tests took in an earlier run, in seconds by id."""

_FORM = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")
_GROUP = "xdist_group"


@dataclass(frozen=True)
class Shard:
    """One part of a run, counted from 1."""

    index: int
    count: int


def parse(text: str) -> Shard:
    """Return a part as it is written, `2/5`. Raises `ValueError` with what to write."""
    found = _FORM.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise ValueError(f"--shard must be a part and the number of parts, such as 2/5, and not {text!r}")
    return Shard(int(found[1]), int(found[2]))


def split(items: Iterable[pytest.Item], count: int, weights: Mapping[str, float]) -> list[list[str]]:
    """Return the ids of the tests of each part; tests of one group are in one part, and each test in exactly one.

    Parts are made about equally heavy: what is left goes to the lightest part, the heaviest first. A test without a
    weight weighs what others weigh on average. Every machine that collects the same tests with the same weights comes
    to the same parts. Raises `ValueError` where a part would be empty.
    """
    units: dict[str, list[str]] = {}
    for item in items:
        units.setdefault(_unit(item), []).append(item.nodeid)
    if len(units) < count:
        raise ValueError(f"--shard asks for {count} parts of what can be split into {len(units)}: ask for fewer")
    average = fmean(weights.values()) if weights else 1.0
    heavy = {name: fsum(weights.get(test, average) for test in tests) for name, tests in units.items()}
    parts: list[list[str]] = [[] for _ in range(count)]
    loads = [0.0] * count
    for name in sorted(units, key=lambda name: (-heavy[name], name)):
        lightest = min(range(count), key=lambda number: (loads[number], len(parts[number]), number))
        parts[lightest] += units[name]
        loads[lightest] += heavy[name]
    return parts


def plan_of(parts: Iterable[Iterable[str]]) -> str:
    """Return a digest of which test is in which part, by which parts of one plan know each other."""
    return hashlib.sha256(json.dumps([sorted(part) for part in parts]).encode()).hexdigest()[:16]


def _unit(item: pytest.Item) -> str:
    mark = item.get_closest_marker(_GROUP)
    if mark is None:
        return f"test {item.nodeid}"
    return f"group {mark.kwargs.get('name') or (mark.args[0] if mark.args else 'default')}"
