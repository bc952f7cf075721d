"""The report on the terminal at the end of a run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Final

from reports.advice import advice, mock_line, waive_line
from reports.decision import Decision, Standing, StandingGroup
from reports.files import LATEST
from reports.lines import INDENT, LABEL, Line, Span, Writer
from reports.load_tables import load_tables
from reports.model import Load, Report, ReportedViolation, RequirementResult
from reports.verdicts import counts
from reports.violation import FULL, NORMAL, Detail, headline, parts
from reports.wording import (
    counted,
    describe_end,
    describe_ends,
    describe_load,
    describe_reads,
    describe_recording,
    describe_spending,
    describe_target,
    describe_waiver,
    duration,
    reasons_of,
    shard_name,
)
from spec.text import visible

VIOLATIONS_SHOWN: Final = 5
"""Violations of one requirement that are shown; the rest is in `report.json`."""


def report_lines(
    report: Report, *, width: int, files: Sequence[Path], only_new: bool = False, verbosity: int = 0
) -> list[Line]:
    """Show the whole report at `width` columns; only commands may be wider.

    `files` are the report files as they are shown. With `only_new` violations that the baseline has are only counted.
    Below a `verbosity` of 0 a violation is a line, above it all its details are shown. No line holds a control
    character, or starts like a command to a CI runner.
    """
    writer, decision = Writer(width), Decision(report)
    if verbosity < 0:
        return list(_in_short(decision, files, writer))
    lines = [*_title(decision, writer), *_head(decision, writer)]
    lines += _section("GATE", _items(decision.reasons, writer))
    detail = FULL if verbosity else NORMAL
    for group in decision.groups:
        if group.is_open:
            for result in group.results:
                lines += [(), *failure_lines(result, writer, detail, group.standing)]
        elif not only_new:
            lines += _section(group.standing.upper(), _listed(group, writer))
    if report.run.load:
        lines += _section("LOAD", _load(report.run.load, writer))
    results = [result for result in report.requirements if not only_new or result.id in decision.worse]
    lines += _section("ERRORS", _items(report.errors, writer))
    lines += _section("NOT EXERCISED", _unexercised(results, writer))
    lines += [(), *_foot(decision, files, writer)]
    return lines


def _in_short(decision: Decision, files: Sequence[Path], writer: Writer) -> Iterator[Line]:
    """Show the decision, and a line for each violation that is neither known nor waived."""
    yield from (*_title(decision, writer), *_verdict(decision, writer))
    yield from _items(decision.reasons, writer)
    for group in decision.groups:
        for result in group.results if group.is_open else ():
            yield from (_short(group.standing, result, violation, writer) for violation in result.violations)
    yield from _items(decision.report.errors or _why_inconclusive(decision.report), writer)
    if files:
        yield from writer.labelled("report", str(files[0]), indent=0)


def advice_lines(sentences: Iterable[str], *, width: int) -> list[Line]:
    """Wrap plain sentences for a terminal of `width` columns."""
    writer = Writer(width)
    return [line for sentence in sentences for line in writer.paragraph(sentence)]


def _title(decision: Decision, writer: Writer) -> Iterator[Line]:
    title = Span(decision.title.upper(), decision.tone)
    first, *more = writer.paragraph(decision.headline, indent=len(title.text) + 2)
    yield (title, Span("  "), *first[1:])
    yield from more


def _verdict(decision: Decision, writer: Writer) -> Iterator[Line]:
    """Show the verdict where the title is that of the gate."""
    if decision.word:
        report = decision.report
        yield from writer.labelled("verdict", f"{report.verdict}: {counts(report.requirements)}", indent=0)


def _head(decision: Decision, writer: Writer) -> Iterator[Line]:
    report = decision.report
    yield from _verdict(decision, writer)
    if report.target:
        exchanges = counted(report.run.exchanges.count, "exchange")
        yield from writer.labelled(
            "target",
            f"{describe_target(report.target)}, {exchanges} in {duration(report.run.seconds)}",
            indent=0,
        )
    yield from writer.labelled("spent", describe_spending(report.run.spent), indent=0)
    if report.gate and report.gate.strict:
        yield from writer.labelled("strict", "a should counts as a must", indent=0)
    if report.run.shard:
        yield from writer.labelled("shard", shard_name(report.run.shard).removeprefix("shard "), indent=0)
    if report.run.recording:
        yield from writer.labelled("recording", describe_recording(report.run.recording), indent=0)
        for count, reason in reasons_of(report.run.recording):
            yield from writer.labelled("", f"{count:>7}  {reason}", indent=0)
    if report.run.load:
        yield from writer.labelled("load", describe_load(report.run.load), indent=0)
        yield from writer.labelled("batches", describe_ends(report.run.load.batches), indent=0)
    if report.run.narrowed:
        yield from writer.labelled("narrowed", f"by {report.run.narrowed}", indent=0)
    if end := describe_end(report.run):
        yield from writer.labelled("stopped", end, indent=0)


def _load(load: Load, writer: Writer) -> Iterator[Line]:
    """Show the operations of a load, and how consistent its reads were."""
    for number, table in enumerate(load_tables(load)):
        if number:
            yield ()
        yield from _columns((table.columns, *table.rows), writer)
    for sentence in describe_reads(load):
        yield from writer.paragraph(f"{sentence}.", INDENT)


def _columns(rows: Sequence[Sequence[str]], writer: Writer) -> Iterator[Line]:
    """Align the cells of a table, all but the first of each row to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, (first, *others) in enumerate(rows):
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        text = writer.clipped("  ".join(cells), INDENT)
        yield (Span(" " * INDENT), Span(text, "plain" if number else "quiet"))


