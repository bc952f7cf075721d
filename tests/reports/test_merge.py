"""The parts of a split run become one report, or are refused with what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.merge import merge
from reports.model import ElementCoverage, Report, ResponseFeatures, Run, Spending, TestResult
from spec.usage import WrongUsage
from tests.reports import samples

FIRST, SECOND, THIRD = "results-null-unless-expanded", "status-known", "page-size-respected"
SOME = (
    samples.requirement(FIRST),
    samples.requirement(SECOND, min_observations=3),
    samples.requirement(THIRD, "should"),
)
SPENT = {"requests": 5, "uploads": 1, "batches": 1, "billable_files": 2, "requirements": [SECOND]}
MET = {
    "coverage": {"sent": {"getBatch": 3}, "seen": {"getBatch": 2}},
    "appearance": {"statuses": {"getBatch 200": 2}, "headers": {"2XX date": 2}, "fields": {}},
    "batches": [
        {
            "id": "bat-1",
            "job_type": "parse_v2",
            "worker": "main",
            "created": 1,
            "sightings": [{"status": "PENDING", "first": 0.0, "last": 1.0, "times": 2, "exchange": 1}],
        }
    ],
}
RECORDS: tuple[dict[str, Any], ...] = (
    {
        "held": {SECOND: 2},
        "spent": SPENT,
        "exchanges": {"count": 5, "seconds": 1.0, "by_operation": {"getBatch": 5}},
        **MET,
    },
    {"held": {SECOND: 1}, "violations": [samples.violation(FIRST)], "spent": SPENT, **MET},
    {"unexercised": [{"requirement": THIRD, "reason": "no second key"}], "errors": ["No answer."]},
)


def part(index: int, *records: Mapping[str, Any], count: int = 3, in_run: Run | None = None) -> Report:
    found = samples.findings(*(records or (RECORDS[index - 1],)))
    run = replace(
        in_run or samples.run(),
        id=f"run{index}",
        shard=samples.shard(index, count),
        spent=found.spent,
        exchanges=found.traffic(),
    )
    tests = (TestResult(f"suites/test_a.py::test_{index}", "passed", 0.5, 5),)
    return samples.report(*(records or (RECORDS[index - 1],)), some=SOME, in_run=run, tests=tests)


def joined(*reports: Report) -> Report:
    return merge({Path(f"{number}.json"): each for number, each in enumerate(reports)}, samples.requirements(*SOME))


def test_parts_add_up_to_the_whole() -> None:
    whole = joined(part(2), part(3), part(1))
    assert [result.verdict for result in whole.requirements] == ["fail", "pass", "not-exercised"]
    assert [result.verdict for result in part(1).requirements] == ["not-exercised"] * 3
    one = samples.report(*RECORDS, some=SOME)
    for result, expected in zip(whole.requirements, one.requirements, strict=True):
        assert result == expected
    assert whole.errors == ("No answer.",)
    assert (whole.run.id, whole.run.shard, whole.run.workers) == ("run1+run2+run3", None, 3)
    assert whole.run.spent == Spending(10, 2, 2, 4)
    assert whole.run.exchanges.by_operation == {"getBatch": 5}
    assert whole.run.exchanges.coverage["getBatch"] == ElementCoverage(6, 4)
    assert whole.run.exchanges.appearance == ResponseFeatures({"getBatch 200": 4}, {"2XX date": 4}, {})
    assert [each.worker for each in whole.run.exchanges.batches] == ["1.main", "2.main"]
    assert whole.run.tests.passed == 3 * samples.run().tests.passed
    assert [test.id for test in whole.tests] == [f"suites/test_a.py::test_{number}" for number in (1, 2, 3)]


def test_a_violation_in_two_parts_is_one() -> None:
    same = {"violations": [samples.violation(FIRST)]}
    whole = joined(part(1, same), part(2, same), part(3))
    (violation,) = whole.requirements[0].violations
    assert (violation.count, whole.requirements[0].observations) == (2, 2)


def test_one_interrupted_part_interrupts_the_whole() -> None:
    stopped = replace(part(3, in_run=samples.run(interrupted=True)), tests=())
    whole = joined(part(1), part(2), stopped)
    assert whole.run.interrupted


def changed(index: int, **run: Any) -> Report:
    report = part(index)
    return replace(report, run=replace(report.run, **run))


def elsewhere(index: int) -> Report:
    return replace(part(index), target=replace(samples.target(), base_url="https://other.example"))


def set_otherwise(index: int) -> Report:
    return replace(part(index), target=replace(samples.target(), settings={"timeout": 60}))


def of_another_contract(index: int) -> Report:
    report = part(index)
    return replace(report, requirements=report.requirements[:-1])


def with_tests_of(index: int, other: int) -> Report:
    return replace(part(index), tests=part(other).tests)


WRONG: dict[str, tuple[Callable[[], tuple[Report, ...]], str]] = {
    "nothing": (lambda: (), "No report was named"),
    "a part is missing": (lambda: (part(1), part(3)), "Of 3 shards 2 is missing"),
    "two parts are missing": (lambda: (part(2),), "Of 3 shards 1, 3 is missing"),
    "the same part twice": (lambda: (part(1), part(1), part(2), part(3)), "0.json and 1.json both are shard 1"),
    "no part": (lambda: (part(1), changed(2, shard=None), part(3)), "1.json is not a shard of a split run"),
    "other parts": (lambda: (part(1), part(2), part(3, count=4)), "is one of 4 shards, the others of 3"),
    "another plan": (
        lambda: (part(1), part(2), changed(3, shard=replace(samples.shard(3, 3), plan="another"))),
        "2.json is of a run that was split differently",
    ),
    "another selection": (
        lambda: (part(1), part(2), changed(3, shard=samples.shard(3, 3, selected=9))),
        "2.json is of a run that was split differently",
    ),
    "the same test in two parts": (
        lambda: (part(1), with_tests_of(2, 1), part(3)),
        "0.json and 1.json both ran suites/test_a.py::test_1",
    ),
    "a test that nobody ran": (
        lambda: (part(1), part(2), replace(part(3), tests=())),
        "The parts ran 2 of 3 tests",
    ),
    "another suite": (
        lambda: (part(1), part(2), changed(3, suite_version="0.2.0")),
        "in their version of the suite",
    ),
    "another contract": (
        lambda: (part(1), part(2), changed(3, contract_version="2.0.0")),
        "differ in their version of the contract",
    ),
    "another target": (lambda: (part(1), part(2), elsewhere(3)), "differ in their target"),
    "no target": (lambda: (part(1), part(2), replace(part(3), target=None)), "differ in their target"),
    "other settings": (lambda: (part(1), part(2), set_otherwise(3)), "differ in their set of options"),
    "another seed": (lambda: (part(1), part(2), changed(3, seed=8)), "differ in their set of options"),
    "narrowed otherwise": (lambda: (part(1), part(2), changed(3, narrowed="-k x")), "differ in their set of options"),
    "other requirements": (lambda: (part(1), part(2), of_another_contract(3)), "of another contract than this suite's"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_whole_run_is_refused_in_its_own_words(name: str) -> None:
    parts, words = WRONG[name]
    with pytest.raises(WrongUsage, match=re.escape(words)):
        joined(*parts())
