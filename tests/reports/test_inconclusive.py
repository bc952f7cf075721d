"""A report that decides nothing says first, and in every form, what kept it from that."""

import re
from dataclasses import replace
from typing import Final

import pytest

from reports.html.page import render_html
from reports.model import Report, TestCounts
from tests.reports import samples
from tests.reports.html.outline import Outline
from tests.reports.outputs import OUTPUTS, terminal

CAUSE: Final = "https://your-service.example does not answer: connection refused"
REASON: Final = "the run ended before any test"
SOME: Final = tuple(samples.requirement(f"requirement-{number}") for number in range(9))


def report(*errors: str) -> Report:
    """Return the report of a run whose target could not be looked at."""
    ended = replace(samples.run(interrupted=True), tests=TestCounts())
    return samples.report({"errors": list(errors)}, some=SOME, in_run=ended)


def plain(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("name", OUTPUTS)
def test_errors_come_before_what_was_not_exercised(name: str) -> None:
    text = plain(OUTPUTS[name](report(CAUSE, "Nothing can be deleted.")))
    assert 0 <= text.index(CAUSE) < text.index(REASON)
    assert "interrupted" not in text


@pytest.mark.parametrize("name", ["terminal", "report.html", "summary.md"])
def test_the_one_cause_is_named_with_what_to_do(name: str) -> None:
    advice = f"Not everything could be tested: {CAUSE}. Remove the cause, then run again."
    assert advice in plain(OUTPUTS[name](report(f"{CAUSE}.")))
    assert advice not in plain(OUTPUTS[name](report(CAUSE, "Nothing can be deleted.")))


@pytest.mark.parametrize("name", ["terminal", "report.html"])
def test_a_run_that_ended_before_its_first_test_says_so(name: str) -> None:
    assert re.search("stopped before its first test", plain(OUTPUTS[name](report(CAUSE))), re.IGNORECASE)


def tiles(report: Report) -> list[list[str]]:
    listed = Outline(render_html(report)).named("li")
    return [" ".join(each.text).split() for each in listed if (each.attributes.get("class") or "").startswith("tile ")]


def test_the_page_counts_errors_beside_the_verdicts() -> None:
    assert tiles(report(CAUSE)) == [*tiles(report()), ["1", "error"]]


@pytest.mark.parametrize("name", ["terminal", "report.html", "summary.md"])
def test_the_one_reason_why_nothing_passed_is_named(name: str) -> None:
    reason = "needs more than 0 requests"
    nothing = samples.report({"unexercised": [{"requirement": each.id, "reason": reason} for each in SOME]}, some=SOME)
    assert f"No requirement passed, for one reason: {reason}; give" in plain(OUTPUTS[name](nothing))


def test_a_short_report_has_the_reason_too() -> None:
    reason = "needs more than 0 requests"
    nothing = samples.report({"unexercised": [{"requirement": each.id, "reason": reason} for each in SOME]}, some=SOME)
    assert f"- 9 not exercised: {reason}" in terminal(nothing, verbosity=-1)
    assert REASON not in terminal(report(CAUSE), verbosity=-1)
