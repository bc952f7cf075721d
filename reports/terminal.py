"""What a person reads at the end of a run."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from rich.console import Console
from rich.text import Text

from reports import exit_codes
from reports.curl import curl_line
from reports.diff import describe_change
from reports.model import Gate, Report, RequirementResult, Violation
from reports.text import visible, visible_lines
from reports.verdicts import counts, told_shard
from reports.wording import (
    describe,
    describe_recording,
    describe_spending,
    describe_target,
    describe_value,
    describe_waiver,
    duration,
)

NARROWEST: Final = 60
VIOLATIONS_TOLD: Final = 5
"""Violations of one requirement that are told; the rest is in `report.json`."""
EXCHANGES_TOLD: Final = 3
"""Exchanges of one violation that are told, counted from the last."""

Style = Literal["plain", "strong", "good", "bad", "doubtful", "quiet"]


class Span(NamedTuple):
    """A piece of a line, and how it is to look."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]

_INDENT: Final = 6
_LABEL: Final = 10
_VERDICT_STYLES: Final[dict[str, Style]] = {
    "conformant": "good",
    "nonconformant": "bad",
    "inconclusive": "doubtful",
}
_WORKFLOW_COMMANDS: Final = ("::", "##[")


def report_lines(
    report: Report, *, width: int, files: Sequence[Path], told: Sequence[RequirementResult] | None = None
) -> list[Line]:
    """Tell the whole report at `width` columns; only curl lines may be wider.

    `files` are the report files as they are to be named; `told` are the requirements of which more than their number
    is told, all of them where nothing else is said. No line holds a control character, or starts like a command to a
    CI runner.
    """
    writer = _Writer(max(width, NARROWEST) - 1)
    lines = list(_head(report, writer))
    results = report.requirements if told is None else told
    for result in _failed(results):
        lines += [(), *_failure(result, writer)]
    lines += _section("WAIVED", _waived(results, writer))
    lines += _section("NOT EXERCISED", _unexercised(results, writer))
    lines += _section("GATE", _gate(report.gate, writer))
    lines += _section("TROUBLES", _items(report.troubles, writer))
    lines += [(), *_foot(report, files, writer)]
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


def _head(report: Report, writer: _Writer) -> Iterator[Line]:
    verdict = Span(report.verdict.upper(), _VERDICT_STYLES[report.verdict])
    first, *more = writer.paragraph(counts(report.requirements), indent=len(verdict.text) + 2)
    yield (verdict, Span("  "), *first[1:])
    yield from more
    if report.target:
        traffic = report.run.exchanges
        yield from writer.labelled(
            "target",
            f"{describe_target(report.target)}, {traffic.count} exchanges in {duration(report.run.seconds)}",
            indent=0,
        )
    yield from writer.labelled("spent", describe_spending(report.run.spent), indent=0)
    if report.gate and report.gate.baseline:
        better = sum(not change.is_worse for change in report.gate.changes)
        worse = len(report.gate.changes) - better
        compared = f"run {visible(report.gate.baseline)}: {worse} worse, {better} changed otherwise"
        yield from writer.labelled("baseline", compared, indent=0)
    if report.run.shard:
        yield from writer.labelled("part", told_shard(report.run.shard), indent=0)
    if report.run.recording:
        yield from writer.labelled("recording", describe_recording(report.run.recording), indent=0)
    if report.run.narrowed:
        yield from writer.labelled("narrowed", f"by {report.run.narrowed}", indent=0)
    if report.run.interrupted:
        yield from writer.labelled("ended", "before every test was run", indent=0)


def _failed(results: Iterable[RequirementResult]) -> list[RequirementResult]:
    failed = (result for result in results if result.verdict == "fail")
    return sorted(failed, key=lambda result: result.level)


def _failure(result: RequirementResult, writer: _Writer) -> Iterator[Line]:
    style: Style = "bad" if result.level == "must" else "doubtful"
    yield (Span("FAIL  ", style), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
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


def _waived(results: Iterable[RequirementResult], writer: _Writer) -> Iterator[Line]:
    for result in results:
        if result.verdict == "waived":
            yield (Span(" " * _INDENT), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
            for waiver in result.waivers:
                yield from writer.paragraph(describe_waiver(waiver), _INDENT + 2)


def _gate(gate: Gate | None, writer: _Writer) -> Iterator[Line]:
    if gate:
        worse = [describe_change(change) for change in gate.changes if change.is_worse]
        yield from _items([*gate.objections, *worse], writer)


def _items(sentences: Iterable[str], writer: _Writer) -> Iterator[Line]:
    for sentence in sentences:
        first, *more = writer.paragraph(sentence, _INDENT)
        yield (Span("    - "), *first[1:])
        yield from more


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    told = list(lines)
    return [(), (Span(title, "doubtful"),), *told] if told else []


def _foot(report: Report, files: Sequence[Path], writer: _Writer) -> Iterator[Line]:
    if files:
        names = ", ".join(file.name for file in files[1:])
        yield from writer.labelled("report", f"{files[0]} (beside it {names})", indent=0)
    yield from writer.labelled("next", exit_codes.ADVICE[exit_codes.of(report)], indent=0)
