"""Loads on several machines: each process has a folder and a state directory of its own, and all meet at an address."""

import importlib.util
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from batches_conformance.commands.load import LOCUSTFILE
from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import KEY
from reports.circumstances import suite_version
from spec.process import STOPPED
from tests.docs.pages import ROOT
from tests.docs.project import copied_to
from tests.load.started import REMEMBERED, begun, ended, until_written
from tests.suites.sessions import Ended, directories_on

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("locust") is None, reason="needs locust, of the extra load"),
    pytest.mark.skipif(sys.platform != "linux", reason="needs more than one address of loopback"),
]

MASTER = "127.0.0.2"
FILES, REQUESTS = 60, 900
"""What all workers together may spend."""
WORKERS = 4
DYING = """
import os, signal
from locust import events
reports, exchanges = [], []
events.report_to_master.add_listener(lambda data, **_: reports.append(data))

@events.request.add_listener
def die(name, **_):
    if any(each.get("conformance", {}).get("figures") for each in reports):
        exchanges.append(name)
    if %s:
        os.kill(os.getpid(), signal.SIGKILL)
"""
"""What kills a worker at an exchange."""
AFTER_A_REPORT = DYING % "len(exchanges) > 10"
BEFORE_IT_KNOWS_AN_ID = DYING % "name == 'createDirectory'"
SLOW = """
import gevent
from locust import events
events.init.add_listener(lambda **_: gevent.sleep(2))
"""
"""What lets a worker begin after its master has started it."""
IMPATIENT = "import locust.runners; locust.runners.MASTER_HEARTBEAT_TIMEOUT = 6\n"
"""What lets a worker give its master up soon."""
PATIENT = "import locust.runners; locust.runners.HEARTBEAT_LIVENESS = 8\n"
"""What lets a master not take a worker for lost that has little of a busy machine."""
SHAPE = """
from locust import LoadTestShape
class Long(LoadTestShape):
    def tick(self):
        return 2, 2
"""


@dataclass(frozen=True)
class Machine:
    """A process on a machine of its own."""

    folder: Path
    process: "subprocess.Popen[str]"

    def until_said(self, words: str) -> None:
        """Wait until it prints some words."""
        assert self.process.stdout is not None
        assert any(words in line for line in iter(self.process.stdout.readline, ""))

    def end(self) -> Ended:
        """Wait for its end."""
        return ended(self.process, self.folder)


@dataclass(frozen=True)
class Network:
    """Machines that meet at the address of a master, each of which has a folder of its own."""

    folder: Path
    mock: MockAddress
    port: int

    def master(self, *words: str, code: str = "") -> Machine:
        """Start a master, with a locustfile beside that of the suite."""
        at = (f"--master-bind-host={MASTER}", f"--master-bind-port={self.port}")
        return self._start("master", (*at, "--master", "--pause=0-0.1", f"--host={self.mock.base_url}", *words), code)

    def worker(self, name: str, *words: str, code: str = "", root: Path = ROOT, has_key: bool = True) -> Machine:
        """Start a worker, with the project at `root`."""
        to = (f"--master-host={MASTER}", f"--master-port={self.port}")
        return self._start(name, ("--worker", *to, *words), code, root, has_key)

    def _start(self, name: str, words: Sequence[str], code: str, root: Path = ROOT, has_key: bool = True) -> Machine:
        folder = self.folder / name
        folder.mkdir()
        (folder / "beside.py").write_text(code, encoding="utf-8")
        files = f"{folder / 'beside.py'},{root / LOCUSTFILE.relative_to(ROOT)}"
        command = ["locust", "-f", files, "--headless", *words]
        return Machine(folder, begun(command, folder, self.mock if has_key else None, root=root))


@pytest.fixture(scope="module")
def mock() -> Iterator[MockAddress]:
    with running_mock() as address:
        yield address


@pytest.fixture
def network(mock: MockAddress, tmp_path: Path) -> Network:
    return network_in(tmp_path, mock)


def network_in(folder: Path, mock: MockAddress) -> Network:
    with socket.create_server((MASTER, 0)) as free:
        return Network(folder, mock, free.getsockname()[1])


# --- a master and four workers, one of which is killed, and two that cannot begin ---


@dataclass(frozen=True)
class Loaded:
    """What a load has come to: at its master, and at its workers."""

    master: Ended
    workers: dict[str, Ended]

    @property
    def section(self) -> dict[str, Any]:
        section: dict[str, Any] = self.master.report["run"]["load"]
        return section


