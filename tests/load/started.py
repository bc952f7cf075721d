"""Whole loads as processes of their own, each in a folder that is its state directory as well, and has its report."""

import os
import subprocess
import time
from pathlib import Path

from fixtures.embedded import MockAddress
from fixtures.settings import BASE_URL, KEY, OTHER_KEY
from fixtures.state_folder import STATE_DIR
from tests.docs.pages import ROOT
from tests.quick_python.starting import REAL
from tests.suites.sessions import Ended

SECONDS = 150
"""How long a load of a few seconds may take on a busy machine, with its start and its end."""
BETWEEN_LOOKS = 0.1
REMEMBERED = "state/**/run-*.sqlite"
"""What processes remember that go on, or have left something."""
OF_WORKERS = "state/**/run-*-[0-9].sqlite"


def begun(
    words: list[str],
    folder: Path,
    mock: MockAddress | None = None,
    report: Path | None = None,
    root: Path = ROOT,
    target: str | None = None,
    output: int = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start a command of Python's, with the project at `root`; `target` is what its environment names."""
    keys = {KEY: mock.api_key, OTHER_KEY: mock.other_api_key} if mock else {}
    return subprocess.Popen(
        [REAL, "-m", *words, f"--report-dir={report or folder}"],
        cwd=folder,
        env={
            **os.environ,
            **keys,
            **({BASE_URL: target} if target else {}),
            "PYTHONPATH": str(root),
            STATE_DIR: str(folder / "state"),
        },
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str], folder: Path) -> Ended:
    """Wait for the end of a load."""
    output, _ = process.communicate(timeout=SECONDS)
    return Ended(process.returncode, output, folder)


def until_written(folder: Path, pattern: str, count: int) -> None:
    """Wait until so many files are there."""
    by = time.monotonic() + SECONDS
    while len(list(folder.glob(pattern))) < count:
        assert time.monotonic() < by
        time.sleep(BETWEEN_LOOKS)
