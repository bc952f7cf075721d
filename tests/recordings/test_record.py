"""`--record`: a run that is written down while it goes, and judged again from that."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import main_of

judge = main_of("judge")


ROOT = Path(__file__).parents[2]
TIME_LIMIT = 120
TESTS = ("suites/scenarios/test_guide.py", "suites/scenarios/test_access.py")


def record(path: Path, *arguments: str) -> int:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    pytest_command = [sys.executable, "-m", "pytest", "-q", f"--report-dir={path.parent}/run", f"--record={path}"]
    ended = subprocess.run(
        [*pytest_command, *arguments, *TESTS],
        cwd=ROOT,
        env=kept,
        timeout=TIME_LIMIT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_is_recorded_whole(workers: str, tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    assert record(path, "-n", workers) == 0
    entries = json.loads(path.read_text("utf-8"))["log"]["entries"]
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert len(entries) == report["run"]["exchanges"]["count"]
    headers = [each for entry in entries for each in entry["request"]["headers"]]
    assert {each["value"] for each in headers if each["name"].lower() == "authorization"} == {"***"}
    assert judge([str(path), "--report-dir", str(tmp_path / "recordings")]) == 0


def test_a_fault_is_observed_in_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    assert record(path, "-n", "0", "--fault", "pending-is-called-queued") == 1
    assert judge([str(path), "--report-dir", str(tmp_path / "recordings")]) == 1


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    assert record(tmp_path / "nowhere" / "run.har", "-n", "0") == 4
