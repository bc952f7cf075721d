"""Findings become verdicts."""

from collections.abc import Mapping
from typing import Any

import pytest

from reports.model import RequirementResult
from reports.verdicts import judge
from spec.requirements import Requirement, capabilities
from tests.reports import samples

NAME = "results-null-unless-expanded"
HELD = {"held": {NAME: 1}}
VIOLATED = {"violations": [samples.violation()]}


def result(requirement: Requirement, *records: Mapping[str, Any]) -> RequirementResult:
    return samples.report(*records, some=(requirement,)).requirements[0]


def test_one_violation_outweighs_any_number_of_held_observations() -> None:
    judged = result(samples.requirement(), {"held": {NAME: 99}}, VIOLATED)
    assert (judged.verdict, judged.observations, judged.reason) == ("fail", 100, None)


def test_each_time_that_a_violation_was_seen_counts() -> None:
    judged = result(samples.requirement(), {"violations": [samples.violation()] * 3})
    assert (len(judged.violations), judged.observations) == (1, 3)


@pytest.mark.parametrize(
    ("held", "verdict", "reason"),
    [
        (0, "not-exercised", "exercised 0 times, 3 times needed"),
        (1, "not-exercised", "exercised once, 3 times needed"),
        (2, "not-exercised", "exercised 2 times, 3 times needed"),
        (3, "pass", None),
        (4, "pass", None),
    ],
)
def test_min_observations_decides_between_pass_and_not_exercised(held: int, verdict: str, reason: str | None) -> None:
    judged = result(samples.requirement(min_observations=3), {"held": {NAME: held}})
    assert (judged.verdict, judged.reason, judged.observations) == (verdict, reason, held)


def test_reasons_that_tests_gave_come_before_a_missing_capability() -> None:
    given = {"unexercised": [{"requirement": NAME, "reason": why} for why in ("b", "a")]}
    assert result(samples.requirement(needs=("control",)), given).reason == "a; b"


def test_missing_capabilities_are_named() -> None:
    needs = samples.requirement(needs=("control", "other-key"))
    described = capabilities()
    assert result(needs).reason == f"needs {described['control']} and {described['other-key']}"


def test_an_unknown_target_is_not_said_to_miss_a_capability() -> None:
    some = samples.requirements(samples.requirement(needs=("control",)))
    judged = judge(some, samples.findings(), target=None, run=samples.run()).requirements[0]
    assert judged.reason == "exercised 0 times, once needed"


def test_a_narrowed_run_names_what_narrowed_it() -> None:
    run = samples.run(narrowed="-k list")
    judged = judge(samples.requirements(), samples.findings(), target=None, run=run)
    assert judged.requirements[0].reason == "deselected: this run was narrowed by -k list"
    assert judged.sentence.endswith("narrowed by -k list")


def test_an_interrupted_run_says_so() -> None:
    run = samples.run(interrupted=True)
    judged = judge(samples.requirements(), samples.findings(), target=None, run=run)
    assert judged.requirements[0].reason == "the run ended before it was exercised"


@pytest.mark.parametrize(
    ("level", "records", "interrupted", "verdict"),
    [
        ("must", [HELD], False, "conformant"),
        ("must", [VIOLATED], False, "nonconformant"),
        ("must", [VIOLATED, {"errors": ["x"]}], True, "nonconformant"),
        ("must", [HELD, {"errors": ["x"]}], False, "inconclusive"),
        ("must", [HELD], True, "inconclusive"),
        ("must", [], False, "inconclusive"),
        ("must", [HELD, {"held": {"no-such": 1}}], False, "inconclusive"),
        ("should", [HELD], False, "conformant"),
        ("should", [VIOLATED], False, "inconclusive"),
    ],
)
def test_verdict_of_the_run(level: Any, records: list[Mapping[str, Any]], interrupted: bool, verdict: str) -> None:
    report = judge(
        samples.requirements(samples.requirement(level=level)),
        samples.findings(*records),
        target=samples.target(),
        run=samples.run(interrupted=interrupted),
    )
    assert report.verdict == verdict


def test_a_failed_should_beside_a_passed_must_stays_conformant_and_is_counted() -> None:
    some = (samples.requirement(), samples.requirement("nice", "should"))
    report = samples.report(HELD, {"violations": [samples.violation("nice")]}, some=some)
    assert report.sentence == "conformant: 1 should failed, 1 passed"


@pytest.mark.parametrize(
    "record",
    [
        {"held": {"no-such": 1}},
        {"violations": [samples.violation("no-such")]},
        {"unexercised": [{"requirement": "no-such", "reason": "x"}]},
    ],
)
def test_an_unknown_requirement_is_an_error(record: Mapping[str, Any]) -> None:
    report = samples.report(HELD, record)
    assert report.errors == ("The suite made observations of no-such, which is not a requirement of the contract.",)
