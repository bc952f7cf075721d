"""`summary.md`: the report in GitHub's Markdown, for the summary page of a job."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reports.curl import curl_line
from reports.diff import describe_change
from reports.model import Gate, Report, RequirementResult, Violation
from reports.text import visible
from reports.violation import FULL, headline, parts, text_lines, title
from reports.wording import describe_recording, describe_spending, describe_target, describe_waiver

TOLD_FIRST: Final = 3
"""Failed requirements that are told before everything else."""
TEXT_LIMIT: Final = 300
"""Characters of a reason, a trouble, an expectation or an answer where many of them are told."""
CURL_LIMIT: Final = 2_000
"""Characters of a curl line that is told first; a longer one stands below, with the evidence."""
SENTENCES_TOLD: Final = 50
"""Sentences of one kind that are told; the rest is counted."""
LIMIT: Final = 900_000
"""Bytes after which no more violations are told; GitHub refuses a summary of more than 1 MiB."""

_PUNCTUATION: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@$:])")


def render_summary(report: Report) -> str:
    """Render the verdict, what broke first, a table of what did not pass, and each violation with its curl line."""
    parts = (
        _head(report),
        _first(report.requirements),
        _facts(report),
        _table(report.requirements),
        _gate(report.gate),
        _troubles(report.troubles),
    )
    text = "\n".join(line for part in parts for line in part)
    details = [(result, violation) for result in report.requirements for violation in result.violations]
    size = len(text.encode())
    for told, (result, violation) in enumerate(details):
        block = "\n".join(_violation(result, violation))
        size += len(block.encode())
        if size > LIMIT:
            return f"{text}\n{len(details) - told} more violations are in `report.json`.\n"
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


def _head(report: Report) -> list[str]:
    return [f"## Conformance: {report.verdict}", "", escape(report.sentence), ""]


def _first(results: Iterable[RequirementResult]) -> Iterator[str]:
    """Tell a person with a minute what broke, a must before a should, and how to see it."""
    failed = sorted((result for result in results if result.verdict == "fail"), key=lambda result: result.level)
    for result in failed[:TOLD_FIRST]:
        first = result.violations[0]
        yield f"**{result.level} failed: {escape(result.id)}.** {escape(result.statement)}"
        yield escape(headline(first))
        yield ""
        if first.evidence and len(curl := curl_line(first.evidence)) <= CURL_LIMIT:
            yield from (*fence([curl], "sh"), "")
    if len(failed) > TOLD_FIRST:
        yield from (f"{len(failed) - TOLD_FIRST} more failed, see below.", "")


def _facts(report: Report) -> list[str]:
    lines = []
    if report.target:
        traffic = report.run.exchanges
        target = f"Target: {escape(describe_target(report.target))}"
        lines += [f"{target}, {traffic.count} exchanges.", ""]
    if report.run.recording:
        lines += [f"Recording: {escape(describe_recording(report.run.recording))}.", ""]
    lines += [f"Spent: {describe_spending(report.run.spent)}.", ""]
    return lines


def _table(results: Iterable[RequirementResult]) -> list[str]:
    open_results = sorted(
        (result for result in results if result.verdict != "pass"),
        key=lambda result: (result.verdict, result.level),
    )
    if not open_results:
        return []
    rows = (
        f"| {result.verdict} | {result.level} | {escape(result.id)} | {_cut(_remark(result))} |"
        for result in open_results
    )
    return ["| verdict | level | requirement | |", "| --- | --- | --- | --- |", *rows, ""]


def _remark(result: RequirementResult) -> str:
    if result.verdict == "waived":
        return "; ".join(map(describe_waiver, result.waivers))
    return result.statement if result.verdict == "fail" else result.reason or ""


def _gate(gate: Gate | None) -> list[str]:
    if gate is None:
        return []
    worse = [describe_change(change) for change in gate.changes if change.is_worse]
    return _section("Gate", [*gate.objections, *worse])


def _troubles(troubles: Sequence[str]) -> list[str]:
    return _section("Troubles", troubles)


def _section(title: str, sentences: Sequence[str]) -> list[str]:
    lines = [f"- {_cut(sentence)}" for sentence in sentences[:SENTENCES_TOLD]]
    if len(sentences) > SENTENCES_TOLD:
        lines.append(f"- and {len(sentences) - SENTENCES_TOLD} more in `report.json`")
    return [f"### {title}", "", *lines, ""] if lines else []


def _cut(text: str) -> str:
    return escape(text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}…")


def _violation(result: RequirementResult, violation: Violation) -> Iterator[str]:
    summary = html.escape(visible(f"{title(result, violation)}: {headline(violation)}"))
    told = list(parts(result, violation, FULL))
    yield from (f"<details><summary>{summary}</summary>", "", escape(result.statement), "")
    yield from fence(text_lines(part for part in told if part.look != "shell"), "text")
    for part in told:
        if part.look == "shell":
            yield from ("", *fence([visible(part.text)], "sh"))
    yield from ("", "</details>", "")
