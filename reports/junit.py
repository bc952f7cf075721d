"""`junit.xml`: a test case per requirement, for tools that read test results.

It follows the schema of the xUnit plugin of Jenkins, and that of pytest: no other attributes, no properties of a test
case. A library was tried (junitparser), and saves nothing over these lines. Jenkins takes the part of a class name
before its last dot for a package; GitLab shows the text of `skipped`, others its message, so the reason
stands in both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from reports.advice import advice
from reports.decision import Decision, Standing
from reports.model import Report, ReportedViolation, RequirementResult
from reports.violation import FULL, headline, parts, text_lines, title
from reports.wording import describe_contract, describe_waiver
from spec.text import visible, visible_lines

_LEVELS: Final = ("must", "should")


def render_junit(report: Report) -> str:
    """Render JUnit XML: the gate first where there is one, a suite per level, and a `run` where that is inconclusive.

    Where a gate is green nothing in it is red: what is known or waived counts as skipped.
    """
    decision = Decision(report)
    root = ET.Element("testsuites", name=f"conformance: {decision.title}")
    if decision.word:
        _suite(root, decision, "gate", [_gate_case(decision)])
    seconds = _seconds(report)
    for level in _LEVELS:
        results = [result for result in report.requirements if result.level == level]
        _suite(root, decision, level, [_requirement_case(decision, each, seconds[each.id]) for each in results])
    if report.errors or report.verdict == "inconclusive":
        _suite(root, decision, "run", [_run_case(report)])
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
        "target": report.target.base_url if report.target else "unknown",
        "verdict": report.verdict,
        "suite": report.run.suite_version,
        "contract": describe_contract(report.run),
        "run": report.run.id,
        "seed": str(report.run.seed),
    }


def _stamp(moment: str) -> str:
    """Write a time as the strictest of the schemas requires: in UTC, to the second, without an offset."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _seconds(report: Report) -> Mapping[str, float]:
    """Return how long each requirement took: its share of the tests that are for it, so that the sum is right."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for test in report.tests:
        for requirement in test.requirements:
            seconds[requirement] += test.seconds / len(test.requirements)
    return seconds


def _count(cases: Iterable[ET.Element], outcome: str) -> str:
    return str(sum(case.find(outcome) is not None for case in cases))


def _case(classname: str, name: str, seconds: float = 0.0) -> ET.Element:
    return ET.Element("testcase", classname=classname, name=visible(name), time=f"{seconds:.3f}")


def _requirement_case(decision: Decision, result: RequirementResult, seconds: float) -> ET.Element:
    case = _case(f"conformance.{result.level}", result.id, seconds)
    if result.violations:
        is_red = decision.decides(result) or not decision.word
        outcome = ET.SubElement(case, "failure", type=result.level) if is_red else ET.SubElement(case, "skipped")
        outcome.set("message", visible(_message(decision, result)))
        blocks = [_readable(f"Waived: {describe_waiver(waiver)}") for waiver in result.waivers]
        blocks += [_violation(standing, result, violation) for standing, violation in decision.in_order(result)]
        outcome.text = "\n\n".join(blocks)
    elif result.verdict != "pass":
        skipped = ET.SubElement(case, "skipped", message=visible(result.reason or result.verdict))
        skipped.text = _readable(result.reason or result.verdict)
    return case


def _message(decision: Decision, result: RequirementResult) -> str:
    """Describe a violated requirement in a line: the waiver or the standing, and the problem."""
    standing, first = decision.in_order(result)[0]
    problem = headline(first)
    match standing:
        case "new":
            return f"new: {problem}"
        case "known":
            return f"known from {decision.against}: {problem}"
        case "waived":
            return f"waived: {'; '.join(map(describe_waiver, result.waivers))}"
    return problem if decision.decides(result) or not decision.word else f"a should, does not decide: {problem}"


def _violation(standing: Standing, result: RequirementResult, violation: ReportedViolation) -> str:
    mark = "" if standing == "failed" else f"{standing}: "
    lines = [f"{mark}{title(result, violation)}", result.statement, *text_lines(parts(result, violation, FULL))]
    return "\n".join(map(visible, lines))


def _run_case(report: Report) -> ET.Element:
    case = _case("conformance.run", "run")
    sentences = report.errors or (report.sentence,)
    error = ET.SubElement(case, "error", type=report.verdict, message=visible(sentences[0]))
    error.text = "\n".join(map(_readable, sentences))
    return case


def _gate_case(decision: Decision) -> ET.Element:
    case = _case("conformance.gate", "gate")
    text = visible(f"{decision.title}, {decision.headline}")
    if decision.word != "green":
        outcome = ET.SubElement(case, "failure" if decision.word == "red" else "error", type="gate", message=text)
        outcome.text = "\n".join(map(_readable, [*decision.reasons, advice(decision)]))
    ET.SubElement(case, "system-out").text = text
    return case


def _readable(text: str) -> str:
    return "\n".join(visible_lines(text))
