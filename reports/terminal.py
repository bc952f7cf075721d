"""What a person reads at the end of a run."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from rich.console import Console
from rich.text import Text

from reports.advice import advice, waive_line
from reports.curl import curl_line
from reports.decision import Decision, Group, Tone
from reports.model import Report, RequirementResult, Violation
from reports.text import visible, visible_lines
from reports.verdicts import counts, told_shard
from reports.wording import (
    describe,
    describe_recording,
    describe_spending,
    describe_target,
    describe_value,
    describe_violation,
    describe_waiver,
    duration,
)

NARROWEST: Final = 60
VIOLATIONS_TOLD: Final = 5
"""Violations of one requirement that are told; the rest is in `report.json`."""
EXCHANGES_TOLD: Final = 3
"""Exchanges of one violation that are told, counted from the last."""

Style = Literal["plain", "strong", "quiet"] | Tone


class Span(NamedTuple):
    """A piece of a line, and how it is to look."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]

_INDENT: Final = 6
_LABEL: Final = 10
_WORKFLOW_COMMANDS: Final = ("::", "##[")


def report_lines(report: Report, *, width: int, files: Sequence[Path], only_new: bool = False) -> list[Line]:
    """Tell the whole report at `width` columns; only curl lines may be wider.

    `files` are the report files as they are to be named. Where only what is new is asked for, what the baseline has is
    counted, and no more. No line holds a control character, or starts like a command to a CI runner.
    """
    writer = _Writer(max(width, NARROWEST) - 1)
    decision = Decision(report)
    lines = list(_head(decision, writer))
    lines += _section("GATE", _items(decision.reasons, writer))
    for group in decision.groups:
        if group.is_open:
            lines += [line for result in group.results for line in [(), *_failure(group, result, writer)]]
        elif not only_new:
            lines += _section(group.standing.upper(), _listed(group, writer))
    results = [result for result in report.requirements if not only_new or result.id in decision.worse]
    lines += _section("NOT EXERCISED", _unexercised(results, writer))
    lines += _section("TROUBLES", _items(report.troubles, writer))
    lines += [(), *_foot(decision, files, writer)]
    return lines


def advice_lines(sentences: Iterable[str], *, width: int) -> list[Line]:
    """Wrap plain sentences for a terminal of `width` columns."""
    writer = _Writer(max(width, NARROWEST) - 1)
    return [line for sentence in sentences for line in writer.paragraph(sentence)]


