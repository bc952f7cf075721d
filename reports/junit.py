"""`junit.xml`: a test case per requirement, for tools that read test results."""

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from reports.curl import curl_line
from reports.model import Report, RequirementResult, Violation
from reports.text import visible, visible_lines
from reports.wording import describe

_LEVELS: Final = ("must", "should")


def render_junit(report: Report) -> str:
    """Render JUnit XML: a suite per level, and a suite `run` with an error if inconclusive."""
    root = ET.Element("testsuites", name="conformance", time=f"{report.run.seconds:.3f}")
    for level in _LEVELS:
        results = [result for result in report.requirements if result.level == level]
        _suite(root, report, level, [_requirement_case(result) for result in results])
    if report.troubles or report.verdict == "inconclusive":
        _suite(root, report, "run", [_run_case(report)])
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(root: ET.Element, report: Report, name: str, cases: list[ET.Element]) -> None:
    suite = ET.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=_count(cases, "failure"),
        errors=_count(cases, "error"),
        skipped=_count(cases, "skipped"),
        time="0",
        timestamp=report.run.started_at,
    )
    suite.extend(cases)


def _count(cases: Iterable[ET.Element], outcome: str) -> str:
    return str(sum(case.find(outcome) is not None for case in cases))


def _requirement_case(result: RequirementResult) -> ET.Element:
    case = ET.Element("testcase", classname=result.level, name=visible(result.id), time="0")
    if result.verdict == "fail":
        first = result.violations[0]
        message = f"expected {first.expected}, came {first.actual}"
        failure = ET.SubElement(case, "failure", type=result.level, message=visible(message))
        blocks = [_readable(result.statement), _readable(f"Source: {result.source}")]
        blocks += [_violation(violation) for violation in result.violations]
        blocks += [f"left out: {result.violations_left_out}"] if result.violations_left_out else []
        failure.text = "\n\n".join(blocks)
    elif result.verdict != "pass":
        reason = result.reason or result.verdict
        ET.SubElement(case, "skipped", type=result.verdict, message=visible(reason))
    return case


def _violation(violation: Violation) -> str:
    lines = [
        f"expected: {violation.expected}",
        f"came: {violation.actual}",
        *([f"case: {violation.case}"] if violation.case else []),
        f"test: {violation.test}",
        f"seen: {violation.count}",
        *map(describe, violation.exchanges),
    ]
    if violation.evidence:
        lines.append(curl_line(violation.evidence))
    return "\n".join(map(_readable, lines))


def _run_case(report: Report) -> ET.Element:
    case = ET.Element("testcase", classname="run", name="run", time="0")
    sentences = report.troubles or (report.sentence,)
    error = ET.SubElement(case, "error", type=report.verdict, message=visible(sentences[0]))
    error.text = "\n".join(map(_readable, sentences))
    return case


def _readable(text: str) -> str:
    return "\n".join(visible_lines(text))
