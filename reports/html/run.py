"""The circumstances of the run."""

from collections.abc import Iterable
from typing import Final

from reports.html.markup import Element, cell, head, row, table, tag
from reports.html.words import moment
from reports.model import Report
from spec.text import shortened

VALUE_LIMIT: Final = 400
"""Characters of a setting that are shown."""


def section(report: Report) -> Element:
    """Make the tables that say what was run, with which settings, on what."""
    run, target = report.run, report.target
    tests = run.tests
    circumstances: list[tuple[str, Element | str]] = [
        ("Run", run.id),
        ("Started", moment(run.started_at)),
        ("Ended", moment(run.ended_at)),
        ("Tests", f"{tests.passed} passed, {tests.failed} failed, {tests.skipped} skipped, {tests.error} errors"),
        ("Workers", str(run.workers)),
        ("Seed", str(run.seed)),
        ("Python", f"{run.python} on {run.platform}"),
        ("Packages", ", ".join(f"{name} {version}" for name, version in run.packages.items())),
    ]
    if target:
        circumstances.append(("Capabilities", ", ".join(target.capabilities) or "none beyond the contract"))
    settings = target.settings.items() if target else ()
    return tag(
        "section",
        tag("h2", "Run"),
        tag("p", report.sentence),
        table("Circumstances", ("Fact", "Value"), _rows(circumstances)),
        table("Settings, without keys", ("Setting", "Value"), _rows((name, str(value)) for name, value in settings))
        if settings
        else None,
        id="run",
    )


def _rows(facts: Iterable[tuple[str, Element | str]]) -> Iterable[Element]:
    for name, value in facts:
        yield row(head(name), cell(shortened(value, VALUE_LIMIT) if isinstance(value, str) else value))
