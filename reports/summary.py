"""`summary.md`: the report in GitHub's Markdown, for the summary page of a job."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reports.advice import advice, mock_line, waive_line
from reports.decision import Decision, StandingGroup
from reports.load_tables import load_tables
from reports.model import Load, Report, ReportedViolation, RequirementResult
from reports.violation import FULL, headline, parts, text_lines, title
from reports.wording import (
    counted,
    describe_ends,
    describe_load,
    describe_reads,
    describe_recording,
    describe_spending,
    describe_target,
    describe_waiver,
    reasons_of,
)
from spec.text import shortened, visible

SHOWN_FIRST: Final = 3
"""Violated requirements that are shown before everything else."""
TEXT_LIMIT: Final = 300
"""Characters of a reason or an error where many of them are listed."""
CURL_LIMIT: Final = 2_000
"""Characters of a curl line that is shown first; a longer one stands below, with the evidence."""
SENTENCES_SHOWN: Final = 50
"""Sentences of one kind that are shown; the rest is counted."""
LIMIT: Final = 900_000
"""Bytes after which no more violations are shown; GitHub refuses a summary of more than 1 MiB."""

_PUNCTUATION: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@$:])")


def render_summary(report: Report) -> str:
    """Render gate, verdict, the first violations, errors, what did not pass, and then each violation."""
    decision = Decision(report)
    parts = (
        _head(decision),
        _section("Gate", decision.reasons),
        _first(decision),
        _facts(report),
        _section("Errors", report.errors),
        _table(decision),
        _load(report.run.load),
    )
    text = "\n".join(line for part in parts for line in part)
    details = [
        (group, result, violation)
        for group in decision.groups
        for result in group.results
        for violation in result.violations
    ]
    size = len(text.encode())
    for shown, detail in enumerate(details):
        block = "\n".join(_violation(*detail))
        size += len(block.encode())
        if size > LIMIT:
            return f"{text}\n{len(details) - shown} more violations are in `report.json`.\n"
        text = f"{text}\n{block}"
    return text + "\n"


def escape(text: str) -> str:
    """Turn text of any origin into one line of Markdown that shows exactly that text."""
    return _PUNCTUATION.sub(r"\\\1", visible(text))


def fence(lines: Iterable[str], language: str = "") -> list[str]:
    """Make a code block whose fence is longer than any row of backticks in it."""
    content = list(lines)
    longest = max((len(row) for row in re.findall("`+", "\n".join(content))), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}{language}", *content, ticks]


def _head(decision: Decision) -> Iterator[str]:
    report = decision.report
    if decision.word:
        yield from (f"## {decision.title.capitalize()}", "", escape(decision.sentence), "")
        yield from (escape(f"Verdict {report.sentence}."), "")
    else:
        yield from (f"## Conformance: {report.verdict}", "", escape(report.sentence), "")
    yield from (escape(advice(decision)), "")
    for command in filter(None, (mock_line(decision), waive_line(decision))):
        yield from (*fence([command], "sh"), "")


def _first(decision: Decision) -> Iterator[str]:
    """Show briefly which requirements are violated, a must before a should, and how to repeat that."""
    failed = [(group, result) for group in decision.groups if group.is_open for result in group.results]
    for group, result in failed[:SHOWN_FIRST]:
        first = result.violations[0]
        remark = " (new)" if group.standing == "new" else ""
        yield f"**{result.level} failed{remark}: {escape(result.id)}.** {escape(result.statement)}"
        yield from (escape(headline(first)), "")
        if first.curl and len(first.curl) <= CURL_LIMIT:
            yield from (*fence([first.curl], "sh"), "")
    if len(failed) > SHOWN_FIRST:
        yield from (f"{len(failed) - SHOWN_FIRST} more failed, see below.", "")


def _facts(report: Report) -> list[str]:
    lines = []
    if report.target:
        exchanges = counted(report.run.exchanges.count, "exchange")
        lines += [f"Target: {escape(describe_target(report.target))}, {exchanges}.", ""]
    if report.run.recording:
        lines += [f"Recording: {escape(describe_recording(report.run.recording))}.", ""]
        if reasons := reasons_of(report.run.recording):
            lines += ["| not judged | reason |", "| ---: | --- |"]
            lines += [*(f"| {count} | {escape(reason)} |" for count, reason in reasons), ""]
    lines += [f"Spent: {describe_spending(report.run.spent)}.", ""]
    return lines


def _table(decision: Decision) -> list[str]:
    open_results = sorted(
        (result for result in decision.report.requirements if result.verdict != "pass"),
        key=lambda result: (decision.rank(result), result.level),
    )
    if not open_results:
        return []
    rows = (
        f"| {decision.label(result)} | {result.level} | {escape(result.id)} | {_cut(_remark(result))} |"
        for result in open_results
    )
    return ["| verdict | level | requirement | |", "| --- | --- | --- | --- |", *rows, ""]


def _load(load: Load | None) -> list[str]:
    if load is None:
        return []
    tables = [line for each in load_tables(load) for line in _columns(each.columns, each.rows)]
    reads = [f"- {escape(sentence)}." for sentence in describe_reads(load)]
    return [
        "### Load",
        "",
        escape(f"{describe_load(load)}."),
        "",
        escape(f"{describe_ends(load.batches)}."),
        "",
        *tables,
        *reads,
        "",
    ]


def _columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    written = (f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows)
    return [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}", *written, ""]


def _remark(result: RequirementResult) -> str:
    if result.verdict == "waived":
        return "; ".join(map(describe_waiver, result.waivers))
    return result.statement if result.verdict == "fail" else result.reason or ""


def _section(title: str, sentences: Sequence[str]) -> list[str]:
    lines = [f"- {_cut(sentence)}" for sentence in sentences[:SENTENCES_SHOWN]]
    if len(sentences) > SENTENCES_SHOWN:
        lines.append(f"- and {len(sentences) - SENTENCES_SHOWN} more in `report.json`")
    return [f"### {title}", "", *lines, ""] if lines else []


def _cut(text: str) -> str:
    return escape(shortened(text, TEXT_LIMIT))


def _violation(group: StandingGroup, result: RequirementResult, violation: ReportedViolation) -> Iterator[str]:
    standing = "" if group.standing == "failed" else f"{group.standing}: "
    summary = html.escape(visible(f"{standing}{title(result, violation)}: {headline(violation)}"))
    details = list(parts(result, violation, FULL))
    yield from (f"<details><summary>{summary}</summary>", "", escape(result.statement), "")
    yield from fence(text_lines(part for part in details if part.layout != "shell"), "text")
    for part in details:
        if part.layout == "shell":
            yield from ("", *fence([visible(part.text)], "sh"))
    yield from ("", "</details>", "")
