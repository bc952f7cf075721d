"""The page of a report as a whole."""

from reports.decision import Decision
from reports.html import batches, coverage, evidence, frame, latencies, load, overview, requirements, run
from reports.model import Report
from reports.wording import target_name


def render_html(report: Report) -> str:
    """Render the page: the verdict and what explains it first, then everything else in detail."""
    decision = Decision(report)
    sections = [
        *overview.sections(decision),
        requirements.section(decision),
        evidence.section(decision),
        load.section(report.run.load),
        batches.section(report.run.exchanges),
        latencies.section(report.run.exchanges),
        coverage.section(report.run.exchanges.coverage),
        run.section(report),
    ]
    where = f" of {target_name(report.target)}" if report.target else ""
    return frame.page(
        f"{decision.title}: conformance{where}",
        overview.banner(decision),
        [section for section in sections if section is not None],
        "script.js",
    )
