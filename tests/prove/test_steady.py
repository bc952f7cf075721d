"""The rules by which a service is unsteady, on made-up reports."""

from dataclasses import replace
from typing import Any

import pytest

from fixtures.mock.faults import FAULTS
from tests.prove import plan, steady
from tests.reports import samples

NAME = "results-null-unless-expanded"
HELD = {"held": {NAME: 1}}
BROKEN = {"violations": [samples.violation()]}


def report(*records: dict[str, Any]) -> Any:
    return samples.report(*records)


@pytest.mark.parametrize(
    ("records", "again"),
    [
        (BROKEN, {"violations": [samples.violation(kind="missing")]}),
        (BROKEN, HELD),
        (HELD, BROKEN),
        (HELD, {}),
        ({}, HELD),
    ],
    ids=["another kind", "gone", "new", "not exercised any more", "exercised at last"],
)
def test_two_runs_that_differ_are_unsteady(records: dict[str, Any], again: dict[str, Any]) -> None:
    (change,) = steady.differences(report(records), report(again))
    assert NAME in change


@pytest.mark.parametrize("records", [HELD, BROKEN, {}], ids=["held", "broken", "nothing"])
def test_two_runs_that_agree_do_not(records: dict[str, Any]) -> None:
    other = replace(samples.run(), seed=8, workers=3)
    assert list(steady.differences(report(records), replace(report(records), run=other))) == []


def test_a_run_without_a_report_is_no_steady_one() -> None:
    assert list(steady.differences("it broke", report(HELD))) == ["no report was written: it broke"]


BY_CHANCE = FAULTS["overlapping-creates-swap-directories"]
OUT_OF_SIGHT = FAULTS["cancelled-batch-completes-later"]


def test_what_a_fault_brings_by_chance_is_no_unsteadiness_and_what_it_breaks_is() -> None:
    assert list(steady.differences(report(HELD), report(BROKEN), BY_CHANCE)) == []
    assert list(steady.differences(report(HELD), report(BROKEN), FAULTS["upload-reopens-batch"]))
    assert not any(steady.is_by_chance(BY_CHANCE, own) for own in BY_CHANCE.requirements)


def test_what_needs_control_is_seen_by_url_as_long_as_the_run_takes() -> None:
    assert steady.is_by_chance(OUT_OF_SIGHT, "terminal-status-is-final")
    assert steady.is_by_chance(OUT_OF_SIGHT, "list-agrees-with-get")
    assert not steady.is_by_chance(OUT_OF_SIGHT, NAME)


def test_each_fault_that_breaks_by_chance_exists() -> None:
    assert steady.by_chance() <= FAULTS.keys()


def test_every_fault_and_the_clean_mock_are_run_twice_by_url_with_workers() -> None:
    orders = steady.orders(FAULTS)
    assert len(orders) == 2 * (len(FAULTS) + 1)
    assert [order.faults for order in orders[::2]] == [(), *((name,) for name in FAULTS)]
    for first, second in zip(orders[::2], orders[1::2], strict=True):
        assert first.black_box
        assert second.black_box
        assert first.faults == second.faults
        assert first.tests != second.tests
        assert all(any(option.startswith("--numprocesses=") for option in order.tests) for order in (first, second))
        has_size = plan.WITHOUT_SIZE not in first.tests
        assert has_size == bool(plan.OF_SIZE & {*_broken(first.faults)})


def _broken(names: tuple[str, ...]) -> list[str]:
    return [id_ for name in names for id_ in FAULTS[name].requirements]
