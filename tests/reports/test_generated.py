"""Whatever a service or a test says, every artefact stays well-formed."""

import json
import unicodedata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from reports.document import render_json
from reports.junit import render_junit
from reports.model import Report
from reports.summary import render_summary
from reports.terminal import report_lines
from reports.violation import headline
from spec.text import visible
from tests.reports import samples

TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\0\x1b\x9b\r\n\t\u202e\u2066\u2028\ud800\ufffe<>&|`]:#\\'\" 漢"),
    ),
    max_size=60,
)
MAYBE = st.none() | TEXT
SENT = TEXT.map(lambda text: text.encode(errors="ignore").decode())
"""What a request carries: half a character cannot be sent."""
SENT_HEADERS = st.lists(st.tuples(SENT, SENT).map(list), max_size=3)
HEADERS = st.lists(st.tuples(TEXT, TEXT).map(list), max_size=3)
EXCHANGES = st.fixed_dictionaries(
    {
        "number": st.integers(0, 10**6),
        "worker": TEXT,
        "caller": TEXT | st.sampled_from(["main", "other", "anonymous"]),
        "operation": MAYBE,
        "request": st.fixed_dictionaries(
            {"method": SENT, "url": SENT, "headers": SENT_HEADERS, "body": st.none() | SENT}
        ),
        "response": st.none()
        | st.fixed_dictionaries({"status": st.integers(100, 599), "headers": HEADERS, "body": TEXT}),
        "error": MAYBE,
        "sent_at": TEXT,
        "seconds": st.floats(0, 1e6),
    }
)
NAMES = st.sampled_from(["first", "second"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
VIOLATIONS = st.fixed_dictionaries(
    {
        "requirement": NAMES,
        "check": TEXT,
        "kind": TEXT,
        "operation": MAYBE,
        "expected": VALUES,
        "actual": VALUES,
        "difference": TEXT,
        "case": TEXT,
        "test": TEXT,
        "generated": st.booleans(),
        "oracle": MAYBE,
        "deciding": st.just(-1),
        "exchanges": st.lists(EXCHANGES, max_size=2),
    }
)
RECORDS = st.fixed_dictionaries(
    {
        "held": st.dictionaries(NAMES, st.integers(0, 3)),
        "violations": st.lists(VIOLATIONS, max_size=2),
        "unexercised": st.lists(st.fixed_dictionaries({"requirement": NAMES, "reason": TEXT}), max_size=2),
        "errors": st.lists(TEXT, max_size=2),
    }
)
REQUIREMENTS = (
    samples.requirement("first", min_observations=2),
    samples.requirement("second", "should", needs=("control",)),
)


def report(record: dict[str, Any]) -> Report:
    return samples.report(record, some=REQUIREMENTS)


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_json_follows_the_schema(record: dict[str, Any]) -> None:
    text = render_json(report(record)).encode("utf-8").decode("utf-8")
    samples.validator().validate(json.loads(text))


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_xml_parses_back_to_what_was_said(record: dict[str, Any]) -> None:
    judged = report(record)
    root = ET.fromstring(render_junit(judged).encode("utf-8"))
    for result in judged.requirements:
        case = root.find(f"*/testcase[@name='{result.id}']")
        assert case is not None
        if result.verdict == "fail":
            first = result.violations[0]
            assert case.find("failure").get("message") == visible(  # type: ignore[union-attr]
                headline(first)
            )
        elif result.reason:
            assert case.find("skipped").get("message") == visible(  # type: ignore[union-attr]
                result.reason
            )
    assert len(root.findall("*/testcase/error")) == bool(judged.errors or judged.verdict == "inconclusive")


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_summary_holds_nothing_invisible(record: dict[str, Any]) -> None:
    text = render_summary(report(record))
    assert visible(text.replace("\n", "")) == text.replace("\n", "")
    assert ("</details>" in text) == bool(record["violations"])


@settings(max_examples=100, deadline=None)
@given(RECORDS, st.integers(60, 120), st.integers(-1, 1))
def test_terminal_lines_hold_no_control_character_and_fit(record: dict[str, Any], width: int, verbosity: int) -> None:
    files = [Path("out/report.json"), Path("out/junit.xml")]
    for line in report_lines(report(record), width=width, files=files, verbosity=verbosity):
        text = "".join(span.text for span in line)
        categories = {unicodedata.category(character) for character in text}
        assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert cell_len(text) <= width or text.startswith("      curl ")
        assert not text.strip().startswith(("::", "##["))
