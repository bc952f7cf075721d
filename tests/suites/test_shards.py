"""A run is split into parts that lose no test, share none, and weigh about the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suites.selection import COSTLY
from suites.shards import Shard, parse, plan_of, split

SUITES = Path(__file__).parents[2] / "suites"


@dataclass
class Item:
    nodeid: str
    group: str | None = None

    def get_closest_marker(self, name: str) -> Any:
        assert name == "xdist_group"
        return pytest.mark.xdist_group(self.group).mark if self.group else None


def parts_of(items: Sequence[Item], count: int, weights: dict[str, float]) -> list[list[str]]:
    return split(cast("list[pytest.Item]", items), count, weights)


ITEMS = st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from([None, "a", "b"]), min_size=1, max_size=40)


@given(ITEMS, st.integers(1, 6), st.randoms(use_true_random=False), st.booleans())
def test_each_test_is_in_one_part_and_groups_stay_together(
    tests: dict[str, str | None], count: int, order: Any, weighed: bool
) -> None:
    items = [Item(nodeid, group) for nodeid, group in tests.items()]
    weights = {nodeid: len(nodeid) / 3 for nodeid in tests if weighed and len(nodeid) > 1}
    units = {item.group or f"test {item.nodeid}" for item in items}
    if len(units) < count:
        with pytest.raises(ValueError, match="ask for fewer"):
            parts_of(items, count, weights)
        return
    parts = parts_of(items, count, weights)
    assert sorted(test for part in parts for test in part) == sorted(tests)
    assert all(parts)
    for group in ("a", "b"):
        assert sum(any(tests[test] == group for test in part) for part in parts) <= 1
    order.shuffle(items)
    assert [sorted(part) for part in parts_of(items, count, weights)] == [sorted(part) for part in parts]


def test_the_order_of_a_group_moves_no_test() -> None:
    weights = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.1 + 0.2 + 0.3}
    items = [Item(name, None if name == "d" else "group") for name in weights]
    assert parts_of(items, 2, weights)[0] == parts_of(items[::-1], 2, weights)[0][::-1]


def test_measured_times_balance_the_parts() -> None:
    weights = {"a": 8.0, "b": 4.0, "c": 4.0, "d": 1.0, "e": 1.0}
    parts = parts_of([Item(name) for name in "abcdef"], 2, weights)
    loads = [sum(weights.get(test, 3.6) for test in part) for part in parts]
    assert max(loads) - min(loads) < 4


def test_another_split_is_another_plan() -> None:
    assert plan_of([["a", "b"], ["c"]]) == plan_of([["b", "a"], ["c"]])
    assert plan_of([["a", "b"], ["c"]]) != plan_of([["a"], ["b", "c"]])


@pytest.mark.parametrize(("text", "shard"), [("1/1", Shard(1, 1)), ("2/5", Shard(2, 5)), ("10/10", Shard(10, 10))])
def test_a_part_is_read(text: str, shard: Shard) -> None:
    assert parse(text) == shard


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", "1.0/3", " 1/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 2/5"):
        parse(text)


def test_every_fixture_that_keeps_tests_together_is_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SUITES.rglob("*.py")]
    fixtures = {name for text in sources for name in re.findall(r"^@pytest\.fixture.*\ndef (\w+)", text, re.MULTILINE)}
    assert fixtures >= COSTLY
