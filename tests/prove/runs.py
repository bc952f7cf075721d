"""Run the suite over variants of the mock, each in a fork that has its own mock."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest

from fixtures.embedded import MockAddress
from fixtures.mock.command import command as mock_command
from fixtures.state_folder import STATE_DIR
from reports import files
from spec import profiles
from tests.prove.forks import forks

ROOT = Path(__file__).parent.parent.parent
SIZE = "suites/scenarios/test_size.py"
SCENARIOS = ("suites/scenarios", "suites/profiles")
EVERYTHING = "suites"

ALL_PROFILES = tuple(f"--profile={name}" for name in profiles.load())
LEAN = (
    "--assert=plain",
    "--tb=native",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "logging", "unraisableexception")),
)
"""What makes pytest start and end faster, and nothing else."""

OUTPUT = "output.txt"
SHOWN_OUTPUT = 300
"""Characters that are shown of the output of a run without a report."""

REAL_TIME = ("--numprocesses=0", "--poll-interval=0.5")
"""How a run by URL polls."""
SHORT_TIMEOUTS = ("--poll-timeout=10", "--settle-timeout=2")
"""How long a run waits for what a fault may never show."""
PACE = "0.1"
"""Seconds that a batch stays in each status of a run by URL: over at the second poll, not before a cancel."""
SLOW_PACE = "3"
"""The same where a batch has to be seen RUNNING for longer than one answer may lag behind another."""


@dataclass(frozen=True)
class Order:
    """What to run: some variants in combination, and the tests that exercise them."""

    name: str
    faults: tuple[str, ...] = ()
    variations: tuple[str, ...] = ()
    tests: tuple[str, ...] = SCENARIOS
    black_box: bool = False
    pace: str = PACE


@dataclass(frozen=True)
class Noticed:
    """A requirement that failed in a run: what noticed it, and the first violation in words."""

    requirement: str
    by: tuple[str, ...]
    violation: str


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended."""

    order: Order
    verdict: str
    noticed: tuple[Noticed, ...] = ()
    unexercised: dict[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> frozenset[str]:
        """The requirements that failed."""
        return frozenset(noticed.requirement for noticed in self.noticed)


def run_all(orders: Sequence[Order], jobs: int) -> Iterator[RunOutcome]:
    """Run all orders, so many at a time, and give the outcomes in the same order."""
    with forks(jobs) as pool:
        yield from pool.imap(run, orders)


def run(order: Order) -> RunOutcome:
    """Run one order in this process, and take over its output and its working directory."""
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        report = carry_out(order, Path(folder))
        if not report.is_file():
            return RunOutcome(order, "no report", errors=(output_of(Path(folder)) or "nothing was printed",))
        return _outcome(order, json.loads(report.read_text(encoding="utf-8")), time.perf_counter() - began)


def carry_out(order: Order, folder: Path) -> Path:
    """Run one order in this process, and give the path of its report, which does not exist when the run made none."""
    os.chdir(ROOT)
    variants = [*_flags("--fault", order.faults), *_flags("--variation", order.variations)]
    with (
        patch.dict(os.environ, {STATE_DIR: os.fspath(folder)}),
        patch("reports.files.RENDERERS", {files.SOURCE: files.RENDERERS[files.SOURCE]}),
    ):
        _silence(folder / OUTPUT)
        arguments = [*LEAN, *ALL_PROFILES, f"--report-dir={folder}"]
        if order.black_box:
            with forked_mock("--pace", order.pace, *variants) as mock:
                os.environ["LLAMA_CLOUD_API_KEY"] = mock.api_key
                os.environ["LLAMA_CLOUD_OTHER_API_KEY"] = mock.other_api_key
                given = ("--target", mock.base_url, "--organization-id", mock.organization_id)
                timeouts = SHORT_TIMEOUTS if order.faults else ()
                pytest.main([*arguments, *given, *REAL_TIME, *timeouts, *order.tests])
        else:
            with patch("fixtures.target.running_mock", forked_mock):
                pytest.main([*arguments, *variants, *order.tests])
    return folder / files.SOURCE


def output_of(folder: Path) -> str:
    """Give the end of what a run has printed."""
    return (folder / OUTPUT).read_text(encoding="utf-8", errors="replace")[-SHOWN_OUTPUT:]


def _flags(flag: str, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from (flag, name)


def _silence(output: Path) -> None:
    target = os.open(output, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)


def _outcome(order: Order, report: dict[str, Any], seconds: float) -> RunOutcome:
    results = report["requirements"]
    return RunOutcome(
        order,
        report["verdict"],
        noticed=tuple(_noticed(result) for result in results if result["verdict"] == "fail"),
        unexercised={result["id"]: result["reason"] for result in results if result["verdict"] == "not-exercised"},
        errors=tuple(report["errors"]),
        requests=report["run"]["exchanges"]["count"],
        seconds=round(seconds, 2),
    )


def _noticed(result: dict[str, Any]) -> Noticed:
    violations = result["violations"]
    by = {
        f"oracle {each['oracle']}" if each["oracle"] else test.rpartition("/")[2]
        for each in violations
        for test in each["tests"]
    }
    first = violations[0]
    case = f" [{first['case']}]" if first["case"] else ""
    return Noticed(result["id"], tuple(sorted(by)), f"expected {first['expected']}, got {first['actual']}{case}")


@contextmanager
def forked_mock(*arguments: str) -> Iterator[MockAddress]:
    """Serve a mock as `fixtures.embedded.running_mock` does, in a fork of this process, which has imported it."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        os.dup2(theirs.fileno(), 0)
        sys.stdout = open(theirs.fileno(), "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        mock_command.main(["--port", "0", "--json", "--until-stdin-closes", *arguments], standalone_mode=False)
        os._exit(0)
    theirs.close()
    try:
        with ours.makefile(encoding="utf-8") as announced:
            yield MockAddress(**json.loads(announced.readline()))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        ours.close()
