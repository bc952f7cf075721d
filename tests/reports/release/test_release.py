"""The parts of a release come to one answer, and every output gives the reasons."""

import json
from dataclasses import asdict
from datetime import date

import jsonschema_rs
import pytest

from reports import gate
from reports.model import adapter
from reports.release import deciding, parts
from reports.release.files import render_json
from reports.release.lines import release_lines
from reports.release.markdown import render_markdown
from reports.release.model import Part, Readiness, ReleaseDecision
from reports.release.page import render_page
from tests.reports.html.outline import Outline
from tests.reports.release import made

TODAY = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("part", "answer", "code"),
    [
        (parts.of_report(made.report(), "f"), "ready", 0),
        (parts.of_report(made.report(broken=True), "f"), "not ready", 1),
        (parts.of_report(made.report(error="no answer"), "f"), "cannot tell", 6),
        (
            parts.of_report(
                gate.apply(gate.Terms(baseline=made.report(broken=True)), made.report(broken=True), TODAY),
                "f",
            ),
            "ready",
            0,
        ),
        (
            parts.of_report(gate.apply(gate.Terms(baseline=made.report()), made.report(broken=True), TODAY), "f"),
            "not ready",
            7,
        ),
        (parts.of_comparison(made.report(), made.report(), "f"), "ready", 0),
        (parts.of_comparison(made.report(broken=True), made.report(broken=True), "f"), "ready", 0),
        (parts.of_comparison(made.report(), made.report(broken=True), "f"), "not ready", 7),
        (parts.of_comparison(made.report(error="x"), made.report(), "f"), "cannot tell", 6),
        (parts.of_comparison(made.report(), made.report(error="x"), "f"), "cannot tell", 6),
        (parts.of_comparison(made.report(), made.report(broken=True, error="x"), "f"), "not ready", 7),
        (parts.of_contract(made.CONTRACT, 7, "f"), "not ready", 7),
        (parts.of_contract({**made.CONTRACT, "changes": [], "breaks": [], "objections": []}, 0, "f"), "ready", 0),
        (parts.of_clients(made.clients(), 0, "f"), "ready", 0),
        (parts.of_clients(made.clients("fail", "a page is missing"), 1, "f"), "not ready", 1),
        (parts.of_clients(made.clients(complaint="a field is unknown"), 7, "f"), "not ready", 7),
        (parts.of_clients(made.clients("error", "no runtime"), 6, "f"), "cannot tell", 6),
        (parts.of_clients(made.clients("limit", "an id of another form"), 0, "f"), "ready", 0),
        (parts.of_fidelity(made.report(), made.report(broken=True), "f"), "ready", 0),
    ],
)
def test_a_part_has_an_answer_and_a_reason_unless_it_is_ready(part: Part, answer: Readiness, code: int) -> None:
    assert (part.answer, part.code) == (answer, code)
    assert bool(part.reasons) is (answer != "ready")


READY = parts.of_report(made.report(), "f")
VIOLATED = parts.of_report(made.report(broken=True), "f")
BREAKS = parts.of_contract(made.CONTRACT, 7, "f")
UNKNOWN = parts.of_clients(made.clients("error", "no runtime"), 6, "f")


@pytest.mark.parametrize(
    ("found", "answer", "code"),
    [
        ([READY], "ready", 0),
        ([READY, UNKNOWN], "cannot tell", 6),
        ([UNKNOWN, BREAKS], "not ready", 7),
        ([BREAKS, VIOLATED, UNKNOWN, READY], "not ready", 1),
    ],
)
def test_the_worst_part_decides(found: list[Part], answer: Readiness, code: int) -> None:
    release = made.release(*found)
    assert (release.answer, release.code) == (answer, code)
    deciding_parts = [part.name for part in found if part.answer == answer]
    assert answer == "ready" or deciding.sentence(found).endswith(f": {', '.join(deciding_parts)}.")


RELEASE = made.not_ready()
TEXTS = {
    "terminal": "\n".join("".join(span.text for span in line) for line in release_lines(RELEASE, width=200)),
    "markdown": render_markdown(RELEASE).replace("\\", ""),
    "page": " ".join(" ".join(Outline(render_page(RELEASE)).named("body")[0].text).split()),
    "json": render_json(RELEASE),
}


@pytest.mark.parametrize("output", TEXTS)
def test_every_output_has_the_decision_each_reason_and_what_was_not_asked(output: str) -> None:
    text = TEXTS[output]
    assert "not ready" in text.lower()
    for part in RELEASE.parts:
        assert part.sentence in text
        assert bool(part.reasons) is (part.name != "fidelity")
        for point in part.reasons:
            assert point.about in text
            assert point.sentence in text or output == "json"
    assert all(each in text for each in RELEASE.not_asked)


@pytest.mark.parametrize("output", ["markdown", "page"])
def test_the_whole_outputs_have_what_decides_nothing_too(output: str) -> None:
    for part in RELEASE.parts:
        for remarks in part.remarks:
            assert remarks.title in TEXTS[output]
            assert all(point.sentence in TEXTS[output] for point in remarks.points)
        for table in part.tables:
            assert all(cell in TEXTS[output] for row in table.rows for cell in row)


def test_the_first_screen_says_why() -> None:
    text = TEXTS["page"]
    begin = text[: text.index("In full: ")]
    for part in ("✗ Not ready", "Target", "Made 2030-01-01", "conformance: results-null-unless-expanded", "curl -i"):
        assert part in begin


def test_the_json_follows_the_schema_of_its_models() -> None:
    content = json.loads(render_json(RELEASE))
    schema = adapter(ReleaseDecision).json_schema(mode="serialization")
    jsonschema_rs.Draft202012Validator(schema).validate(content)
    assert adapter(ReleaseDecision).validate_json(json.dumps(content)) == RELEASE
    assert content["parts"] == json.loads(json.dumps([asdict(part) for part in RELEASE.parts]))
