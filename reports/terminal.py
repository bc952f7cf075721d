"""What a person reads at the end of a run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from reports import exit_codes
from reports.diff import describe_change
from reports.lines import INDENT, Line, Span, Style, Writer
from reports.model import Gate, Report, RequirementResult, Violation
from reports.text import visible
from reports.verdicts import counts, told_shard
from reports.violation import FULL, USUAL, Detail, headline, middle, parts
from reports.wording import (
    describe_recording,
    describe_spending,
    describe_target,
    describe_waiver,
    duration,
)

VIOLATIONS_TOLD: Final = 5
"""Violations of one requirement that are told; the rest is in `report.json`."""

_VERDICT_STYLES: Final[dict[str, Style]] = {
    "conformant": "good",
    "nonconformant": "bad",
    "inconclusive": "doubtful",
}
_WORKFLOW_COMMANDS: Final = ("::", "##[")


def report_lines(
    report: Report,
    *,
    width: int,
    files: Sequence[Path],
    told: Sequence[RequirementResult] | None = None,
    verbosity: int = 0,
) -> list[Line]:
    """Tell the whole report at `width` columns; only curl lines may be wider.

    `files` are the report files as they are to be named; `told` are the requirements of which more than their number
    is told, all of them where nothing else is said. Below a `verbosity` of 0 a violation is a line, above it all of it
    is told. No line holds a control character, or starts like a command to a CI runner.
    """
    writer = Writer(width)
    lines = list(_head(report, writer))
    results = report.requirements if told is None else told
    failed = _failed(results)
    if verbosity < 0:
        short = [_short(result, violation, writer) for result in failed for violation in result.violations]
        return [*lines, *short, *_foot(report, files, writer)]
    for result in failed:
        lines += [(), *failure_lines(result, writer, FULL if verbosity else USUAL)]
    lines += _section("WAIVED", _waived(results, writer))
    lines += _section("NOT EXERCISED", _unexercised(results, writer))
    lines += _section("GATE", _gate(report.gate, writer))
    lines += _section("TROUBLES", _items(report.troubles, writer))
    lines += [(), *_foot(report, files, writer)]
    return lines


def advice_lines(sentences: Iterable[str], *, width: int) -> list[Line]:
    """Wrap plain sentences for a terminal of `width` columns."""
    writer = Writer(width)
    return [line for sentence in sentences for line in writer.paragraph(sentence)]


def _head(report: Report, writer: Writer) -> Iterator[Line]:
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


def failure_lines(result: RequirementResult, writer: Writer, detail: Detail) -> Iterator[Line]:
    """Tell the violations of a requirement, a block for each."""
    shown = result.violations if detail == FULL else result.violations[:VIOLATIONS_TOLD]
    for number, violation in enumerate(shown):
        if number:
            yield ()
        yield from _violation(result, violation, writer, detail)
    if more := len(result.violations) - len(shown):
        yield ()
        yield from writer.paragraph(f"and {more} more of {result.id} in report.json", INDENT, "quiet")


def _violation(result: RequirementResult, violation: Violation, writer: Writer, detail: Detail) -> Iterator[Line]:
    style: Style = "bad" if result.level == "must" else "doubtful"
    name = Span(visible(result.id), "strong")
    yield (Span("FAIL  ", style), Span(f"{result.level}  "), name, Span(f"  {violation.fingerprint}", "quiet"))
    yield from writer.paragraph(result.statement, INDENT)
    yield ()
    for part in parts(result, violation, detail):
        if part.look == "shell":
            yield (Span(" " * INDENT), Span(part.text))
        elif part.look == "data":
            yield from writer.data(part.label, part.text)
        else:
            yield from writer.labelled(part.label, part.text)


def _short(result: RequirementResult, violation: Violation, writer: Writer) -> Line:
    style: Style = "bad" if result.level == "must" else "doubtful"
    told = f"{result.level}  {result.id}  {violation.fingerprint}  {headline(violation)}"
    return (Span("FAIL  ", style), Span(middle(visible(told), writer.columns - INDENT)))


def _unexercised(results: Iterable[RequirementResult], writer: Writer) -> Iterator[Line]:
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result.id)
    for reason, names in by_reason.items():
        yield from writer.paragraph(reason, INDENT)
        yield from writer.paragraph(", ".join(names), INDENT + 2, "quiet")


def _waived(results: Iterable[RequirementResult], writer: Writer) -> Iterator[Line]:
    for result in results:
        if result.verdict == "waived":
            yield (Span(" " * INDENT), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
            for waiver in result.waivers:
                yield from writer.paragraph(describe_waiver(waiver), INDENT + 2)


def _gate(gate: Gate | None, writer: Writer) -> Iterator[Line]:
    if gate:
        worse = [describe_change(change) for change in gate.changes if change.is_worse]
        yield from _items([*gate.objections, *worse], writer)


def _items(sentences: Iterable[str], writer: Writer) -> Iterator[Line]:
    for sentence in sentences:
        first, *more = writer.paragraph(sentence, INDENT)
        yield (Span("    - "), *first[1:])
        yield from more


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    told = list(lines)
    return [(), (Span(title, "doubtful"),), *told] if told else []


def _foot(report: Report, files: Sequence[Path], writer: Writer) -> Iterator[Line]:
    if files:
        names = ", ".join(file.name for file in files[1:])
        yield from writer.labelled("report", f"{files[0]} (beside it {names})", indent=0)
    yield from writer.labelled("next", exit_codes.ADVICE[exit_codes.of(report)], indent=0)
