"""`junit.xml`: a test case per requirement, for tools that read test results.

Jenkins makes a package of what stands before the last dot of a class name; GitLab shows the text of `skipped`, others
its message, so the reason stands in both.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from reports.diff import describe_change
from reports.model import Gate, Report, RequirementResult, Violation
from reports.text import visible, visible_lines
from reports.violation import FULL, headline, parts, text_lines, title
from reports.wording import describe_contract, describe_waiver

_LEVELS: Final = ("must", "should")


def render_junit(report: Report) -> str:
    """Render JUnit XML: a suite per level, one `run` with an error if inconclusive, one `gate` where it objects."""
    root = ET.Element("testsuites", name="conformance", time=f"{report.run.seconds:.3f}")
    for level in _LEVELS:
        results = [result for result in report.requirements if result.level == level]
        _suite(root, report, level, [_requirement_case(result) for result in results])
    if report.troubles or report.verdict == "inconclusive":
        _suite(root, report, "run", [_run_case(report)])
    if report.gate and (cases := list(_gate_cases(report.gate))):
        _suite(root, report, "gate", cases)
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
    _properties(
        suite,
        {
            "target": report.target.base_url if report.target else "unknown",
            "verdict": report.verdict,
            "suite": report.run.suite_version,
            "contract": describe_contract(report.run),
            "run": report.run.id,
            "seed": str(report.run.seed),
        },
    )
    suite.extend(cases)


def _properties(parent: ET.Element, values: Mapping[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=visible(value))


def _count(cases: Iterable[ET.Element], outcome: str) -> str:
    return str(sum(case.find(outcome) is not None for case in cases))


def _requirement_case(result: RequirementResult) -> ET.Element:
    case = ET.Element("testcase", classname=f"conformance.{result.level}", name=visible(result.id), time="0")
    _properties(
        case,
        {
            "level": result.level,
            "verdict": result.verdict,
            "source": result.source,
            "observations": str(result.observations),
        },
    )
    if result.verdict == "fail":
        failure = ET.SubElement(case, "failure", type=result.level, message=visible(headline(result.violations[0])))
        failure.text = "\n\n".join(_violation(result, violation) for violation in result.violations)
    elif result.verdict != "pass":
        reason = result.reason or "; ".join(map(describe_waiver, result.waivers)) or result.verdict
        skipped = ET.SubElement(case, "skipped", type=result.verdict, message=visible(reason))
        skipped.text = _readable(reason)
    return case


def _violation(result: RequirementResult, violation: Violation) -> str:
    lines = [title(result, violation), result.statement, *text_lines(parts(result, violation, FULL))]
    return "\n".join(map(visible, lines))


def _run_case(report: Report) -> ET.Element:
    case = ET.Element("testcase", classname="conformance.run", name="run", time="0")
    sentences = report.troubles or (report.sentence,)
    error = ET.SubElement(case, "error", type=report.verdict, message=visible(sentences[0]))
    error.text = "\n".join(map(_readable, sentences))
    return case


def _gate_cases(gate: Gate) -> Iterator[ET.Element]:
    worse = [describe_change(change) for change in gate.changes if change.is_worse]
    for number, sentence in enumerate([*gate.objections, *worse], start=1):
        case = ET.Element("testcase", classname="gate", name=f"gate {number}", time="0")
        ET.SubElement(case, "failure", type="gate", message=visible(sentence))
        yield case


def _readable(text: str) -> str:
    return "\n".join(visible_lines(text))
