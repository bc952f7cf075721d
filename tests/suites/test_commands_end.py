"""Commands beside a run that get a signal to end: each does so at once, with its code, and leaves no process behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.embedded import running_mock
from spec import codes, process
from suites.clients import environments
from suites.clients.environments import stop_installing
from tests.suites import sessions
from tests.suites.relay import relaying

TIME_LIMIT = 60
"""Seconds after which a command is given up."""
LOOK = 0.02
"""Seconds between two looks at a condition."""
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextmanager
def started(*words: str, **given: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that ends with its test at the latest."""
    with sessions.started([sys.executable, *words], PYTHONUTF8="1", **given) as command:
        try:
            yield command
        finally:
            command.kill()


def line_with(command: "subprocess.Popen[str]", words: str) -> str:
    """The first line of a command's output that has some words."""
    assert command.stdout is not None
    return next(line for line in command.stdout if words in line)


@pytest.mark.parametrize("number", ENDING)
def test_the_mock_ends_with_0_since_nothing_has_failed(number: signal.Signals) -> None:
    with started("-m", "fixtures.mock", "--port", "0") as mock:
        port = int(line_with(mock, "Serving").partition("127.0.0.1:")[2].partition(" ")[0])
        mock.send_signal(number)
        output, _ = mock.communicate(timeout=TIME_LIMIT)
    assert mock.returncode == 0, output
    assert "Traceback" not in output
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize("number", ENDING)
def test_the_proxy_ends_with_its_report_from_the_first_word_on(number: signal.Signals, tmp_path: Path) -> None:
    arguments = ("--listen", "0", "--target", "http://127.0.0.1:1", f"--report-dir={tmp_path}")
    with started("-m", "batches_conformance", "proxy", *arguments) as proxy:
        line_with(proxy, "Listening")
        proxy.send_signal(number)
        output, _ = proxy.communicate(timeout=TIME_LIMIT)
    assert proxy.returncode == 6, output
    assert "No exchange could be judged" in output
    assert "Traceback" not in output
    assert (tmp_path / "report.json").is_file()


@pytest.mark.parametrize("number", ENDING)
def test_a_judgement_ends_with_a_sentence_and_no_report(number: signal.Signals, tmp_path: Path) -> None:
    """In the middle of a recording that does not come to its end."""
    recording, report = tmp_path / "endless.har", tmp_path / "report"
    os.mkfifo(recording)
    words = ("judge", str(recording), f"--report-dir={report}")
    with started("-m", "batches_conformance", *words) as command, recording.open("wb"):
        command.send_signal(number)
        output, _ = command.communicate(timeout=TIME_LIMIT)
    assert (command.returncode, output.strip()) == (codes.INTERRUPTED, process.STOPPED)
    assert not report.exists()


CLIENTS = """
import sys
from pathlib import Path
from suites.clients import check, environments
check.prepare = lambda client: environments.Environment(client, Path(sys.prefix))
from batches_conformance.__main__ import main
main()
"""
"""The command, which does not install the client that is there."""


def test_clients_end_at_once_with_their_drivers(tmp_path: Path) -> None:
    options = ("--client", "pypi-2.9.1", "--request-timeout", "600", f"--report-dir={tmp_path}")
    with running_mock() as mock, relaying(mock.base_url, {}) as front:
        front.holds.set()
        with started(
            "-c", CLIENTS, "clients", "--target", front.url, *options, LLAMA_CLOUD_API_KEY=mock.api_key
        ) as command:
            assert front.held.wait(TIME_LIMIT)
            threads = Path(f"/proc/{command.pid}/task").iterdir()
            drivers = [pid for thread in threads for pid in (thread / "children").read_text("ascii").split()]
            command.send_signal(signal.SIGTERM)
            output, _ = command.communicate(timeout=TIME_LIMIT)
    assert command.returncode == codes.INTERRUPTED
    assert output.split("\n\n") == [
        f"What the clients have made on {front.url} by now may still be there.",
        f"{process.STOPPED}\n",
    ]
    assert drivers
    assert not [pid for pid in drivers if is_alive(int(pid))]


INTERRUPTED = """
import signal, sys
from spec import process
def main():
    import threading
    threading.Thread(target=threading.Event().wait).start()
    try:
        signal.raise_signal(int(sys.argv[1]))
    finally:
        signal.raise_signal(int(sys.argv[1]))
process.run(main)
"""


@pytest.mark.parametrize("number", ENDING)
def test_a_command_waits_for_nobody_and_says_so_in_a_sentence(number: signal.Signals) -> None:
    with started("-c", INTERRUPTED, str(int(number))) as command:
        output, _ = command.communicate(timeout=TIME_LIMIT)
    assert (command.returncode, output) == (codes.INTERRUPTED, f"{process.STOPPED}\n")


IGNORANT = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from spec import process
signal.raise_signal(signal.SIGHUP)
"""


def test_what_nohup_ignores_stays_ignored() -> None:
    with started("-c", IGNORANT) as command:
        output, _ = command.communicate(timeout=TIME_LIMIT)
    assert (command.returncode, output) == (0, "")


def test_an_installer_ends_with_all_that_it_has_started(tmp_path: Path) -> None:
    grandchild = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAITS!r}, {str(tmp_path / 'pid')!r}])"
    command = [sys.executable, "-c", grandchild]
    ended: list[BaseException] = []

    def install() -> None:
        try:
            environments._run("a client", command)
        except Exception as error:
            ended.append(error)

    installer = threading.Thread(target=install)
    installer.start()
    wait_for(lambda: (tmp_path / "pid").is_file() and bool((tmp_path / "pid").read_text()))
    pid = int((tmp_path / "pid").read_text())
    stop_installing()
    installer.join(TIME_LIMIT)
    assert len(ended) == 1
    wait_for(lambda: not is_alive(pid))


WAITS = "import os, sys, threading; open(sys.argv[1], 'w').write(str(os.getpid())); threading.Event().wait(60)"


def is_alive(pid: int) -> bool:
    """Whether a process is there, and not only its remains."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    """Looks until a condition holds."""
    give_up = time.monotonic() + TIME_LIMIT
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(LOOK)


# --- run.py ---

BECOMING = """
import os, run, sys
run.take_signals()
sys.exit(run.become([sys.executable, *sys.argv[1:]], dict(os.environ)))
"""
COMMAND = """
import signal, sys, threading
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
print("started", flush=True)
while not ended.wait(0.01): pass
sys.exit(2)
"""


def test_a_signal_to_run_py_reaches_the_command_and_its_exit_code_comes_back() -> None:
    with started("-c", BECOMING, "-c", COMMAND) as command:
        line_with(command, "started")
        command.send_signal(signal.SIGTERM)
        output, _ = command.communicate(timeout=TIME_LIMIT)
    assert command.returncode == 2, output


SETTING_UP = """
import sys, run
run.take_signals()
try:
    run.build([sys.executable, "-c", sys.argv[1], sys.argv[2]])
except KeyboardInterrupt:
    print("interrupted")
"""


def test_run_py_ends_a_step_of_its_set_up(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with started("-c", SETTING_UP, WAITS, str(file)) as command:
        wait_for(lambda: file.is_file() and bool(file.read_text()))
        command.send_signal(signal.SIGTERM)
        output, _ = command.communicate(timeout=TIME_LIMIT)
    assert output == "interrupted\n"
    assert not is_alive(int(file.read_text()))
