"""`release.md`: the decision about a release for a pull request."""

from collections.abc import Iterator, Sequence
from typing import Final

from reports.release.model import Part, Point, ReleaseDecision, Table
from reports.summary import escape, fence

SHOWN: Final = 50
"""Points under one heading that are shown; `release.json` has all."""


def render_markdown(release: ReleaseDecision) -> str:
    """Render the decision, its reasons, and the rest of each part folded away."""
    lines = [
        f"# {release.answer.capitalize()}",
        "",
        escape(release.sentence),
        "",
        "| part | answer | |",
        "| --- | --- | --- |",
        *(f"| {part.name} | {part.answer} | {escape(part.sentence)} |" for part in release.parts),
        *(f"| | not asked | {escape(each)} |" for each in release.not_asked),
        "",
    ]
    for part in release.parts:
        lines += _part(part)
    return "\n".join(lines) + "\n"


def _part(part: Part) -> Iterator[str]:
    if part.reasons:
        yield from (f"## {part.name.capitalize()}: {part.answer}", "", *_points(part.reasons), "")
    if part.remarks or part.tables:
        yield from ("<details>", f"<summary>More of {part.name}</summary>", "")
        for remarks in part.remarks:
            yield from (f"### {escape(remarks.title)}", "", *_points(remarks.points), "")
        for table in part.tables:
            yield from _table(table)
        yield from ("</details>", "")


def _points(points: Sequence[Point]) -> Iterator[str]:
    for point in points[:SHOWN]:
        yield f"- **{escape(point.about)}**: {escape(point.sentence)}"
        if point.command:
            yield from ("", *(f"  {line}" for line in fence([point.command], "sh")), "")
    if len(points) > SHOWN:
        yield f"- and {len(points) - SHOWN:,} more in `release.json`"


def _table(table: Table) -> Iterator[str]:
    yield from (f"### {escape(table.title)}", "")
    yield f"| {' | '.join(map(escape, table.heads))} |"
    yield f"|{' --- |' * len(table.heads)}"
    yield from (f"| {' | '.join(map(escape, cells))} |" for cells in table.rows)
    yield ""
