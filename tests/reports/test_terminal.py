"""Reports become lines for a person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from reports import gate
from reports.gate import Terms
from reports.lines import Line
from reports.model import Report
from reports.summary import render_summary
from reports.terminal import VIOLATIONS_SHOWN, advice_lines, report_lines
from tests.reports import samples

FILES = [Path("reports/out/report.json"), Path("reports/out/junit.xml")]
DAY = date(2030, 1, 1)


def plain(lines: Iterable[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def lines_of(report: Report, width: int = 80) -> list[str]:
    return plain(report_lines(report, width=width, files=FILES))


@pytest.mark.parametrize("width", [60, 80, 200])
def test_only_commands_are_wider_than_the_terminal(width: int) -> None:
    lines = lines_of(samples.failing_report(), width)
    wide = [line for line in lines if cell_len(line) >= width]
    assert all(line.startswith(("      curl ", "mock      ", "waive     ")) for line in wide)


def test_the_first_line_is_the_verdict_with_counts() -> None:
    first = lines_of(samples.failing_report())[0]
    assert first == "NONCONFORMANT  1 must failed, 1 should failed, 2 passed, 4 not exercised"


@pytest.mark.parametrize(("count", "shown"), [(1, "1 exchange"), (2099, "2,099 exchanges")])
def test_one_exchange_is_counted_as_one(count: int, shown: str) -> None:
    report = samples.failing_report()
    report = replace(report, run=replace(report.run, exchanges=replace(report.run.exchanges, count=count)))
    assert f", {shown} in " in lines_of(report)[1]
    assert f", {shown}.\n" in render_summary(report)


def test_fails_come_before_what_was_not_exercised_and_must_before_should() -> None:
    lines = lines_of(samples.failing_report())
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert [head.split()[0:2] for head in heads[3:]] == [
        ["FAIL", "must"],
        ["FAIL", "must"],
        ["FAIL", "should"],
        ["ERRORS"],
        ["NOT", "EXERCISED"],
        ["report", "reports/out/report.json"],
        ["next", "Repeat"],
        ["mock", "batches-conformance"],
    ]


def test_each_violation_is_a_block_with_its_requirement_and_its_evidence() -> None:
    lines = lines_of(samples.failing_report(), 100)
    fingerprint = samples.failing_report().requirements[0].violations[0].fingerprint
    start = lines.index(f"FAIL  must  results-null-unless-expanded  {fingerprint}")
    assert lines[start + 1 : start + 15] == [
        "      A read that does not ask for results answers with none.",
        "",
        "      problem   results has 2 entries",
        "      expected  null",
        '      actual    [{"file_id": "file-1"}, {"file_id": "file-2"}]',
        "      case      a completed batch, read without expand",
        "      before    #11 POST /api/v2/batches -> 201 in 3 ms",
        "      exchange  #12 GET /api/v2/batches/bat-1?project_id=p -> 200 in 3 ms",
        '      response  {"results": []}',
        "      source    The field is null unless it is asked for.",
        '                in LlamaCloud\'s guide "Getting Started with Batches": reading results',
        "      observed  3 times, in",
        f"                {samples.TEST}",
        lines[start + 14],
    ]
    assert lines[start + 14].startswith("      curl -i ")


def test_a_violation_without_a_case_has_no_empty_line_for_it() -> None:
    lines = lines_of(samples.report({"violations": [samples.violation(case="")]}))
    assert not any(line.strip() == "case" for line in lines)


def test_requirements_that_were_not_exercised_are_grouped_by_reason() -> None:
    lines = lines_of(samples.failing_report())
    start = lines.index("      needs a target that speaks the control protocol (--control-url)")
    assert lines[start + 1] == "        failed-file-has-error, cancelled-stays-cancelled"


def test_many_violations_are_cut_with_a_word() -> None:
    many = [samples.violation(check=f"check-{n}") for n in range(9)]
    lines = lines_of(samples.report({"violations": many}))
    assert sum(line.startswith("      curl ") for line in lines) == VIOLATIONS_SHOWN
    assert "      and 4 more of results-null-unless-expanded in report.json" in lines
    everything = plain(report_lines(samples.report({"violations": many}), width=80, files=FILES, verbosity=1))
    assert sum(line.startswith("      curl ") for line in everything) == len(many)


def test_what_was_spent_is_shown_in_one_line() -> None:
    lines = lines_of(samples.report())
    assert "spent     213 requests, 1,090 uploads, 13 batches, 1 billable file" in lines


def test_an_exchange_without_answer_says_why() -> None:
    silent = samples.exchange(response=None, error="ReadTimeout: 5 s", seconds=5)
    lines = lines_of(samples.report({"violations": [samples.violation(exchanges=[silent])]}), 120)
    assert (
        "      exchange  #12 GET /api/v2/batches/bat-1?project_id=p -> no response (ReadTimeout: 5 s) in 5.0 s"
    ) in lines


def test_a_conformant_run_is_short() -> None:
    lines = lines_of(samples.report({"held": {"results-null-unless-expanded": 1}}))
    assert lines[0] == "CONFORMANT  1 passed"
    assert len(lines) == 6


@pytest.mark.parametrize("command", ["::error::x", "##[error]x", "a\n::stop-commands::x"])
def test_no_line_starts_like_a_command_to_a_ci_runner(command: str) -> None:
    record = {"violations": [samples.violation(actual=command)], "errors": [command]}
    for line in lines_of(samples.report(record)):
        bare = line.removeprefix("    - ").strip()
        assert not bare.startswith(("::", "##["))


def test_advice_is_wrapped() -> None:
    lines = plain(advice_lines(["word " * 40], width=60))
    assert len(lines) > 3
    assert max(map(len, lines)) < 60


def test_a_short_report_of_a_gate_has_the_verdict_and_how_much_passed() -> None:
    judged = gate.apply(
        Terms(require_exercised=True), samples.report({"held": {"results-null-unless-expanded": 1}}), DAY
    )
    lines = plain(report_lines(judged, width=80, files=FILES, verbosity=-1))
    assert lines[:2] == ["GATE GREEN  without a baseline: 0 not waived, 0 waived", "verdict   conformant: 1 passed"]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_command_that_waives_is_one_line(width: int) -> None:
    broken = samples.report({"violations": [samples.violation()]})
    judged = gate.apply(Terms(require_exercised=True), broken, DAY)
    lines = plain(report_lines(judged, width=width, files=[Path("elsewhere/report.json")]))
    fingerprint = broken.requirements[0].fingerprints[0]
    command = (
        f"batches-conformance report waive {fingerprint} --owner NAME --expires DAY --report elsewhere/report.json"
    )
    assert lines[-1] == f"waive     {command}"
