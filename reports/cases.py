"""Requirements as test cases, for tools that read the results of tests."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reports.decision import Decision, Standing
from reports.model import Report, ReportedViolation, RequirementResult
from reports.violation import FULL, headline, parts, text_lines, title
from reports.wording import describe_waiver
from spec.text import visible, visible_lines

CaseOutcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Case:
    """A requirement as a test case, whose texts are readable anywhere."""

    result: RequirementResult
    outcome: CaseOutcome
    """Where a gate is green nothing failed: what is known or waived counts as skipped."""
    message: str
    """Why it did not pass, in a line; empty if it did."""
    text: str
    """The whole of it."""
    seconds: float


def cases(decision: Decision) -> Iterator[Case]:
    """Make a test case of each requirement."""
    seconds = _seconds(decision.report)
    for result in decision.report.requirements:
        yield Case(result, *_outcome(decision, result), seconds[result.id])


def readable(text: str) -> str:
    """Make every line of a text visible."""
    return "\n".join(visible_lines(text))


def _outcome(decision: Decision, result: RequirementResult) -> tuple[CaseOutcome, str, str]:
    if result.violations:
        is_red = decision.decides(result) or not decision.word
        blocks = [readable(f"Waived: {describe_waiver(waiver)}") for waiver in result.waivers]
        blocks += [_violation(standing, result, violation) for standing, violation in decision.in_order(result)]
        return "failed" if is_red else "skipped", visible(_message(decision, result)), "\n\n".join(blocks)
    if result.verdict == "pass":
        return "passed", "", ""
    reason = result.reason or result.verdict
    return "skipped", visible(reason), readable(reason)


def _seconds(report: Report) -> Mapping[str, float]:
    """Return how long each requirement took: its share of the tests that are for it, so that the sum is right."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for test in report.tests:
        for requirement in test.requirements:
            seconds[requirement] += test.seconds / len(test.requirements)
    return seconds


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