def failure_lines(
    result: RequirementResult, writer: Writer, detail: Detail, standing: Standing = "failed"
) -> Iterator[Line]:
    """Show the violations of a requirement, a block for each."""
    shown = result.violations if detail == FULL else result.violations[:VIOLATIONS_SHOWN]
    for number, violation in enumerate(shown):
        if number:
            yield ()
        yield from _violation(standing, result, violation, writer, detail)
    if more := len(result.violations) - len(shown):
        yield ()
        yield from writer.paragraph(f"and {more} more of {result.id} in report.json", INDENT, "quiet")


def _violation(
    standing: Standing, result: RequirementResult, violation: ReportedViolation, writer: Writer, detail: Detail
) -> Iterator[Line]:
    name = Span(visible(result.id), "strong")
    yield (_mark(standing, result), Span(f"{result.level}  "), name, Span(f"  {violation.fingerprint}", "quiet"))
    yield from writer.paragraph(result.statement, INDENT)
    yield ()
    for part in parts(result, violation, detail):
        if part.layout == "shell":
            yield (Span(" " * INDENT), Span(visible(part.text)))
        elif part.layout == "data":
            yield from writer.data(part.label, part.text)
        else:
            yield from writer.labelled(part.label, part.text)


def _short(standing: Standing, result: RequirementResult, violation: ReportedViolation, writer: Writer) -> Line:
    """Show a violation in one line that fits."""
    text = f"{result.level}  {violation.fingerprint}  {result.id}: {headline(violation)}"
    return (_mark(standing, result), Span(writer.clipped(text, INDENT)))


def _mark(standing: Standing, result: RequirementResult) -> Span:
    mark = "NEW" if standing == "new" else "FAIL"
    return Span(mark.ljust(INDENT), "bad" if result.level == "must" else "doubtful")


def _by_reason(results: Iterable[RequirementResult]) -> Mapping[str, list[str]]:
    """Gather the requirements that were not exercised by the reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result.id)
    return by_reason


def _why_inconclusive(report: Report) -> Iterator[str]:
    """Say why nothing passed, where no error says it."""
    for reason, names in _by_reason(report.requirements).items() if report.verdict == "inconclusive" else ():
        yield f"{len(names)} not exercised: {reason}"


def _unexercised(results: Iterable[RequirementResult], writer: Writer) -> Iterator[Line]:
    for reason, names in _by_reason(results).items():
        yield from writer.paragraph(reason, INDENT)
        yield from writer.paragraph(", ".join(names), INDENT + 2, "quiet")


def _listed(group: StandingGroup, writer: Writer) -> Iterator[Line]:
    """List known or waived violations: a line for each, and its waivers."""
    for result in group.results:
        yield (Span(" " * INDENT), Span(f"{result.level}  "), Span(visible(result.id), "strong"))
        for violation in result.violations:
            yield from writer.paragraph(f"{violation.fingerprint}  {headline(violation)}", INDENT + 2)
        for waiver in result.waivers if group.standing == "waived" else ():
            yield from writer.paragraph(f"waived: {describe_waiver(waiver)}", INDENT + 2, "quiet")


def _items(sentences: Iterable[str], writer: Writer) -> Iterator[Line]:
    for sentence in sentences:
        first, *more = writer.paragraph(sentence, INDENT)
        yield (Span("    - "), *first[1:])
        yield from more


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    content = list(lines)
    return [(), (Span(title, "doubtful"),), *content] if content else []


def _foot(decision: Decision, files: Sequence[Path], writer: Writer) -> Iterator[Line]:
    if files:
        names = ", ".join(file.name for file in files[1:])
        beside = f" (beside it {names})" if names else ""
        yield from writer.labelled("report", f"{files[0]}{beside}", indent=0)
    yield from writer.labelled("next", advice(decision), indent=0)
    if command := mock_line(decision):
        yield _command("mock", command)
    if command := waive_line(decision):
        where = f" --report {quote(str(files[0]))}" if files and files[0] != LATEST else ""
        yield _command("waive", f"{command}{where}")


def _command(label: str, command: str) -> Line:
    """Show a command beside a label, in one line that can be copied."""
    return (Span(label.ljust(LABEL), "quiet"), Span(visible(command)))
