"""What a person sees of a run: on the mock, by URL, narrowed, shared out, and interrupted."""

import signal
import time
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from fixtures.embedded import MockAddress, running_mock
from spec import requirements
from tests.suites.conftest import FAST, RunByUrl
from tests.suites.sessions import (
    GUIDE,
    ONE,
    ONE_TEST,
    SCENARIOS,
    SOON_WAITING,
    TIME_LIMIT,
    Ended,
    command,
    directories_on,
    run,
    started,
)

SELECTED = "test_guide or test_pages"
"""A few seconds of the suite."""
FAULT = "files-share-a-job"
OF_A_THOUSAND = {"create-accepts-1000-files", "create-refuses-1001-files"}
"""Requirements that take more files than two workers are given here."""
LOOK = 0.02
"""Seconds between two looks at a service."""
SECONDS_TO_NOTICE = 15
"""Within which a run that cannot be asked has to end, on a busy machine."""


# --- the whole suite ---


def test_the_mock_is_conformant_in_every_respect(whole: Ended) -> None:
    assert whole.code == 0, whole.output
    assert whole.report["verdict"] == "conformant"
    assert set(whole.verdicts) == set(requirements.of(()))
    assert set(whole.verdicts.values()) == {"pass"}
    assert whole.report["errors"] == []
    assert whole.report["run"]["narrowed"] is None
    assert whole.report["run"]["exchanges"]["count"] > 1000
    assert "CONFORMANT" in whole.output


def test_two_workers_find_what_one_finds(whole: Ended, shared_out: Ended) -> None:
    assert shared_out.code == 0, shared_out.output
    exercised = {id_: verdict for id_, verdict in shared_out.verdicts.items() if id_ not in shared_out.not_exercised}
    assert exercised == {id_: whole.verdicts[id_] for id_ in exercised}
    assert shared_out.not_exercised.keys() == OF_A_THOUSAND
    assert shared_out.report["run"]["workers"] == 2


def test_two_workers_leave_nothing_on_the_service(shared_out: Ended, controlled: MockAddress) -> None:
    assert shared_out.code == 0, shared_out.output
    assert directories_on(controlled) == []


def test_nothing_of_a_run_tells_the_keys_of_the_mock(whole: Ended, shared_out: Ended) -> None:
    for ended in (whole, shared_out):
        assert "llx-mock" not in ended.everything_written


def test_a_log_shows_no_bar(whole: Ended) -> None:
    """A terminal shows how far uploads are."""
    assert "uploading" not in whole.output


# --- by URL ---


def test_a_service_that_is_reached_by_url_is_judged_as_far_as_it_can_be(by_url: RunByUrl, mock: MockAddress) -> None:
    ended = by_url(SCENARIOS, "-k", f"{SELECTED} or test_statuses or (test_access and not stranger) or organization")
    assert ended.code == 0, ended.output
    assert ended.report["verdict"] == "conformant"
    assert ended.report["target"]["kind"] == "url"
    assert ended.report["target"]["capabilities"] == ["receiver"]
    reasons = ended.not_exercised
    assert "--organization-id" in reasons["organization-id-accepted"]
    assert "LLAMA_CLOUD_OTHER_API_KEY" in reasons["get-hides-other-projects"]
    assert "--control-url" in reasons["expanded-read-succeeds-in-any-status"]
    assert all(reasons.values())
    for id_ in reasons:
        assert id_ in ended.output
    assert ended.verdicts["pages-lose-nothing"] == "pass"
    assert ended.verdicts["parse-jobs-resolve"] == "pass"
    assert directories_on(mock) == []


def test_the_url_may_come_from_the_environment(mock: MockAddress, tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        *FAST,
        *ONE_TEST,
        LLAMA_CLOUD_BASE_URL=mock.base_url,
        LLAMA_CLOUD_API_KEY=mock.api_key,
    )
    assert ended.report["target"]["base_url"] == mock.base_url


def test_a_narrowed_run_says_so(by_url: RunByUrl) -> None:
    ended = by_url(*ONE_TEST)
    assert f"-k {ONE}" in ended.report["run"]["narrowed"]
    assert "narrowed" in ended.output
    assert ended.verdicts["create-refuses-unknown-job-type"] == "pass"
    assert "narrowed" in ended.not_exercised["parse-jobs-resolve"]


# --- runs that cannot be asked ---


