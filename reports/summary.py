"""`summary.md`: the report in GitHub's Markdown, for the summary page of a job."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from reports.curl import curl_line
from reports.diff import describe_change
from reports.model import Gate, Report, RequirementResult, Violation
from reports.text import visible, visible_lines
from reports.wording import describe, describe_spending, describe_target, describe_waiver

LIMIT: Final = 900_000
"""Bytes after which no more violations are told; GitHub refuses a summary of more than 1 MiB."""

_PUNCTUATION: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@$:])")


def render_summary(report: Report) -> str:
    """Render the verdict, a table of what did not pass, and each violation with its curl line."""
    parts = (
        _head(report),
        _table(report.requirements),
        _gate(report.gate),
        _section("Troubles", report.troubles),
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
    lines = [f"## Conformance: {report.verdict}", "", escape(report.sentence), ""]
    if report.target:
        traffic = report.run.exchanges
        target = f"Target: {escape(describe_target(report.target))}"
        lines += [f"{target}, {traffic.count} exchanges.", ""]
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
        f"| {result.verdict} | {result.level} | {escape(result.id)} | {escape(_remark(result))} |"
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


def _section(title: str, sentences: Iterable[str]) -> list[str]:
    lines = [f"- {escape(sentence)}" for sentence in sentences]
    return [f"### {title}", "", *lines, ""] if lines else []


def _violation(result: RequirementResult, violation: Violation) -> Iterator[str]:
    times = f", {violation.count} times" if violation.count > 1 else ""
    title = html.escape(visible(f"{result.id}: {violation.test}{times}"))
    yield from (f"<details><summary>{title}</summary>", "")
    yield from (f"{escape(result.statement)} (source: {escape(result.source)})", "")
    told = {"expected": violation.expected, "came": violation.actual, "case": violation.case}
    lines = [line for name, text in told.items() if text for line in visible_lines(f"{name}: {text}")]
    yield from fence([*lines, *map(describe, violation.exchanges)], "text")
    if violation.evidence:
        yield from ("", *fence([curl_line(violation.evidence)], "sh"))
    yield from ("", "</details>", "")
