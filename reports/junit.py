"""`junit.xml`: a test case per requirement, for tools that read test results.

It follows the schema of the xUnit plugin of Jenkins, and that of pytest: no other attributes, no properties of a test
case. A library was tried (junitparser), and saves nothing over these lines. Jenkins takes the part of a class name
before its last dot for a package; GitLab shows the text of `skipped`, others its message, so the reason
stands in both.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from reports.advice import advice
from reports.cases import Case, cases, readable
from reports.decision import Decision
from reports.model import Report
from reports.wording import describe_contract, target_name
from spec.text import visible

_LEVELS: Final = ("must", "should")


def render_junit(report: Report) -> str:
    """Render JUnit XML: the gate first where there is one, a suite per level, and a `run` where that is inconclusive.

    Where a gate is green nothing in it is red.
    """
    decision = Decision(report)
    root = ET.Element("testsuites", name=f"conformance: {decision.title}")
    if decision.word:
        _suite(root, decision, "gate", [_gate_case(decision)])
    if report.errors or report.verdict == "inconclusive":
        _suite(root, decision, "run", [_run_case(report)])
    found = [*cases(decision)]
    for level in _LEVELS:
        _suite(root, decision, level, [_requirement_case(case) for case in found if case.result.level == level])
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{report.run.seconds:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(root: ET.Element, decision: Decision, name: str, cases: list[ET.Element]) -> None:
    report = decision.report
    suite = ET.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=_count(cases, "failure"),
        errors=_count(cases, "error"),
        skipped=_count(cases, "skipped"),
        time=f"{sum(float(case.get('time', '0')) for case in cases):.3f}",
        timestamp=_stamp(report.run.started_at),
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _circumstances(decision).items():
        ET.SubElement(properties, "property", name=key, value=visible(value))
    suite.extend(cases)


def _circumstances(decision: Decision) -> Mapping[str, str]:
    report = decision.report
    return {
        **({"gate": f"{decision.word}, {decision.headline}"} if decision.word else {}),
        "target": target_name(report.target) if report.target else "unknown",
        "verdict": report.verdict,
        "suite": report.run.suite_version,
        "contract": describe_contract(report.run),
        "run": report.run.id,
        "seed": str(report.run.seed),
    }


def _stamp(moment: str) -> str:
    """Write a time as the strictest of the schemas requires: in UTC, to the second, without an offset."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _count(cases: Iterable[ET.Element], outcome: str) -> str:
    return str(sum(case.find(outcome) is not None for case in cases))


def _case(classname: str, name: str, seconds: float = 0.0) -> ET.Element:
    return ET.Element("testcase", classname=classname, name=visible(name), time=f"{seconds:.3f}")


def _requirement_case(case: Case) -> ET.Element:
    result = case.result
    element = _case(f"conformance.{result.level}", result.id, case.seconds)
    if case.outcome != "passed":
        failed = case.outcome == "failed"
        outcome = ET.SubElement(element, "failure", type=result.level) if failed else ET.SubElement(element, "skipped")
        outcome.set("message", case.message)
        outcome.text = case.text
    return element


def _run_case(report: Report) -> ET.Element:
    case = _case("conformance.run", "run")
    sentences = report.errors or (report.sentence,)
    error = ET.SubElement(case, "error", type=report.verdict, message=visible(sentences[0]))
    error.text = "\n".join(map(readable, sentences))
    return case


def _gate_case(decision: Decision) -> ET.Element:
    case = _case("conformance.gate", "gate")
    text = visible(f"{decision.title}, {decision.headline}")
    if decision.word != "green":
        outcome = ET.SubElement(case, "failure" if decision.word == "red" else "error", type="gate", message=text)
        outcome.text = "\n".join(map(readable, [*decision.reasons, advice(decision)]))
    ET.SubElement(case, "system-out").text = text
    return case