class _Writer:
    """Wraps visible text to a number of columns."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._console = Console(width=columns, file=io.StringIO())

    def wrap(self, text: str, columns: int) -> list[str]:
        wrapped = []
        for line in visible_lines(text):
            parts = Text(line).wrap(self._console, columns, overflow="fold")
            wrapped += [_disarm(part.plain.rstrip()) for part in parts]
        return wrapped

    def paragraph(self, text: str, indent: int = 0, style: Style = "plain") -> list[Line]:
        pieces = self.wrap(text, self._columns - indent)
        return [(Span(" " * indent), Span(piece, style)) for piece in pieces]

    def labelled(self, label: str, text: str, indent: int = _INDENT) -> list[Line]:
        first, *more = self.wrap(text, self._columns - indent - _LABEL)
        rest = [(Span(" " * (indent + _LABEL)), Span(piece)) for piece in more]
        return [(Span(" " * indent + label.ljust(_LABEL), "quiet"), Span(first)), *rest]


def _disarm(piece: str) -> str:
    return f"\\{piece}" if piece.lstrip().startswith(_WORKFLOW_COMMANDS) else piece


def _head(decision: Decision, writer: _Writer) -> Iterator[Line]:
    report = decision.report
    title = Span(decision.title.upper(), decision.tone)
    first, *more = writer.paragraph(decision.headline, indent=len(title.text) + 2)
    yield (title, Span("  "), *first[1:])
    yield from more
    if decision.word:
        yield from writer.labelled("verdict", f"{report.verdict}: {counts(report.requirements)}", indent=0)
    if report.target:
        traffic = report.run.exchanges
        yield from writer.labelled(
            "target",
            f"{describe_target(report.target)}, {traffic.count} exchanges in {duration(report.run.seconds)}",
            indent=0,
        )
    yield from writer.labelled("spent", describe_spending(report.run.spent), indent=0)
    if report.gate and report.gate.strict:
        yield from writer.labelled("strict", "a should counts as a must", indent=0)
    if report.run.shard:
        yield from writer.labelled("part", told_shard(report.run.shard), indent=0)
    if report.run.recording:
        yield from writer.labelled("recording", describe_recording(report.run.recording), indent=0)
    if report.run.narrowed:
        yield from writer.labelled("narrowed", f"by {report.run.narrowed}", indent=0)
    if report.run.interrupted:
        yield from writer.labelled("ended", "before every test was run", indent=0)


def _failure(group: Group, result: RequirementResult, writer: _Writer) -> Iterator[Line]:
    style: Style = "bad" if result.level == "must" else "doubtful"
    mark = "NEW" if group.standing == "new" else "FAIL"
    yield (Span(mark.ljust(_INDENT), style), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
    yield from writer.paragraph(result.statement, _INDENT)
    yield from writer.paragraph(f"Source: {result.source}", _INDENT, "quiet")
    for violation in result.violations[:VIOLATIONS_TOLD]:
        yield ()
        yield from _violation(violation, writer)
    more = len(result.violations) - VIOLATIONS_TOLD
    if more > 0:
        yield ()
        yield from writer.paragraph(f"and {more} more in report.json", _INDENT, "quiet")


def _violation(violation: Violation, writer: _Writer) -> Iterator[Line]:
    times = f" ({violation.count} times)" if violation.count > 1 else ""
    noticed = f", noticed by the oracle {violation.oracle}" if violation.oracle else ""
    yield from writer.labelled("expected", describe_value(violation.expected))
    yield from writer.labelled("came", describe_value(violation.actual))
    if violation.case:
        yield from writer.labelled("case", violation.case)
    yield from writer.labelled("test", ", ".join(violation.tests) + times + noticed)
    yield from writer.labelled("named", violation.fingerprint)
    earlier = len(violation.exchanges) - EXCHANGES_TOLD
    if earlier > 0:
        yield from writer.labelled("exchange", f"({earlier} earlier ones in report.json)")
    for exchange in violation.exchanges[-EXCHANGES_TOLD:]:
        yield from writer.labelled("exchange", describe(exchange))
    if violation.evidence:
        yield (Span(" " * _INDENT), Span(curl_line(violation.evidence)))


def _unexercised(results: Iterable[RequirementResult], writer: _Writer) -> Iterator[Line]:
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result.id)
    for reason, names in by_reason.items():
        yield from writer.paragraph(reason, _INDENT)
        yield from writer.paragraph(", ".join(names), _INDENT + 2, "quiet")


def _listed(group: Group, writer: _Writer) -> Iterator[Line]:
    """Tell violations that nobody has to look at now: a line for each, and who puts up with it."""
    for result in group.results:
        yield (Span(" " * _INDENT), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
        for violation in result.violations:
            yield from writer.paragraph(f"{violation.fingerprint}  {describe_violation(violation)}", _INDENT + 2)
        for waiver in result.waivers if group.standing == "waived" else ():
            yield from writer.paragraph(f"waived: {describe_waiver(waiver)}", _INDENT + 2, "quiet")


def _items(sentences: Iterable[str], writer: _Writer) -> Iterator[Line]:
    for sentence in sentences:
        first, *more = writer.paragraph(sentence, _INDENT)
        yield (Span("    - "), *first[1:])
        yield from more


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    told = list(lines)
    return [(), (Span(title, "doubtful"),), *told] if told else []


def _foot(decision: Decision, files: Sequence[Path], writer: _Writer) -> Iterator[Line]:
    if files:
        names = ", ".join(file.name for file in files[1:])
        yield from writer.labelled("report", f"{files[0]} (beside it {names})", indent=0)
    yield from writer.labelled("next", advice(decision), indent=0)
    if command := waive_line(decision):
        yield from writer.labelled("waive", command, indent=0)
