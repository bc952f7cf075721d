"""What a run is planned to spend, what it spends, and what it is allowed to."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress
from tests.suites.conftest import RunByUrl
from tests.suites.sessions import GUIDE, SCENARIOS, directories_on, run

SELECTED = (GUIDE, f"{SCENARIOS}/test_results.py")
SLOWLY = ("-n", "0", "--poll-interval", "1", *SELECTED)
POLLS = 1.5
"""How many more requests a run may take than its rehearsal, whose batches end sooner or later."""
DELETIONS = 60
"""How many requests a run may take to clean up, which no limit holds back."""
TOTAL = re.compile(r"In total ([\d,]+) requests, ([\d,]+) uploads, ([\d,]+) batches, ([\d,]+) billable files")


def planned(output: str) -> Sequence[int]:
    found = TOTAL.search(output)
    assert found, output
    return [int(number.replace(",", "")) for number in found.groups()]


@pytest.mark.parametrize("limits", [(), ("--max-billable-files=6",)], ids=["without limits", "six files"])
def test_a_run_spends_what_was_planned(limits: Sequence[str], by_url: RunByUrl, mock: MockAddress) -> None:
    plan = by_url("--plan", *SLOWLY, *limits)
    assert plan.code == 0, plan.output
    assert not plan.directory.exists()
    requests, uploads, batches, files = planned(plan.output)
    spent = by_url(*SLOWLY, *limits).report["run"]["spent"]
    assert [spent["uploads"], spent["batches"], spent["billable_files"]] == [uploads, batches, files]
    assert requests / POLLS <= spent["requests"] <= requests * POLLS
    assert directories_on(mock) == []


def test_a_plan_tells_what_a_limit_leaves_out_and_how_long_it_takes(tmp_path: Path) -> None:
    """Nothing is sent to the target, and so its key is not needed."""
    plan = run(
        tmp_path / "report",
        *("--plan", "--target=https://batches.invalid", "--max-billable-files=0", "--rate=0.5", *SLOWLY),
        LLAMA_CLOUD_OTHER_API_KEY="llx-nobody",
    )
    assert plan.code == 0, plan.output
    requests, _, batches, files = planned(plan.output)
    assert (batches, files) == (0, 0)
    minutes, seconds = divmod(requests * 2, 60)
    assert minutes
    assert f"{minutes} min {seconds} s at 0.5 requests a second" in plan.output
    assert "--max-billable-files admits more" in plan.output
    assert "llx-nobody" not in plan.output


def test_a_plan_of_nothing_is_wrong_usage(tmp_path: Path) -> None:
    plan = run(tmp_path / "report", "--plan", "-k", "no_such_test")
    assert plan.code == 4
    assert "ERROR: the run cannot be planned: " in plan.output


def test_a_plan_of_an_unknown_requirement_is_one_error(tmp_path: Path) -> None:
    plan = run(tmp_path / "report", "--plan", "--requirement=no-such")
    assert plan.code == 4
    assert plan.output.count("ERROR: ") == 1
    assert "the run cannot be planned: --requirement names the unknown requirement no-such; " in plan.output


def test_a_plan_of_a_clean_up_is_wrong_usage(tmp_path: Path) -> None:
    ended = run(tmp_path / "report", "--plan", "--clean-up")
    assert (ended.code, ended.output) == (
        4,
        "ERROR: --clean-up spends nothing that could be planned; leave out --plan\n\n",
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_more_requests_are_sent_than_allowed(workers: str, by_url: RunByUrl, mock: MockAddress) -> None:
    limit = 60
    ended = by_url(SCENARIOS, "-n", workers, "--max-requests", f"{limit}")
    assert ended.code == 0, ended.output
    spent = ended.report["run"]["spent"]
    assert limit <= spent["requests"] <= limit + spent["batches"] + DELETIONS
    assert any("--max-requests admits more" in reason for reason in ended.not_exercised.values())
    assert directories_on(mock) == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_more_files_are_billed_than_allowed(workers: str, by_url: RunByUrl) -> None:
    limit = 5
    ended = by_url("-n", workers, *SELECTED, "--max-billable-files", f"{limit}")
    assert 0 < ended.report["run"]["spent"]["billable_files"] <= limit
    assert any("--max-billable-files admits more" in reason for reason in ended.not_exercised.values())
