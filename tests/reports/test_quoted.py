"""The pages quote what the outputs say."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from reports import gate
from reports.gate import Terms
from reports.model import Report
from reports.terminal import report_lines
from tests.reports import samples

DOCS: Final = Path(__file__).parents[2] / "docs"
HELD: Final = {"held": {"results-null-unless-expanded": 1}}
BROKEN: Final = {"violations": [samples.violation(actual=list(range(99)))]}
OF_THE_MOCK: Final = replace(samples.target(), base_url="mock")


def against(baseline: Report, report: Report) -> Report:
    return gate.apply(Terms(baseline=baseline), report, date(2030, 1, 1))


def regressed() -> Report:
    return against(samples.report(HELD, of=OF_THE_MOCK), samples.report(BROKEN, of=OF_THE_MOCK))


QUOTED: Final = {
    "stopped   before its end": ("reading-a-report.md", samples.report(in_run=samples.run(interrupted=True))),
    " lines omitted …": ("reading-a-report.md", regressed()),
    "Fix 1 new violation since run ": ("gate.md", regressed()),
    "The mock has ended with the run: to repeat a request, start one": ("gate.md", regressed()),
    "mock      batches-conformance mock --port ": ("gate.md", regressed()),
    "not observed again": (
        "gate.md",
        against(samples.report(BROKEN), samples.report(HELD, in_run=samples.run(narrowed="-k results"))),
    ),
}


@pytest.mark.parametrize("words", QUOTED)
def test_what_a_page_quotes_is_said(words: str) -> None:
    page, report = QUOTED[words]
    said = "\n".join("".join(span.text for span in line) for line in report_lines(report, width=80, files=[]))
    assert words in " ".join((DOCS / page).read_text(encoding="utf-8").split("\n"))
    assert words in said or words in " ".join(said.split())
