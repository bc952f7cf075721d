"""Phases and subtests add up to tests."""

from typing import Any, Literal

import pytest

from reports.model import ReportedShard, TestResult
from reports.outcomes import Outcomes
from tests.reports import samples

NAME = "suites/test_a.py::test_a"


def phase(
    when: Literal["setup", "call", "teardown"],
    outcome: Literal["passed", "failed", "skipped"] = "passed",
    name: str = NAME,
) -> pytest.TestReport:
    return pytest.TestReport(name, ("a.py", 1, "test_a"), {}, outcome, None, when, duration=0.25)


def summed(*phases: pytest.TestReport) -> tuple[TestResult, ...]:
    tests = Outcomes()
    for each in phases:
        tests.add(each, {"spent": {"requests": 2}})
    return tests.all


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [
        (("passed", "passed", "passed"), "passed"),
        (("passed", "failed", "passed"), "failed"),
        (("passed", "skipped", "passed"), "skipped"),
        (("passed", "passed", "failed"), "error"),
        (("passed", "failed", "failed"), "error"),
    ],
)
def test_the_worst_phase_decides(outcomes: tuple[Any, Any, Any], outcome: Any) -> None:
    phases = (phase("setup", outcomes[0]), phase("call", outcomes[1]), phase("teardown", outcomes[2]))
    assert summed(*phases) == (TestResult(NAME, outcome, 0.75, 6),)


def test_a_setup_that_breaks_is_an_error() -> None:
    assert summed(phase("setup", "failed"), phase("teardown")) == (TestResult(NAME, "error", 0.5, 4),)


def test_a_subtest_counts_for_its_test_and_takes_no_time_of_its_own() -> None:
    part = phase("call", "failed", f"{NAME}[GET /batches/{{id}}]")
    assert summed(phase("setup"), part, phase("call"), phase("teardown")) == (TestResult(NAME, "failed", 0.75, 8),)


def test_tests_with_parameters_stay_apart_and_are_reported_by_id() -> None:
    names = [f"{NAME}[{parameter}]" for parameter in ("b", "a")]
    ended = summed(*(phase("setup", name=name) for name in (NAME, *names)))
    assert [test.id for test in ended] == [NAME, *sorted(names)]


@pytest.mark.parametrize("spent", [None, 7, [], {"requests": "many"}, {}], ids=str)
def test_a_record_that_cannot_be_read_counts_for_nothing(spent: object) -> None:
    tests = Outcomes()
    tests.add(phase("setup"), {"spent": spent})
    assert tests.all[0].requests == 0


def test_workers_that_split_differently_are_a_error() -> None:
    part = {"index": 1, "count": 2, "selected": 3, "plan": "a"}
    found = samples.findings({"shard": part}, {"shard": part}, {"shard": None})
    assert (found.shard, found.errors) == (ReportedShard(1, 2, 3, "a"), ())
    found.add({"shard": {**part, "plan": "b"}})
    assert "split the tests differently" in found.errors[0]
