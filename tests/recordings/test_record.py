"""`--record`: a run that is written down while it goes, and judged again from that."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command import main_of
from tests.quick_python.starting import REAL

judge = main_of("judge")


ROOT = Path(__file__).parents[2]
TIME_LIMIT = 120
TESTS = ("suites/scenarios/test_guide.py", "suites/scenarios/test_access.py")


ON_A_SMALL_DISK = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
runpy.run_module("pytest", run_name="__main__", alter_sys=True)
"""


def record(path: Path, *arguments: str, python: Sequence[str] = (sys.executable, "-m", "pytest")) -> int:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [*python, "-q", f"--report-dir={path.parent}/run", f"--record={path}", *arguments, *TESTS],
        cwd=ROOT,
        env=kept,
        timeout=TIME_LIMIT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode


def record_on_a_small_disk(path: Path, *arguments: str) -> int:
    return record(path, *arguments, python=(REAL, "-c", ON_A_SMALL_DISK))


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


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_disk_that_fills_up_neither_hides_a_violation_nor_disturbs_a_test(workers: str, tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    assert record_on_a_small_disk(path, "-n", workers, "--fault", "pending-is-called-queued") == 1
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert report["errors"] == [
        f"The recording {path} could not be written to its end (File too large): free space there, or name another "
        "file with --record."
    ]
    assert judge([str(path), "--report-dir", str(tmp_path / "recordings")]) in (1, 6)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of the size of files")
def test_a_run_without_its_recording_is_inconclusive(tmp_path: Path) -> None:
    path = tmp_path / "run.har"
    assert record_on_a_small_disk(path, "-n", "0") == 6
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert (report["verdict"], len(report["errors"])) == ("inconclusive", 1)
    assert judge([str(path), "--report-dir", str(tmp_path / "recordings")]) == 6
