"""What a report says in each of its outputs for readers, as text."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from reports.annotations import annotation_lines
from reports.html.page import render_html
from reports.junit import render_junit
from reports.model import Report
from reports.summary import render_summary
from reports.terminal import report_lines
from tests.reports.html.outline import Outline


def terminal(report: Report, verbosity: int = 0) -> str:
    lines = report_lines(report, width=80, files=[Path("report.json")], verbosity=verbosity)
    return "\n".join("".join(span.text for span in line) for line in lines)


def page(report: Report) -> str:
    (body,) = Outline(render_html(report)).named("body")
    return " ".join(body.text)


OUTPUTS: Final[dict[str, Callable[[Report], str]]] = {
    "terminal": terminal,
    "report.html": page,
    "summary.md": render_summary,
    "junit.xml": render_junit,
    "annotations": lambda report: "\n".join(annotation_lines(report)),
}