def test_a_wrong_key_is_noticed_at_once(by_url: RunByUrl) -> None:
    began = time.monotonic()
    ended = by_url(LLAMA_CLOUD_API_KEY="llx-marker-5d1")
    assert time.monotonic() - began < SECONDS_TO_NOTICE
    assert ended.code == 6, ended.output
    assert "refuses the key with 401" in ended.report["errors"][0]
    assert "llx-marker-5d1" not in ended.everything_written


def test_a_path_that_is_no_batches_api_is_noticed_at_once(mock: MockAddress, tmp_path: Path) -> None:
    ended = run(tmp_path, f"--target={mock.base_url}/elsewhere", LLAMA_CLOUD_API_KEY=mock.api_key)
    assert ended.code == 6, ended.output
    assert "base URL" in ended.report["errors"][0]


def test_a_key_that_no_header_can_hold_is_not_shown(by_url: RunByUrl) -> None:
    ended = by_url(LLAMA_CLOUD_API_KEY="llx-marker-5d1\nllx-marker-5d1")
    assert ended.code in (4, 6), ended.output
    assert "marker-5d1" not in ended.everything_written
    assert "Traceback" not in ended.output


USAGE = {
    "no key": (["--target=http://127.0.0.1:1"], "LLAMA_CLOUD_API_KEY"),
    "a target that is a word": (["--target=staging"], "--target"),
    "an invalid address": (["--target=http://[::1"], "--target"),
    "nothing selected": (["-k", "nothing_matches"], "No test of the suites was selected"),
    "a test that is not there": (["suites/scenarios/test_nothing.py"], "test_nothing"),
    "an option that is not there": (["--no-such-option"], "--no-such-option"),
}


@pytest.mark.parametrize(("arguments", "said"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_said_and_nothing_is_reported(arguments: list[str], said: str, tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *arguments)
    assert ended.code == 4, ended.output
    assert said in ended.output
    assert "Traceback" not in ended.output
    assert "INTERNALERROR" not in ended.output
    assert not ended.directory.exists()


# --- runs that find something ---


def test_a_failure_tells_no_key_and_leaves_nothing_behind(by_url: RunByUrl, mock: MockAddress) -> None:
    """A configuration that does not exist makes every create fail, with all that pytest can tell of it."""
    ended = by_url(
        *(GUIDE, f"{SCENARIOS}/test_results.py", "-k", "test_guide or watched"),
        *("-vv", "--showlocals", "-l", "--tb=long", "-rA", "--full-trace"),
        "--parse-configuration-id=cfg-none",
        LLAMA_CLOUD_OTHER_API_KEY=mock.other_api_key,
    )
    assert ended.code == 1, ended.output[-3000:]
    assert ended.verdicts["create-accepts-parse"] == "fail"
    for secret in (mock.api_key, mock.other_api_key):
        assert secret not in (ended.directory / "report.json").read_text("utf-8")
        lines = [line for line in ended.everything_written.splitlines() if secret in line]
        assert not lines, "\n".join(line[:300] for line in lines[:5])
    assert directories_on(mock) == []


def test_a_fault_is_reported_as_the_requirement_that_it_breaks(tmp_path: Path) -> None:
    """One from end to end, from the mock's mistake to the exit code."""
    ended = run(tmp_path, f"--fault={FAULT}", GUIDE)
    assert ended.code == 1, ended.output
    assert ended.report["target"]["settings"]["faults"] == FAULT
    failed = [id_ for id_, verdict in ended.verdicts.items() if verdict == "fail"]
    assert failed == ["each-file-has-its-own-job"]


# --- runs that are ended by hand ---


def test_ctrl_c_leaves_a_report_and_nothing_on_the_service(tmp_path: Path) -> None:
    with running_mock("--pace", "30") as slow:
        arguments = [f"--target={slow.base_url}", *FAST, *SOON_WAITING]
        with started(command(tmp_path, arguments), LLAMA_CLOUD_API_KEY=slow.api_key) as process:
            give_up = time.monotonic() + TIME_LIMIT
            while not any(name.endswith("guide") for name in directories_on(slow)):
                assert time.monotonic() < give_up
                with pytest.raises(TimeoutExpired):
                    process.wait(LOOK)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=TIME_LIMIT)
        ended = Ended(process.returncode, output, tmp_path)
        assert ended.code == 2, output
        assert ended.report["verdict"] == "inconclusive"
        assert ended.report["run"]["interrupted"] is True
        assert "fail" not in ended.verdicts.values()
        assert slow.api_key not in ended.everything_written
        assert directories_on(slow) == []
