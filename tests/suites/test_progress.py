"""The progress bar of long uploads: in a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "suites/scenarios/test_size.py",
    "-k",
    "one_more",
]
BAR = b"uploading 1001 files"
TIME_LIMIT = 60


def read_all(descriptor: int) -> bytes:
    """What comes out of a terminal until its other end is closed."""
    read = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:
            return read
        if not chunk:
            return read
        read += chunk


def test_a_terminal_shows_how_far_the_uploads_are(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [*COMMAND, f"--report-dir={tmp_path}"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        output = read_all(ours)
        assert process.wait(TIME_LIMIT) == 0
    os.close(ours)
    assert BAR in output


def test_a_log_shows_no_bar(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*COMMAND, f"--report-dir={tmp_path}"], cwd=ROOT, capture_output=True, timeout=TIME_LIMIT, check=True
    )
    assert BAR not in ended.stdout
