"""A run that is stopped in the middle: by Ctrl-C, by a second one, and by what no process can answer."""

import json
import os
import random
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from fixtures.embedded import MockAddress, running_mock
from spec.signals import SAME
from tests.quick_python.client import NAMED_IN
from tests.reports import samples
from tests.suites.sessions import SOON_WAITING, TIME_LIMIT, Ended, command, directories_on, started
from tests.suites.sessions import run as run_to_its_end

MARK = "CONFORMANCE_TEST_MARK"
PROMPT = 20.0
"""Seconds within which a run ends after Ctrl-C, also on a machine that is busy with other runs."""
LOOK = 0.02
"""Seconds between two looks at a condition."""
KILLS = 6
SEED = 20300101
LATEST_KILL = 1.0
"""Seconds after the first report within which a run is killed; it goes on for longer."""
OLD = '{"verdict": "of another run"}'

WORKERS = {"one process": (), "two workers": ("-n", "2")}


class Going:
    """A run that goes on, and leads a group of its own by the number `pid`."""

    def __init__(self, process: subprocess.Popen[str], pid: Path, directory: Path, mark: str) -> None:
        self.process = process
        self._pid = pid
        self._file = directory / "report.json"
        self._mark = f"{MARK}={mark}".encode()
        self._report: tuple[str, dict[str, Any]] | None = None

    @cached_property
    def pid(self) -> int:
        self.wait_until(lambda: self._pid.exists() and self._pid.read_text() != "")
        return int(self._pid.read_text())

    def report(self) -> dict[str, Any] | None:
        """What the report of this run says now; it has to be whole whenever one looks."""
        text = self._file.read_text("utf-8")
        if text == OLD:
            return None
        if self._report is None or self._report[0] != text:
            loaded: dict[str, Any] = json.loads(text)
            samples.validator().validate(loaded)
            self._report = (text, loaded)
        return self._report[1]

    def ended_tests(self) -> int:
        report = self.report()
        return sum(report["run"]["tests"].values()) if report else 0

    def wait_until(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + TIME_LIMIT
        while not condition():
            assert time.monotonic() < give_up
            self.let(LOOK)

    def let(self, seconds: float) -> None:
        """Lets it run on; it must not end by itself."""
        with pytest.raises(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def survivors(self) -> list[int]:
        """The processes of the run that are there: pytest, its workers, and their mocks."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def leaves_nothing(self) -> bool:
        give_up = time.monotonic() + PROMPT
        while self.survivors():
            if time.monotonic() > give_up:
                return False
            time.sleep(LOOK)
        return True


@contextmanager
def going(directory: Path, arguments: Sequence[str], **given: str) -> Iterator[Going]:
    """A run over an old report, which is killed at the latest when the context ends."""
    directory.mkdir()
    (directory / "report.json").write_text(OLD, "utf-8")
    mark = uuid.uuid4().hex
    pid = directory.with_suffix(".pid")
    variables = {MARK: mark, NAMED_IN: os.fspath(pid), **given}
    with started(command(directory, arguments), **variables) as process:
        run = Going(process, pid, directory, mark)
        try:
            yield run
        finally:
            for survivor in run.survivors():
                os.kill(survivor, signal.SIGKILL)


def is_cut_short(report: dict[str, Any] | None) -> bool:
    """Whether a report says that its run had not come to its end."""
    return report is not None and report["run"]["interrupted"] is True and report["verdict"] == "inconclusive"


ENDS = {
    "Ctrl-C in a terminal": (os.killpg, signal.SIGINT, "2"),
    "SIGINT by kill": (os.kill, signal.SIGINT, "0"),
    "SIGTERM by kill": (os.kill, signal.SIGTERM, "0"),
    "SIGTERM by kill, with workers": (os.kill, signal.SIGTERM, "2"),
    "SIGTERM to the whole group": (os.killpg, signal.SIGTERM, "2"),
    "the end of its terminal": (os.killpg, signal.SIGHUP, "0"),
}


@pytest.mark.parametrize(("signalled", "number", "workers"), ENDS.values(), ids=ENDS)
def test_a_run_that_is_asked_to_end_does_so_at_once(
    signalled: Callable[[int, int], None], number: signal.Signals, workers: str, tmp_path: Path
) -> None:
    with going(tmp_path / "report", ("-n", workers)) as run:
        run.wait_until(lambda: run.ended_tests() > 0)
        before = run.ended_tests()
        assert len(run.survivors()) > 1
        began = time.monotonic()
        signalled(run.pid, number)
        signalled(run.pid, number)
        output, _ = run.process.communicate(timeout=TIME_LIMIT)
        seconds = time.monotonic() - began
        assert run.process.returncode == 2, output
        assert is_cut_short(run.report())
        assert run.ended_tests() >= before
        assert "INCONCLUSIVE" in output
        assert "Traceback" not in output
        assert run.leaves_nothing()
        assert seconds < PROMPT


def test_ctrl_c_reaches_workers_that_wait(tmp_path: Path) -> None:
    with running_mock("--pace", "60") as slow:
        arguments = ("-n", "2", f"--target={slow.base_url}", *SOON_WAITING)
        with going(tmp_path / "report", arguments, LLAMA_CLOUD_API_KEY=slow.api_key) as run:
            run.wait_until(lambda: run.ended_tests() > 0)
            began = time.monotonic()
            run.process.send_signal(signal.SIGINT)
            run.process.communicate(timeout=TIME_LIMIT)
            assert time.monotonic() - began < PROMPT
            assert is_cut_short(run.report())
            assert directories_on(slow) == []


@pytest.mark.parametrize("workers", WORKERS.values(), ids=WORKERS)
def test_a_second_ctrl_c_loses_nothing(workers: Sequence[str], tmp_path: Path) -> None:
    with going(tmp_path / "report", workers) as run:
        run.wait_until(lambda: run.ended_tests() > 0)
        before = run.ended_tests()
        os.killpg(run.pid, signal.SIGINT)
        run.let(LOOK)
        os.killpg(run.pid, signal.SIGINT)
        run.process.communicate(timeout=TIME_LIMIT)
        assert is_cut_short(run.report())
        assert run.ended_tests() >= before
        assert run.leaves_nothing()


@pytest.mark.parametrize("workers", WORKERS.values(), ids=WORKERS)
def test_a_second_signal_ends_what_does_not_come_to_an_end(
    workers: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "mock.pid"
    monkeypatch.setenv(NAMED_IN, os.fspath(pid))
    with running_mock() as mock:
        arguments = (*(workers or ("-n", "0")), f"--target={mock.base_url}")
        with going(tmp_path / "report", arguments, LLAMA_CLOUD_API_KEY=mock.api_key) as run:
            run.wait_until(lambda: run.ended_tests() > 0)
            process = int(pid.read_text())
            os.kill(process, signal.SIGSTOP)
            run.process.send_signal(signal.SIGTERM)
            run.let(2 * SAME)
            run.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            output, _ = run.process.communicate(timeout=TIME_LIMIT)
            seconds = time.monotonic() - began
            assert run.process.returncode == 2, output
            assert is_cut_short(run.report())
            assert "Traceback" not in output
            assert run.leaves_nothing()
            assert seconds < PROMPT
        os.kill(process, signal.SIGCONT)
        assert clean_up(tmp_path / "another", mock.base_url, mock.api_key).code == 0
        assert directories_on(mock) == []


def test_a_kill_at_any_moment_leaves_a_report_and_what_can_be_cleaned_up(mock: MockAddress, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    for number in range(KILLS):
        arguments = (f"--target={mock.base_url}", *(("-n", "2") if number % 5 == 4 else ("-n", "0")))
        with going(tmp_path / str(number), arguments, LLAMA_CLOUD_API_KEY=mock.api_key) as run:
            run.wait_until(lambda run=run: run.report() is not None)  # type: ignore[misc]
            run.let(moments.uniform(0, LATEST_KILL))
            os.killpg(run.pid, signal.SIGKILL)
            run.process.communicate(timeout=TIME_LIMIT)
            assert is_cut_short(run.report()), number
            assert run.leaves_nothing(), number
        assert list((tmp_path / str(number)).glob("run-*")) == []
    made = directories_on(mock)
    assert made != []
    ended = clean_up(tmp_path / "another", f"{mock.base_url}/", mock.api_key)
    assert ended.code == 0, ended.output
    assert directories_on(mock) == []
    assert all(f"({name}) was deleted" in ended.output for name in made)
    ended = clean_up(tmp_path / "another", mock.base_url, mock.api_key)
    assert ended.code == 0, ended.output
    assert f"No run against {mock.base_url} is remembered here" in ended.output


def test_what_goes_on_is_not_cleaned_up(tmp_path: Path) -> None:
    with running_mock("--pace", "60") as slow:
        arguments = ("-n", "0", f"--target={slow.base_url}", *SOON_WAITING)
        with going(tmp_path / "report", arguments, LLAMA_CLOUD_API_KEY=slow.api_key) as run:
            run.wait_until(lambda: run.ended_tests() > 0)
            ended = clean_up(tmp_path / "another", slow.base_url, slow.api_key)
            assert ended.code == 6
            assert "still goes on" in ended.output
            assert directories_on(slow) != []


def clean_up(directory: Path, url: str, key: str) -> Ended:
    """What `--clean-up` makes of what runs have left, with reports in a directory of its own."""
    return run_to_its_end(directory, "--clean-up", f"--target={url}", LLAMA_CLOUD_API_KEY=key)


def test_a_kill_before_the_first_test_leaves_what_was_there(tmp_path: Path) -> None:
    with going(tmp_path / "report", ()) as run:
        run.wait_until(lambda: bool(run.survivors()))
        os.killpg(run.pid, signal.SIGKILL)
        run.process.communicate(timeout=TIME_LIMIT)
        assert run.report() is None
        assert os.listdir(tmp_path / "report") == ["report.json"]
