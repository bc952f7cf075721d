"""A violation is shown once: what is wrong, as JSON and as a difference, its exchange, its source, its curl line."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reports.annotations import annotation_lines
from reports.curl import curl_line
from reports.differences import difference
from reports.html.page import render_html
from reports.junit import render_junit
from reports.model import Report, ReportedViolation
from reports.summary import render_summary
from reports.terminal import report_lines
from reports.violation import BRIEF, FULL, NORMAL, Detail, body_text, headline, laid_out, parts, text_lines
from spec.text import visible
from tests.reports import samples
from tests.reports.html.test_page import text_of

ROOT = Path(__file__).parents[2]
PAGE = json.dumps({"items": [{"id": f"bat-{number}"} for number in range(90)]})
ASKED = samples.exchange(number=7)
DECIDING = samples.exchange(
    number=8,
    request=samples.request(url="http://127.0.0.1:8000/api/v2/batches?page_token=" + "t" * 300),
    response={"status": 200, "headers": [["x-trace", "7"]], "body": PAGE},
)
LATER = samples.exchange(number=9)


def report(**changes: Any) -> Report:
    given = {"exchanges": [ASKED, DECIDING, LATER], "deciding": 1, **changes}
    return samples.report({"violations": [samples.violation(**given)]})


def violation(**changes: Any) -> ReportedViolation:
    return report(**changes).requirements[0].violations[0]


def parts_of(detail: Detail = NORMAL, **changes: Any) -> dict[str, str]:
    judged = report(**changes).requirements[0]
    return {part.label: part.text for part in parts(judged, judged.violations[0], detail)}


def test_what_matters_is_shown_first() -> None:
    assert list(parts_of()) == [
        "problem",
        "expected",
        "actual",
        "case",
        "before",
        "exchange",
        "response",
        "after",
        "source",
        "observed",
        "repeat",
    ]


def test_the_page_about_reports_explains_each_part() -> None:
    page = (ROOT / "docs" / "reading-a-report.md").read_text(encoding="utf-8")
    table = page.partition("| part | what it says |\n")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([a-z]+)`", row.split("|")[1])}
    assert named == {"curl" if label == "repeat" else label for label in parts_of()}


def test_values_are_json_and_no_python() -> None:
    shown = parts_of(expected=[None, True, "a 'quoted' text"], actual={"results": None})
    assert json.loads(shown["expected"]) == [None, True, "a 'quoted' text"]
    assert json.loads(shown["actual"]) == {"results": None}
    assert json.loads(parts_of(expected="a 4xx")["expected"]) == "a 4xx"


def test_the_exchange_and_the_curl_line_are_of_the_one_that_shows_the_fault() -> None:
    shown = parts_of()
    assert shown["exchange"].startswith("#8 GET")
    assert shown["before"].startswith("#7 ")
    assert shown["after"].startswith("#9 ")
    assert "page_token=" + "t" * 300 in shown["repeat"]
    assert "t" * 50 not in shown["exchange"]
    assert shown["repeat"] == curl_line(violation().exchanges[1])


def test_a_long_body_is_cut_in_the_middle_and_says_how_much() -> None:
    lines = parts_of()["response"].split("\n")
    assert len(lines) <= NORMAL.lines
    assert lines[:3] == ["{", '  "items": [', '    {"id": "bat-0"},']
    assert lines[-3:] == ['    {"id": "bat-89"}', "  ]", "}"]
    (gap,) = [line for line in lines if "omitted" in line]
    left_out = int(re.findall(r"\d+", gap)[0])
    assert left_out + len(lines) - 1 == 94


def test_a_body_that_is_no_json_stays_as_it_is() -> None:
    assert body_text("<html>\nno</html>", NORMAL) == "<html>\nno</html>"
    assert body_text("", NORMAL) == "(no body)"
    assert len(body_text("x" * 9_000, NORMAL)) < 500
    assert body_text("[" * 5_000, NORMAL).startswith("[[[")


def test_the_source_is_shown_with_what_it_says_and_where() -> None:
    source = parts_of()["source"].split("\n")
    assert source == [
        "The field is null unless it is asked for.",
        'in LlamaCloud\'s guide "Getting Started with Batches": reading results',
    ]


def test_tests_are_merged_and_counted() -> None:
    names = [f"suites/test_a.py::test_{number}" for number in range(5)]
    judged = samples.report({"violations": [samples.violation(test=name) for name in names]}).requirements[0]
    (one,) = judged.violations
    seen = next(part.text for part in parts(judged, one, NORMAL) if part.label == "observed")
    assert seen.split("\n") == ["5 times, in", *names[:3], "and 2 more tests"]


def test_more_is_shown_where_more_is_asked_for() -> None:
    assert "x-trace: 7" not in parts_of()["response"]
    assert "x-trace: 7" in parts_of(FULL)["response"]
    assert len(parts_of(BRIEF)["response"]) < len(parts_of()["response"]) < len(parts_of(FULL)["response"])


@pytest.mark.parametrize(
    ("expected", "actual", "sentence"),
    [
        (["a", "b", "c"], ["a", "c"], "missing 1 of 3: b"),
        (["a"], ["a", "b"], "1 unexpected: b"),
        (["a", "b"], ["a", "a", "b"], "1 more than once: a"),
        (["a", "b"], ["b", "a"], "the same entries in another order"),
        (["a", "b", "c", "d", "e"], [], "missing 5 of 5: a, b, c and 2 more"),
        ([1], ["1"], "missing 1 of 1: 1; 1 unexpected: 1"),
        ({"a": 1, "b": 2}, {"a": 1, "b": None}, "b is null instead of 2"),
        ({"a": 1}, {"b": 1}, "missing a; unexpected b"),
        (["a"], ["a"], ""),
        ("a 4xx", 201, ""),
    ],
)
def test_what_differs_is_said_in_a_sentence(expected: Any, actual: Any, sentence: str) -> None:
    assert difference(expected, actual) == sentence


def test_the_words_of_a_check_are_better_than_those_of_no_check() -> None:
    assert headline(violation(difference="missing 1 of 7: bat-3 on page 3")) == "missing 1 of 7: bat-3 on page 3"
    assert headline(violation(difference="", expected=["a", "b"], actual=["a"])) == "missing 1 of 2: b"
    assert headline(violation(difference=" ", expected="a 4xx", actual=201)) == 'expected "a 4xx", received 201'
    assert headline(violation(difference="", expected="x" * 500, actual=1, kind="missing")) == (
        "Something that had to be there was not."
    )


def test_json_is_laid_out_for_its_width_alone() -> None:
    assert laid_out({"a": [1, 2]}, NORMAL) == '{"a": [1, 2]}'
    narrow = replace(NORMAL, columns=7)
    assert laid_out({"a": [1, 2], "b": {}}, narrow) == '{\n  "a": [\n    1,\n    2\n  ],\n  "b": {}\n}'


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_what_is_nested_without_end_is_said_to_be() -> None:
    assert "nested too deeply" in laid_out(nested(100_000), NORMAL)


EVIL = "\x1b[31m</details>\n::error::x\n##[error]`````"


def test_every_output_has_the_same_parts_and_escapes_them_in_its_own_way() -> None:
    evil = replace(report(difference=EVIL, actual=[EVIL], case=EVIL), gate=None)
    judged = evil.requirements[0]
    lines = list(text_lines(parts(judged, judged.violations[0], FULL)))
    assert all(visible(line) == line for line in lines)
    failure = ET.fromstring(render_junit(evil)).find("*/testcase/failure")
    assert failure is not None
    assert set(lines) <= set((failure.text or "").split("\n"))
    summary = render_summary(evil)
    assert all(f"\n{line}\n" in summary for line in lines)
    assert visible(summary.replace("\n", "")) == summary.replace("\n", "")
    page = text_of(render_html(evil))
    screen = ["".join(span.text for span in line) for line in report_lines(evil, width=80, files=[], verbosity=1)]
    assert not any(line.strip().startswith(("::", "##[")) for line in screen)
    for part in parts(judged, judged.violations[0], FULL):
        for line in part.text.split("\n"):
            word = max(visible(line).split() or [""], key=len)
            assert word in page
            assert word[:40] in "".join(text.strip() for text in screen)
    (error, *_) = annotation_lines(evil)
    assert error.count("\n") == 0
    assert "problem: " in error


def test_in_short_a_violation_is_a_line() -> None:
    lines = ["".join(span.text for span in line) for line in report_lines(report(), width=80, files=[], verbosity=-1)]
    (line,) = [line for line in lines if line.startswith("FAIL")]
    assert violation().fingerprint in line
    assert "results-null-unless-expanded: re" in line
    assert all(len(line) <= 80 for line in lines)
    assert len(lines) == 2
