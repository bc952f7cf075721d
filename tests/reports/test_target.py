"""Where a report names the mock it names its faults and the like, and says how to get such a mock again."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from reports.advice import mock_line
from reports.decision import Decision
from reports.diff import diff_lines
from reports.html.page import render_html
from reports.model import Report, ReportedTarget
from tests.reports import outputs, samples
from tests.reports.html.outline import Outline

GIVEN: Final = {
    "faults": "page-starts-one-too-late, expand-ignored",
    "variations": "ids-are-opaque",
    "situations": "lists-lag",
}
NAMED: Final = (
    "mock with the fault page-starts-one-too-late and the fault expand-ignored "
    "and the variation ids-are-opaque and the situation lists-lag"
)
MOCK: Final = replace(samples.target(), base_url="mock", settings=GIVEN)


def report(of: ReportedTarget = MOCK) -> Report:
    return samples.report({"violations": [samples.violation()]}, of=of)


OUTPUTS: Final[dict[str, Callable[[Report], str]]] = {
    **{name: outputs.OUTPUTS[name] for name in ("terminal", "report.html", "summary.md", "junit.xml")},
    "title": lambda report: " ".join(Outline(render_html(report)).named("title")[0].text),
    "diff": lambda report: "\n".join(diff_lines(report, report, ())),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_faults_variations_and_situations_are_named_with_the_target(name: str) -> None:
    assert NAMED in " ".join(OUTPUTS[name](report()).replace("\\", "").split())
    assert "mock with" not in OUTPUTS[name](report(replace(MOCK, settings={"faults": None})))


@pytest.mark.parametrize("name", ["terminal", "report.html", "summary.md"])
def test_whoever_repeats_a_request_is_shown_how_to_start_such_a_mock(name: str) -> None:
    command = (
        "batches-conformance mock --port 8000 --fault page-starts-one-too-late --fault expand-ignored "
        "--variation ids-are-opaque --situation lists-lag"
    )
    assert command in OUTPUTS[name](report())
    assert "The mock has ended with the run" in " ".join(OUTPUTS[name](report()).split())
    for other in (report(replace(MOCK, kind="url")), samples.report({"held": {}}, of=MOCK)):
        assert "batches-conformance mock" not in OUTPUTS[name](other)


def test_the_port_is_named_where_there_is_one() -> None:
    elsewhere = samples.exchange(request=samples.request(url="http://127.0.0.1:8001/api/v2/batches"))
    two = [samples.violation(), samples.violation(kind="missing", exchanges=[elsewhere])]
    assert str(mock_line(Decision(samples.report({"violations": two}, of=MOCK)))).startswith(
        "batches-conformance mock --port PORT "
    )


def test_each_card_has_its_own_curl_line() -> None:
    some = (samples.requirement(), samples.requirement("status-known"), samples.requirement("page-size", "should"))
    broken = samples.report({"violations": [samples.violation(each.id) for each in some]}, some=some)
    cards = re.findall(r'<li class="card fail">.*?</li>', render_html(broken), re.DOTALL)
    assert ["curl -i" in card for card in cards] == [True] * 3
