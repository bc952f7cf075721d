"""What takes long is shown in a terminal: uploads as a bar, waits as a line, also those of workers."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from fixtures.embedded import running_mock
from fixtures.waits import NOTICEABLE

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


def test_a_terminal_shows_what_workers_wait_for(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with running_mock("--pace", "60") as slow:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LLAMA_CLOUD_API_KEY": slow.api_key}
        arguments = (f"--target={slow.base_url}", f"--report-dir={tmp_path}", "-n", "2", "-p", "no:cacheprovider")
        with subprocess.Popen(
            [*COMMAND[:3], *arguments, "suites/scenarios/test_guide.py"],
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
        ) as process:
            os.close(theirs)
            output = b""
            while not re.search(rb"waiting \d+ of 600 s: batch \S+ is PENDING", output):
                output += os.read(ours, 65536)
            process.terminate()
            output += read_all(ours)
            assert process.wait(TIME_LIMIT) == 2
    os.close(ours)
    assert b"INCONCLUSIVE" in output


def test_a_quiet_run_shows_no_waits(tmp_path: Path) -> None:
    """Although it waits for longer than another run lets pass without a line."""
    ours, theirs = pty.openpty()
    with running_mock("--pace", "60") as slow:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LLAMA_CLOUD_API_KEY": slow.api_key}
        arguments = (f"--target={slow.base_url}", f"--report-dir={tmp_path}", f"--poll-timeout={NOTICEABLE + 1}")
        with subprocess.Popen(
            [*COMMAND[:6], *arguments, "-n0", "suites/scenarios/test_guide.py", "-k", "parse"],
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
        ) as process:
            os.close(theirs)
            output = read_all(ours)
            assert process.wait(TIME_LIMIT) == 6
    os.close(ours)
    assert b"INCONCLUSIVE" in output
    assert b"waiting" not in output
