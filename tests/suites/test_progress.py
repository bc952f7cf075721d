"""What takes long is shown in a terminal: uploads as a bar, waits as a line, also those of workers."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.embedded import running_mock
from fixtures.waits import NOTICEABLE

ROOT = Path(__file__).parents[2]
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
BAR = b"uploading 1001 files"
TIME_LIMIT = 60


@contextmanager
def in_terminal(*words: str, **given: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A run in a terminal of its own, and the end at which it is looked at; `given` are environment variables."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **given}
    with subprocess.Popen(
        [*PYTEST, *words], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        yield process, ours
    os.close(ours)


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
    words = ("-q", "suites/scenarios/test_size.py", "-k", "one_more", f"--report-dir={tmp_path}")
    with in_terminal(*words) as (process, terminal):
        output = read_all(terminal)
        assert process.wait(TIME_LIMIT) == 0
    assert BAR in output


def test_a_terminal_shows_what_workers_wait_for(tmp_path: Path) -> None:
    with running_mock("--pace", "60") as slow:
        words = (f"--target={slow.base_url}", f"--report-dir={tmp_path}", "-n", "2", "suites/scenarios/test_guide.py")
        with in_terminal(*words, LLAMA_CLOUD_API_KEY=slow.api_key) as (process, terminal):
            output = b""
            while not re.search(rb"waiting \d+ of 600 s: batch \S+ is PENDING", output):
                output += os.read(terminal, 65536)
            process.terminate()
            output += read_all(terminal)
            assert process.wait(TIME_LIMIT) == 2
    assert b"INCONCLUSIVE" in output


def test_a_quiet_run_shows_no_waits(tmp_path: Path) -> None:
    """Although it waits for longer than another run lets pass without a line."""
    with running_mock("--pace", "60") as slow:
        words = (f"--target={slow.base_url}", f"--report-dir={tmp_path}", f"--poll-timeout={NOTICEABLE + 1}")
        narrow = ("-q", "-n0", "suites/scenarios/test_guide.py", "-k", "parse")
        with in_terminal(*words, *narrow, LLAMA_CLOUD_API_KEY=slow.api_key) as (process, terminal):
            output = read_all(terminal)
            assert process.wait(TIME_LIMIT) == 6
    assert b"INCONCLUSIVE" in output
    assert b"waiting" not in output
