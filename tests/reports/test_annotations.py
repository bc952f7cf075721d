"""Annotations and the badge."""

import re
from xml.etree import ElementTree as ET

import pytest

from reports.annotations import annotation_lines
from reports.badge import render_badge
from reports.model import Report
from spec.workflow import COMMANDS_LIMIT
from tests.reports import samples
from tests.reports.html import pages

COMMAND = re.compile(r"::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)")


def test_each_failed_requirement_is_an_error_and_each_reason_a_warning() -> None:
    parsed = [COMMAND.fullmatch(line) for line in list(annotation_lines(pages.failing()))]
    shown = [(found[1], found[2]) for found in parsed if found]
    assert len(shown) == len(parsed)
    assert shown[:3] == [
        ("error", "must failed%3A results-cover-every-file"),
        ("error", "should failed%3A expand-accepts-repetition"),
        ("warning", "not exercised%3A 7"),
    ]
    assert "%0Aexpected: " in next(annotation_lines(pages.failing()))
    assert "curl -i" in next(annotation_lines(pages.failing()))


def test_a_passed_run_has_none_and_an_inconclusive_one_says_why() -> None:
    assert list(annotation_lines(pages.conformant())) == []
    assert next(annotation_lines(pages.inconclusive())) == "::error title=error::The target did not answer."
    assert next(annotation_lines(samples.report())).startswith("::error title=error::inconclusive: ")


def test_no_text_of_a_service_can_end_a_command_or_begin_one() -> None:
    evil = "100%\r\n::error title=a,b:c::x\n##[error]"
    report = samples.report(
        {"violations": [samples.violation(expected=evil, actual=evil)], "errors": [evil]},
    )
    lines = list(annotation_lines(report))
    assert len(lines) == 2
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert "100%25\\r\\n::error" in lines[0]


def test_there_are_no_more_than_anybody_shows() -> None:
    lines = list(annotation_lines(pages.hostile(9)))
    assert len(lines) <= 2 * COMMANDS_LIMIT


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (pages.conformant(), "conformant"),
        (pages.failing(), "nonconformant"),
        (pages.inconclusive(), "inconclusive"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_badge_tells_the_verdict_to_everybody(report: Report, verdict: str) -> None:
    text = render_badge(report)
    root = ET.fromstring(text)
    assert root.get("aria-label") == f"conformance: {verdict}"
    assert root.get("role") == "img"
    assert root.findtext("{*}title") == f"conformance: {verdict}"
    assert [each.text for each in root.iterfind("{*}text")] == ["conformance", verdict]
    assert len(text) < 1000
    assert "href" not in text


def test_the_states_of_the_badge_differ_in_more_than_words() -> None:
    fills = {
        ET.fromstring(render_badge(report))[-2].get("fill")
        for report in (pages.conformant(), pages.failing(), pages.inconclusive())
    }
    assert len(fills) == 3