@pytest.fixture(scope="module")
def loaded(mock: MockAddress, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A worker is there before its master, with options that do not count, another only after the start, and a third
    is started before it can be.
    """
    folder = tmp_path_factory.mktemp("machines")
    network, older = network_in(folder, mock), copied_to(folder / "older")
    project = older / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace(f'version = "{suite_version()}"', 'version = "0.0.1"', 1))
    workers = {"first": network.worker("first", "--files=9", "--max-requests=1", "--host=http://127.0.0.1:9")}
    workers["first"].until_said("Starting Locust")
    words = ["--expect-workers=5", "--users=12", "--spawn-rate=1.5", "--run-time=60s", "--files=1"]
    words += [f"--max-billable-files={FILES}", f"--max-requests={REQUESTS}"]
    master = network.master(*words, code=PATIENT)
    workers |= {
        "killed": network.worker("killed", code=AFTER_A_REPORT),
        "late": network.worker("late", code=SLOW),
        "keyless": network.worker("keyless", has_key=False),
        "of-older": network.worker("of-older", root=older),
    }
    until_written(workers["first"].folder, REMEMBERED, 1)
    workers["last"] = network.worker("last")
    return Loaded(master.end(), {name: worker.end() for name, worker in workers.items()})


def test_a_killed_worker_is_named_in_every_output(loaded: Loaded) -> None:
    assert loaded.workers["killed"].code == -signal.SIGKILL
    [name] = [worker["name"] for worker in loaded.section["workers"] if worker["lost"]]
    sentence = f"The worker {name} was lost before its end"
    assert loaded.master.code == 6, loaded.master.output
    assert loaded.master.report["verdict"] == "inconclusive"
    assert [error for error in loaded.master.report["errors"] if sentence in error]
    assert sentence in " ".join(loaded.master.output.split())
    for file in ("summary.md", "report.html"):
        assert sentence in (loaded.master.directory / file).read_text("utf-8")


def test_the_rest_is_held(loaded: Loaded) -> None:
    counts = {worker["name"]: worker["exchanges"] for worker in loaded.section["workers"] if worker["exchanges"]}
    assert len(counts) == WORKERS
    assert sum(counts.values()) == loaded.master.report["run"]["exchanges"]["count"]
    assert {loaded.workers[name].code for name in ("first", "late", "last")} == {0}


def test_a_worker_that_cannot_begin_says_why_in_the_report(loaded: Loaded) -> None:
    for name, sentence in (
        ("keyless", f"into the environment variable {KEY}"),
        ("of-older", f"has version 0.0.1 of the suite, and its master {suite_version()}: install the same."),
    ):
        assert (loaded.workers[name].code, sentence in loaded.workers[name].output) == (4, True)
        [error] = [error for error in loaded.master.report["errors"] if sentence in error]
        assert re.match(r"The worker \d could not begin: ", error)


def test_budgets_and_options_of_the_master_hold_for_all(loaded: Loaded) -> None:
    spent = loaded.master.report["run"]["spent"]
    assert "--max-requests" in loaded.section["ended_by"]
    assert spent["requests"] <= REQUESTS
    assert 0 < spent["billable_files"] <= FILES
    assert spent["billable_files"] == spent["batches"]


def test_nothing_is_left_on_the_service_of_what_a_killed_worker_made(loaded: Loaded, mock: MockAddress) -> None:
    assert list((loaded.workers["killed"].directory).glob(REMEMBERED))
    assert directories_on(mock) == []
    assert not list(loaded.master.directory.glob(REMEMBERED))


# --- what ends before there is a report ---


def test_what_is_left_is_known_where_a_master_was_that_was_killed(network: Network, mock: MockAddress) -> None:
    """One worker was killed before, and the other deletes what it has made."""
    master = network.master("--expect-workers=2", "--users=2", "--spawn-rate=2", "--run-time=60s", code=PATIENT)
    killed, other = network.worker("killed", code=BEFORE_IT_KNOWS_AN_ID), network.worker("other", code=IMPATIENT)
    assert killed.end().code == -signal.SIGKILL
    until_written(other.folder, REMEMBERED, 1)
    master.process.kill()
    left = other.end()
    assert left.code == 6
    assert "The master is gone, so there is no report" in left.output
    assert directories_on(mock)
    words = ["batches_conformance", "clean-up", f"--target={mock.base_url}"]
    cleaned = ended(begun(words, master.folder, mock), master.folder)
    assert cleaned.code == 0, cleaned.output
    assert directories_on(mock) == []
    master.end()


def test_a_signal_ends_a_master_that_waits_and_its_workers(network: Network) -> None:
    master, worker = network.master("--expect-workers=2"), network.worker("worker")
    master.until_said("1 workers connected")
    master.process.send_signal(signal.SIGINT)
    waiting = master.end()
    assert (waiting.code, STOPPED in waiting.output) == (2, True)
    assert worker.end().code == 0


def test_a_signal_ends_a_load_with_a_shape_by_a_report(mock: MockAddress, network: Network) -> None:
    master, worker = network.master("--expect-workers=1", code=SHAPE), network.worker("worker", code=SHAPE)
    until_written(worker.folder, REMEMBERED, 1)
    master.process.send_signal(signal.SIGINT)
    shaped = master.end()
    assert shaped.code == 2, shaped.output
    assert shaped.report["run"]["interrupted"]
    assert worker.end().code == 0
    assert directories_on(mock) == []


def test_a_port_in_use_is_a_sentence(network: Network) -> None:
    with socket.create_server((MASTER, network.port)):
        refused = network.master().end()
    assert refused.code == 4
    assert refused.output.endswith("name another address with --master-bind-host and --master-bind-port.\n")


def test_what_locust_refuses_does_not_end_as_a_violation(network: Network) -> None:
    alone = network.master("--expect-workers=1", "--expect-workers-max-wait=1").end()
    assert (alone.code, "Gave up waiting for workers" in alone.output) == (6, True)
