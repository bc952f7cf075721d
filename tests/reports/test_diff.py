"""What changed is shown, and attributed."""

from dataclasses import replace
from typing import Any

import pytest

from reports.comparable import comparable
from reports.diff import attribution, compare
from reports.model import Cause, Report, ReportedTarget, Run
from tests.reports import samples

NAME = "results-null-unless-expanded"
HELD = {"held": {NAME: 1}}
BROKEN = {"violations": [samples.violation()]}


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
