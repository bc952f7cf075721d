"""Loads on several machines: each process has a folder and a state directory of its own, and all meet at an address."""

import importlib.util
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
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
NOWHERE = "http://127.0.0.1:9"
FILES, REQUESTS = 60, 900
"""What all workers together may spend."""
WORKERS = 4
PAGES = ("summary.md", "report.html")
DYING = """
import os, signal
from locust import events
reports, exchanges = [], []
events.report_to_master.add_listener(lambda data, **_: reports.append(data))

@events.request.add_listener
def die(name, **_):
    if any(each["conformance"]["data"]["figures"] for each in reports if "conformance" in each):
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
FLEETING = """
import os, signal, time
from locust import events

@events.worker_connect.add_listener
def die(**_):
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""What kills a master after its answer to a worker, and before a heartbeat."""
PATIENT = "import locust.runners; locust.runners.HEARTBEAT_LIVENESS = 8\n"
"""What lets a master not take a worker for lost that has little of a busy machine."""
STRAYING = f"""
from locust import events

@events.init.add_listener
def begin(environment, **_):
    environment.events.test_start.add_listener(lambda **_: setattr(environment, "host", "{NOWHERE}"))
"""
"""What sets the host of locust to another service than that of the master's command line."""
TALKATIVE = "import locust.runners; locust.runners.WORKER_REPORT_INTERVAL = 0.5\n"
"""What lets a worker report often."""
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

    def master(self, *words: str, code: str = "", name: str = "master") -> Machine:
        """Start a master, with a locustfile beside that of the suite; its environment names the target."""
        at = (f"--master-bind-host={MASTER}", f"--master-bind-port={self.port}")
        return self._start(name, (*at, "--master", "--pause=0-0.1", *words), code, target=self.mock.base_url)

    def worker(self, name: str, *words: str, code: str = "", root: Path = ROOT, has_key: bool = True) -> Machine:
        """Start a worker, with the project at `root`; its environment names a target that does not count."""
        to = (f"--master-host={MASTER}", f"--master-port={self.port}")
        return self._start(name, ("--worker", *to, *words), code, root, has_key, target=NOWHERE)

    def _start(
        self,
        name: str,
        words: Sequence[str],
        code: str,
        root: Path = ROOT,
        has_key: bool = True,
        target: str | None = None,
    ) -> Machine:
        folder = self.folder / name
        folder.mkdir()
        (folder / "beside.py").write_text(code, encoding="utf-8")
        files = f"{folder / 'beside.py'},{root / LOCUSTFILE.relative_to(ROOT)}"
        command = ["locust", "-f", files, "--headless", *words]
        return Machine(folder, begun(command, folder, self.mock if has_key else None, root=root, target=target))


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

    target: str
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
    workers = {"first": network.worker("first", "--files=9", "--max-requests=1", f"--host={NOWHERE}")}
    workers["first"].until_said("Starting Locust")
    words = ["--expect-workers=5", "--users=12", "--spawn-rate=1.5", "--run-time=60s", "--files=1"]
    words += [f"--max-billable-files={FILES}", f"--max-requests={REQUESTS}"]
    master = network.master(*words, code=PATIENT + STRAYING)
    workers |= {
        "killed": network.worker("killed", code=AFTER_A_REPORT),
        "late": network.worker("late", code=SLOW),
        "keyless": network.worker("keyless", has_key=False),
        "of-older": network.worker("of-older", root=older),
    }
    until_written(workers["first"].folder, REMEMBERED, 1)
    workers["last"] = network.worker("last")
    return Loaded(mock.base_url, master.end(), {name: worker.end() for name, worker in workers.items()})


def test_a_killed_worker_is_named_in_every_output(loaded: Loaded) -> None:
    assert loaded.workers["killed"].code == -signal.SIGKILL
    [name] = [worker["name"] for worker in loaded.section["workers"] if worker["end"] == "lost"]
    sentence = f"The worker {name} was lost before its end"
    assert loaded.master.code == 6, loaded.master.output
    assert loaded.master.report["verdict"] == "inconclusive"
    assert [error for error in loaded.master.report["errors"] if sentence in error]
    assert sentence in " ".join(loaded.master.output.split())
    for file in PAGES:
        assert sentence in (loaded.master.directory / file).read_text("utf-8")


