"""A recording is judged by any number of processes, and the report is the same."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from suites.oracles import of_recordings
from suites.recordings.order import AT_ONCE
from suites.recordings.sharing import LARGE, LOST, most_jobs, parted
from tests.command import main_of
from tests.oracles.history import History
from tests.oracles.timeline import answered
from tests.processes import children_of
from tests.quick_python.starting import REAL
from tests.recordings.recordings import KEYS, document, entry

judge = main_of("judge")

ROOT = Path(__file__).parent.parent.parent
LOOK = 0.01
"""Seconds between two looks at the processes."""
SECONDS_TO_END = 60

HISTORY = History().exchanges
SEVERAL_PIECES = AT_ONCE + AT_ONCE // 2
OF_THE_RUN = ("id", "started_at", "ended_at", "seconds")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of several pieces, with violations, a key that the service repeats, and batches that are followed."""
    said = {"id": "bat-1", "status": "LOST", "name": KEYS["main"]}
    spoilt = [answered(HISTORY[name], said) for name in ("get completed", "list all", "expand completed")]
    entries = [entry(each) for each in (*HISTORY.values(), *spoilt)]
    path = tmp_path_factory.mktemp("jobs") / "long.har"
    path.write_bytes(document(entries * (SEVERAL_PIECES // len(entries) + 1)))
    return path


def report(recording: Path, folder: Path, *options: str) -> dict[str, Any]:
    assert judge([str(recording), "--report-dir", str(folder), *options]) == 1
    written: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    for name in OF_THE_RUN:
        del written["run"][name]
    return {name: part for name, part in written.items() if name in ("run", "target", "requirements", "errors")}


def test_the_report_is_the_same_for_any_number_of_processes(recording: Path, tmp_path: Path) -> None:
    alone = report(recording, tmp_path / "1", "--jobs=1")
    assert alone["run"]["recording"]["judged"] > AT_ONCE
    assert alone["run"]["recording"]["set_aside"]
    assert alone["run"]["exchanges"]["batches"]
    assert KEYS["main"] not in json.dumps(alone)
    assert json.dumps(report(recording, tmp_path / "3", "--jobs=3")) == json.dumps(alone)


@pytest.mark.parametrize("jobs", [1, 2, 3, 8, 1_000])
def test_every_oracle_is_in_one_share(jobs: int) -> None:
    oracles = of_recordings()
    parts = parted(oracles, jobs)
    assert Counter(each.name for part in parts for each in part) == Counter(each.name for each in oracles)
    assert len(parts) == min(jobs, len(oracles))


def test_large_recordings_are_shared_out_unless_somebody_says_otherwise() -> None:
    assert most_jobs(LARGE - 1, None) == 1
    assert most_jobs(LARGE, None) == os.cpu_count()
    assert (most_jobs(LARGE, 1), most_jobs(1, 2)) == (1, min(2, os.cpu_count() or 1))


def test_there_are_no_more_processes_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert (most_jobs(1, 3), most_jobs(1, 99)) == (3, 4)


def test_no_process_is_left_when_the_first_is_killed(recording: Path, tmp_path: Path) -> None:
    """Nor do the others say anything of it: whoever reads their output comes to its end."""
    with judging(*[recording] * 10, folder=tmp_path) as process:
        process.kill()
        output, _ = process.communicate(timeout=SECONDS_TO_END)
    assert output == b""


def test_a_process_that_is_killed_leaves_the_rest_to_the_others_and_the_run_inconclusive(
    recording: Path, tmp_path: Path
) -> None:
    with judging(recording, recording, folder=tmp_path) as process:
        subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=True)
        output, _ = process.communicate(timeout=SECONDS_TO_END)
    assert "was ended from outside: judge it again" in " ".join(output.decode().split())
    errors = json.loads((tmp_path / "report.json").read_text("utf-8"))["errors"]
    assert errors == [LOST]


def judging(*recordings: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """A judgement by three processes, once the others are there."""
    words = ["judge", *map(str, recordings), "--jobs=3", f"--report-dir={folder}"]
    command = [REAL, "-m", "batches_conformance", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not children_of(process.pid):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(LOOK)
    return process
