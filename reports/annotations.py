"""What did not pass, as workflow commands that GitHub shows beside a change."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from reports.decision import Decision, StandingGroup
from reports.model import Report, ReportedViolation, RequirementResult
from reports.violation import BRIEF, parts, text_lines
from reports.wording import describe_waiver
from spec.text import shortened, visible
from spec.workflow import COMMANDS_LIMIT, command

TEXT_LIMIT: Final = 1_000
"""Characters of a line that are shown, and of a curl line that is shown at all; GitHub cuts at 4 KiB."""


def annotation_lines(report: Report, *, only_new: bool = False) -> Iterator[str]:
    """List the result of the gate, an error for each violation that makes the run red, and the rest.

    A known or waived violation is a notice, and omitted with `only_new`. What kept the run from judging is an error
    too, and a requirement that was not exercised a warning. Every line is one command, whatever text it contains.
    """
    decision = Decision(report)
    groups = [group for group in decision.groups if not only_new or group.standing == "new"]
    lines = [
        *_gate(decision),
        *(
            _failure(decision, group, result, violation)
            for group in groups
            for result in group.results
            for violation in result.violations
        ),
        *(_command("error", "error", _cut(error)) for error in _errors(report)),
        *_warnings(report),
    ]
    seen: Counter[str] = Counter()
    for line in lines:
        seen[kind := line.partition(" ")[0]] += 1
        if seen[kind] <= COMMANDS_LIMIT:
            yield line


def _gate(decision: Decision) -> Iterator[str]:
    if decision.word:
        kind = "notice" if decision.word == "green" else "error"
        yield _command(kind, decision.title, _cut(decision.headline), *map(_cut, decision.reasons))


def _failure(decision: Decision, group: StandingGroup, result: RequirementResult, violation: ReportedViolation) -> str:
    kind = "notice"
    if group.is_open:
        kind = "error" if decision.decides(result) or not decision.word else "warning"
    remark = "" if group.standing == "failed" else f" ({group.standing})"
    shown = [part for part in parts(result, violation, BRIEF) if part.layout != "shell" or len(part.text) <= TEXT_LIMIT]
    lines = [
        *(f"waived: {describe_waiver(waiver)}" for waiver in result.waivers if group.standing == "waived"),
        result.statement,
        *text_lines(shown),
    ]
    return _command(kind, f"{result.level} failed{remark}: {result.id}", *map(_cut, lines))


def _errors(report: Report) -> Sequence[str]:
    return report.errors or ([report.sentence] if report.verdict == "inconclusive" else [])


def _warnings(report: Report) -> Iterator[str]:
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for result in report.requirements:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result.id)
    for reason, names in by_reason.items():
        yield _command("warning", f"not exercised: {len(names)}", _cut(reason), ", ".join(names))


def _command(kind: str, title: str, *lines: str) -> str:
    return command(kind, visible(title), *map(visible, lines))


def _cut(text: str) -> str:
    return shortened(text, TEXT_LIMIT)