def test_workers_that_could_not_begin_differ_from_those_that_were_lost(loaded: Loaded) -> None:
    ends = Counter(worker["end"] for worker in loaded.section["workers"])
    assert ends == {"reported": WORKERS - 1, "lost": 1, "failed": 2}
    shown = [loaded.master.output, *((loaded.master.directory / name).read_text("utf-8") for name in PAGES)]
    assert all("of which 1 lost and 2 failed;" in " ".join(each.split()) for each in shown)


def test_the_rest_is_held(loaded: Loaded) -> None:
    counts = {worker["name"]: worker["exchanges"] for worker in loaded.section["workers"] if worker["exchanges"]}
    assert len(counts) == WORKERS
    assert sum(counts.values()) == loaded.master.report["run"]["exchanges"]["count"]
    assert {loaded.workers[name].code for name in ("first", "late", "last")} == {0}
    assert loaded.section["batches"]["created"] == loaded.master.report["run"]["spent"]["batches"]


def test_a_worker_that_cannot_begin_says_why_in_the_report(loaded: Loaded) -> None:
    for name, sentence in (
        ("keyless", f"into the environment variable {KEY}"),
        ("of-older", f"has version 0.0.1 of the suite, and its master {suite_version()}: install the same."),
    ):
        assert (loaded.workers[name].code, sentence in loaded.workers[name].output) == (4, True)
        [error] = [error for error in loaded.master.report["errors"] if sentence in error]
        assert re.match(r"The worker \d could not begin: ", error)


def test_budgets_options_and_the_target_of_the_master_hold_for_all(loaded: Loaded) -> None:
    spent = loaded.master.report["run"]["spent"]
    assert "--max-requests" in loaded.section["ended_by"]
    assert spent["requests"] <= REQUESTS
    assert 0 < spent["billable_files"] <= FILES
    assert loaded.master.report["target"]["base_url"] == loaded.target
    assert sum(each["errors"] for each in loaded.section["operations"].values()) == 0
    assert spent["billable_files"] == spent["batches"]


def test_nothing_is_left_on_the_service_of_what_a_killed_worker_made(loaded: Loaded, mock: MockAddress) -> None:
    assert list((loaded.workers["killed"].directory).glob(REMEMBERED))
    assert directories_on(mock) == []
    assert not list(loaded.master.directory.glob(REMEMBERED))


# --- a master that is killed, and another one at its address ---


@dataclass(frozen=True)
class Replaced:
    """What became of the workers of a killed master, of the next master, and of what was made."""

    killed: Ended
    other: Ended
    master: Ended
    left: list[str]
    cleaned: Ended


@pytest.fixture(scope="module")
def replaced(mock: MockAddress, tmp_path_factory: pytest.TempPathFactory) -> Replaced:
    """Of the workers of the first master one was killed, and the other goes on for a while; that of the second is
    killed as well.
    """
    network = network_in(tmp_path_factory.mktemp("replaced"), mock)
    first = network.master("--expect-workers=2", "--users=2", "--spawn-rate=2", "--run-time=60s", code=PATIENT)
    killed = network.worker("killed", code=BEFORE_IT_KNOWS_AN_ID)
    other = network.worker("other", "--master-timeout=10", code=TALKATIVE)
    ended_worker = killed.end()
    until_written(other.folder, REMEMBERED, 1)
    first.process.kill()
    second = network.master("--expect-workers=1", "--users=1", "--run-time=600s", name="second")
    new = network.worker("new")
    second.until_said("All users spawned")
    second.until_said("Discarded report from unrecognized worker")
    new.process.kill()
    renewed, left = second.end(), other.end()
    new.end()
    directories = directories_on(mock)
    words = ["batches_conformance", "clean-up", f"--target={mock.base_url}"]
    cleaned = ended(begun(words, first.folder, mock), first.folder)
    first.end()
    return Replaced(ended_worker, left, renewed, directories, cleaned)


def test_workers_end_without_their_master_and_say_what_to_do(replaced: Replaced) -> None:
    assert replaced.killed.code == -signal.SIGKILL
    assert replaced.other.code == 6
    assert re.search(f"The master at {MASTER}:.* is gone, so there is no report, .*start it", replaced.other.output)
    assert not list(replaced.other.directory.glob(REMEMBERED))


