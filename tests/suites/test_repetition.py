"""`run --repeat` makes whole runs one after the other, and says what changed between them."""

import sys
from pathlib import Path

import httpx
import pytest

from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import KEY
from reports.history.file import read_history
from reports.history.model import Flakiness
from tests.command import main_of
from tests.suites.relay import relaying
from tests.suites.sessions import Ended, completed, run

SELECTED = ("-q", "-n0", "-pno:cacheprovider", "--requirement=create-refuses-unknown-job-type")

FAULT = "unknown-job-type-means-parse"


def switch_on(mock: MockAddress, fault: str) -> None:
    url = f"{mock.base_url}/control/variants/faults/{fault}"
    httpx.put(url, trust_env=False).raise_for_status()


def repeated(directory: Path, *words: str, **given: str) -> Ended:
    command = [sys.executable, "-m", "batches_conformance", "run", *SELECTED, f"--report-dir={directory}", *words]
    return completed(directory, command, **given)


def test_each_run_has_its_report_and_all_of_them_a_history(tmp_path: Path) -> None:
    ended = repeated(tmp_path, "--repeat", "2", f"--fault={FAULT}")
    assert ended.code == 1, ended.output
    assert "Run 2 of 2" in ended.output
    assert "No requirement changed from run to run." in ended.output
    history = read_history(tmp_path / "history.json")
    assert len({run.id for run in history.runs}) == 2
    assert {run.target_version for run in history.runs} == {history.runs[0].target_version} != {None}
    assert [each.runs for each in history.violations] == [2]
    assert {path.name for path in tmp_path.iterdir()} == {"1", "2", "history.json", "history.html"}


def test_what_changes_from_run_to_run_is_flaky(tmp_path: Path) -> None:
    """The fault comes with a request of the second run, whose folder is there once the first has ended."""
    with running_mock() as mock, relaying(mock.base_url, {}) as relay:
        relay.before = lambda: switch_on(mock, FAULT) if (tmp_path / "2").exists() else None
        ended = repeated(tmp_path, "--repeat", "2", f"--target={relay.url}", **{KEY: mock.api_key})
    assert ended.code == 1, ended.output
    assert "must create-refuses-unknown-job-type: changed once in 2 runs" in " ".join(ended.output.split())
    flaky = [each for each in read_history(tmp_path / "history.json").requirements if each.flakiness]
    assert [(each.strip, each.flakiness) for each in flaky] == [(("pass", "fail"), Flakiness(changes=1, runs=2))]


def test_a_wrong_command_line_ends_after_the_first_run(tmp_path: Path) -> None:
    ended = repeated(tmp_path, "--repeat=3", "--fault=no-such-fault")
    assert ended.code == 4
    assert "Run 2" not in ended.output


@pytest.mark.parametrize("words", [["--repeat"], ["--repeat=x"], ["--repeat", "1"], ["--repeat=101"]])
def test_a_number_that_makes_no_sense_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main_of("run")(words) == 4
    assert capsys.readouterr().err == "--repeat takes a number of runs from 2 to 100.\n"


def test_pytest_alone_does_not_take_it(tmp_path: Path) -> None:
    ended = run(tmp_path, "--repeat=2")
    assert ended.code == 4
    assert "--repeat goes with batches-conformance run" in ended.output
