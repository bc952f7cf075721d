"""What changed is shown, and attributed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reports import gate
from reports.advice import advice
from reports.comparable import comparable
from reports.decision import Decision
from reports.diff import attribution, compare, describe_change
from reports.gate import Terms
from reports.model import Cause, Report, ReportedTarget, RequirementChange, Run, Waiver
from reports.verdicts import judge
from spec import requirements
from tests.reports import samples

NAME = "results-null-unless-expanded"
HELD = {"held": {NAME: 1}}
BROKEN = {"violations": [samples.violation()]}
DAY = date(2030, 1, 1)


def target(**changes: Any) -> ReportedTarget:
    settings = {"timeout": 30, "faults": None, "yes": False, **changes.pop("settings", {})}
    return replace(samples.target(), settings=settings, **changes)


def report(of: ReportedTarget, in_run: Run, *records: Any) -> Report:
    return samples.report(*(records or (HELD,)), of=of, in_run=in_run)


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({}, ["target"]),
        ({"run": {"id": "other", "started_at": "2031-01-01T00:00:00+00:00", "workers": 4}}, ["target"]),
        ({"target": {"settings": {"yes": True}}}, ["target"]),
        ({"target": {"base_url": "https://staging.example"}}, ["target"]),
        ({"target": {"settings": {"faults": "expand-ignored"}}}, ["target"]),
        ({"run": {"suite_version": "0.2.0"}}, ["suite"]),
        ({"run": {"contract_version": "1.1.0"}}, ["contract"]),
        ({"run": {"narrowed": "-k x"}}, ["options"]),
        ({"run": {"seed": 8}}, ["options"]),
        ({"target": {"settings": {"timeout": 60}}}, ["options"]),
        ({"target": {"capabilities": ("control",)}}, ["options"]),
        ({"run": {"suite_version": "0.2.0", "contract_version": "1.1.0"}}, ["contract", "suite"]),
        ({"run": {"suite_version": "0.2.0"}, "target": {"base_url": "https://staging.example"}}, ["suite", "target"]),
    ],
    ids=str,
)
def test_a_change_is_attributed_to_what_differs(changes: dict[str, Any], causes: list[Cause]) -> None:
    before = report(target(), samples.run())
    run = replace(samples.run(), **changes.get("run", {}))
    after = report(target(**changes.get("target", {})), run, BROKEN)
    assert list(attribution(before, after)) == causes
    (change,) = compare(before, after)
    assert list(change.attributed_to) == causes
    assert change.is_worse


def test_nothing_changed_is_no_change() -> None:
    found = samples.failing_report()
    assert compare(found, found) == ()


def test_comparable_content_leaves_out_the_occasion_and_nothing_else() -> None:
    first = report(target(), samples.run(), BROKEN)
    later = replace(samples.run(), id="b", started_at="2031-01-01T00:00:00+00:00", seconds=9.0, workers=2)
    exchange = samples.exchange(number=7, seconds=1.0, sent_at="2031-01-01T00:00:00+00:00")
    again = report(target(), later, {"violations": [samples.violation(exchanges=[exchange])]})
    assert comparable(first) == comparable(again)
    for other in (
        report(target(), samples.run()),
        report(target(base_url="https://staging.example"), samples.run(), BROKEN),
        report(target(), replace(samples.run(), seed=8), BROKEN),
        report(target(), samples.run(), {"violations": [samples.violation(kind="missing")]}),
        report(target(), samples.run(), BROKEN, {"errors": ["No answer."]}),
    ):
        assert comparable(first) != comparable(other)


def selecting(profiles: Mapping[str, str], *records: Any, narrowed: str | None = None) -> Report:
    in_run = replace(samples.run(narrowed=narrowed), profiles=profiles)
    return judge(requirements.of(profiles), samples.findings(*records), target=target(), run=in_run)


WEBHOOKS = [name for name, each in requirements.load().items() if each.profile == "webhooks"]
CORE = list(requirements.of(()))
WHOLE = {"held": dict.fromkeys([*CORE, *WEBHOOKS], 9)}


def test_what_a_profile_adds_is_missing_for_the_options_where_it_is_not_selected() -> None:
    with_profile, without = selecting({"webhooks": "1.0.0"}, WHOLE), selecting({}, WHOLE)
    for changes in (compare(with_profile, without), compare(without, with_profile)):
        assert [change.requirement for change in changes] == WEBHOOKS
        assert {change.attributed_to for change in changes} == {("options",)}
        assert all("not selected" in describe_change(change) for change in changes)
    assert attribution(with_profile, selecting({"webhooks": "1.1.0"}, WHOLE)) == ("contract",)


def test_a_gate_names_the_profile_that_was_left_out_once() -> None:
    decision = Decision(gate.apply(Terms(baseline=selecting({"webhooks": "1.0.0"}, WHOLE)), selecting({}, WHOLE), DAY))
    assert decision.code == 7
    assert decision.reasons == (
        "The profile webhooks was selected in run 8a1f of 2030-01-01, and is not here: "
        f"{len(WEBHOOKS)} requirements of it got no verdict.",
    )
    assert advice(decision) == "Add --profile webhooks, or compare with a baseline that was made without."


def test_a_gate_names_what_has_narrowed_a_run() -> None:
    narrowed = selecting({}, {"held": dict.fromkeys(CORE[:3], 9)}, narrowed="-k create")
    decision = Decision(gate.apply(Terms(baseline=selecting({}, WHOLE)), narrowed, DAY))
    assert {change.attributed_to for change in narrowed_changes(decision)} == {("options",)}
    assert advice(decision) == "Exercise again what run 8a1f of 2030-01-01 exercised: leave out -k create."


def narrowed_changes(decision: Decision) -> tuple[RequirementChange, ...]:
    return decision.report.gate.changes if decision.report.gate else ()


def test_a_waiver_for_a_profile_that_was_not_selected_is_not_for_an_unknown_requirement() -> None:
    waiver = Waiver(WEBHOOKS[0], None, "*", "It is replaced", "the-team", None, "2030-06-30")
    (reason,) = Decision(gate.apply(Terms(waivers=(waiver,)), selecting({}, WHOLE), DAY)).reasons
    assert reason.endswith(
        "is for a requirement of a profile that was not selected: add --profile webhooks, or remove the waiver."
    )