def test_what_is_left_is_known_where_a_master_was_that_was_killed(replaced: Replaced, mock: MockAddress) -> None:
    assert replaced.left
    assert replaced.cleaned.code == 0, replaced.cleaned.output
    assert directories_on(mock) == []


def test_a_master_takes_nothing_from_workers_of_another_run(replaced: Replaced) -> None:
    assert len(replaced.master.report["run"]["load"]["workers"]) == 1


def test_a_load_without_workers_ends_at_once(replaced: Replaced) -> None:
    assert replaced.master.code == 6
    assert replaced.master.report["run"]["load"]["ended_by"] == "the end of its workers"
    assert "its last worker had ended" in " ".join(replaced.master.report["errors"])


# --- what ends before there is a report ---


@pytest.fixture(scope="module")
def waiting(mock: MockAddress, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Workers that wait for a master: there is none, it is lost after its answer, or it has no address and they are
    to wait no more.
    """
    network = network_in(tmp_path_factory.mktemp("waiting"), mock)
    master = network.master(code=FLEETING)
    workers = {
        "orphaned": network.worker("orphaned", "--master-timeout=5"),
        "alone": network.worker("alone", "--master-port=9", "--master-timeout=2"),
        "interrupted": network.worker("interrupted", "--master-host=master.invalid"),
    }
    workers["interrupted"].until_said("Waiting 55 s more for a master at master.invalid")
    workers["interrupted"].process.send_signal(signal.SIGINT)
    master.end()
    return {name: worker.end() for name, worker in workers.items()}


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("alone", 6, f"No master answered at {MASTER}:.* within 2 s: start one there, or name another"),
        ("orphaned", 6, f"The master at {MASTER}:.* is gone, so there is no report, .*start it"),
        ("interrupted", 2, STOPPED),
    ],
)
def test_a_worker_does_not_wait_for_ever(waiting: dict[str, Ended], name: str, code: int, sentence: str) -> None:
    assert waiting[name].code == code
    assert re.search(sentence, waiting[name].output)
    assert not list(waiting[name].directory.glob(REMEMBERED))


def test_a_signal_ends_a_master_that_waits_and_its_workers(network: Network) -> None:
    master, worker = network.master("--expect-workers=2"), network.worker("worker")
    master.until_said("1 workers connected")
    master.process.send_signal(signal.SIGINT)
    waiting = master.end()
    assert (waiting.code, STOPPED in waiting.output) == (2, True)
    assert worker.end().code == 0


def test_a_signal_ends_a_load_with_a_shape_by_a_report(mock: MockAddress, network: Network) -> None:
    """A worker that was killed before its begin takes no part in it; one that a signal ends has reported."""
    master, gone = network.master("--expect-workers=2", code=SHAPE), network.worker("gone", code=SHAPE)
    master.until_said("reported as ready")
    gone.process.kill()
    master.until_said("failed to send heartbeat, setting state to missing")
    leaving, staying = (network.worker(name, code=SHAPE) for name in ("leaving", "staying"))
    for worker in (leaving, staying):
        until_written(worker.folder, REMEMBERED, 1)
    leaving.process.send_signal(signal.SIGTERM)
    assert leaving.end().code == 2
    master.process.send_signal(signal.SIGINT)
    shaped = master.end()
    assert shaped.code == 2, shaped.output
    assert shaped.report["run"]["interrupted"]
    assert [worker["end"] for worker in shaped.report["run"]["load"]["workers"]] == ["reported", "reported"]
    assert staying.end().code == 0
    gone.end()
    assert directories_on(mock) == []


def test_a_port_in_use_is_a_sentence(network: Network) -> None:
    with socket.create_server((MASTER, network.port)):
        refused = network.master().end()
    assert refused.code == 4
    assert refused.output.endswith("name another address with --master-bind-host and --master-bind-port.\n")


def test_a_master_does_not_wait_for_ever(network: Network) -> None:
    alone = network.master("--expect-workers=1", "--expect-workers-max-wait=1").end()
    assert alone.code == 6
    assert "Of 1 expected worker 0 connected within 1 s: start the others, or expect fewer" in alone.output
