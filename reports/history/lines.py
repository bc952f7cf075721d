"""A history in a terminal: what is violated and since when, what is flaky, and both run by run."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reports.decision import TONES
from reports.history.model import Cell, History, RequirementHistory, ViolationHistory
from reports.history.words import describe_flakiness, describe_runs, since
from reports.lines import Line, Span, Writer
from reports.wording import counted

MARKS: Final[Mapping[Cell | None, str]] = {
    "pass": ".",
    "fail": "F",
    "waived": "w",
    "not-exercised": "-",
    "inconclusive": "?",
    None: " ",
}
LEGEND: Final = ". pass  F fail  w waived  - not exercised  ? inconclusive"
STRIP: Final = 60
"""Runs of a strip that are shown, the newest."""
_INDENT: Final = 2


def history_lines(history: History, *, width: int) -> Iterator[Line]:
    """Show a history on a terminal of `width` columns."""
    writer = Writer(width)
    last = history.runs[-1]
    yield (Span("HISTORY", "strong"), Span("  "), Span(describe_runs(history)))
    yield from writer.labelled("targets", history.targets, indent=0)
    yield (Span("last run".ljust(10), "quiet"), Span(last.verdict, TONES[last.verdict]), Span(f", {last.started_at}"))
    yield from _violations("VIOLATED", history.open_violations, history, writer)
    yield from _flaky(history.requirements, writer)
    yield from _violations("NO LONGER SEEN", history.gone_violations, history, writer)
    yield from _strips(history, writer)
    if history.unread:
        yield ()
        yield (Span(f"LEFT OUT  {counted(len(history.unread), 'file')}", "doubtful"),)
        for each in history.unread:
            yield from writer.paragraph(each.reason, _INDENT)


def _violations(title: str, some: Iterable[ViolationHistory], history: History, writer: Writer) -> Iterator[Line]:
    levels = {each.id: each.level for each in history.requirements}
    for number, violation in enumerate(some):
        if not number:
            yield from ((), (Span(title, "strong"),))
        text = f"{levels[violation.requirement]}  {violation.fingerprint}  {violation.requirement}"
        yield from writer.paragraph(text, _INDENT)
        yield from writer.paragraph(since(violation, history), _INDENT * 3, "quiet")


def _flaky(requirements: Iterable[RequirementHistory], writer: Writer) -> Iterator[Line]:
    flaky = [each for each in requirements if each.flakiness]
    if flaky:
        yield from ((), (Span("FLAKY", "doubtful"),))
    for each in flaky:
        yield from writer.paragraph(f"{each.level}  {each.id}: {describe_flakiness(each)}", _INDENT)


def _strips(history: History, writer: Writer) -> Iterator[Line]:
    ever = {violation.requirement for violation in history.violations}
    some = [each for each in history.requirements if each.id in ever]
    if some:
        yield from ((), (Span("RUN BY RUN", "strong"), Span("  oldest first", "quiet")))
        yield from writer.paragraph(LEGEND, _INDENT, "quiet")
    shown = min(STRIP, writer.columns - _INDENT * 2)
    for each in some:
        strip = "".join(MARKS[cell] for cell in each.strip[-shown:])
        yield from writer.paragraph(each.id, _INDENT)
        yield (Span(" " * _INDENT * 2 + strip),)


def flaky_lines(runs: History, *, width: int) -> Iterator[Line]:
    """Show only what is flaky, or that nothing is."""
    lines = list(_flaky(runs.requirements, Writer(width)))
    yield from lines[1:] or [(Span("No requirement changed from run to run.", "good"),)]
