"""The figures: whole commands compared, and the suite's own cost compared with that of its exchanges."""

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from fixtures.batches import Batches
from fixtures.client import Client
from fixtures.configurations import JobType
from fixtures.control import Control
from fixtures.directories import Directories
from fixtures.embedded import MockAddress, running_mock
from fixtures.exchange import Exchange
from fixtures.journal import Journal
from fixtures.key import Key
from fixtures.route import Route
from fixtures.runfile import RunFile
from fixtures.target import MAIN, Target
from suites.oracles import ORACLES
from suites.oracles.panel import Panel
from suites.tally import Tally, observing
from suites.verify import Verify
from tests.bench import beside, forecast, recordings, servers
from tests.bench.servers import Server
from tests.bench.timed import ROOT, SUITE, Unmeasured, seconds_of

SIZE_TESTS = "test_size"
PARSE: JobType = "parse_v2"
PRESET = "cfg-PARSE_AGENTIC"
ROUNDS = 150
LATENCY = 0.05
"""Seconds that a service takes for each answer, where overlapping is measured."""
PACE = 2.0
"""Seconds that its batches stay in each status."""
WAITS = 10
STEP = 20.0
"""Seconds that each of the concurrent waits waits on the target's clock."""


@dataclass(frozen=True)
class Ratio:
    """One promise about speed: a measured ratio and its bound."""

    name: str
    figures: str
    value: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.value <= self.bound


@dataclass(frozen=True)
class _SuiteRun:
    seconds: float
    size_seconds: float
    requests: int


def against_schemathesis(runs: int) -> Iterator[Ratio]:
    """Compare the whole suite with `st run` with all phases and defaults, on the same contract and the same mock."""
    suite, generic = [], []
    for _ in range(runs):
        suite.append(_run_suite())
        generic.append(_run_schemathesis())
    ours = statistics.median(run.seconds for run in suite)
    theirs = statistics.median(seconds for seconds, _ in generic)
    sent = statistics.median(run.requests for run in suite)
    generated = statistics.median(requests for _, requests in generic)
    share = statistics.median(run.size_seconds / run.seconds for run in suite)
    yield Ratio("wall time of the suite / of st run", f"{ours:.1f} s / {theirs:.1f} s", ours / theirs, 1.0)
    yield Ratio(
        "requests outside the large directory / of st run",
        f"{sent:.0f} / {generated:.0f}",
        sent / generated,
        2.0,
    )
    yield Ratio("1,000 and 1,001 files / whole suite", f"{share * ours:.1f} s / {ours:.1f} s", share, 0.25)


def _run_suite() -> _SuiteRun:
    with TemporaryDirectory() as folder:
        junit = Path(folder, "tests.xml")
        seconds = seconds_of(SUITE, ["run", "-q", f"--report-dir={folder}", "--junitxml", str(junit)])
        cases = ElementTree.parse(junit).iter("testcase")
        size = sum(float(case.get("time", 0)) for case in cases if SIZE_TESTS in case.get("classname", ""))
        report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
    operations = report["run"]["exchanges"]["by_operation"]
    return _SuiteRun(seconds, size, sum(operations.values()) - operations["uploadFile"])


def _run_schemathesis() -> tuple[float, int]:
    """Measure the seconds and requests of `st run`; it counts the cases itself, in its event stream."""
    with running_mock("--clock", "virtual") as mock, TemporaryDirectory() as folder:
        words = [
            *("run", str(ROOT / "spec" / "openapi.yaml"), "--url", mock.base_url),
            *("--header", f"Authorization: Bearer {mock.api_key}", "--report", "ndjson", "--report-dir", folder),
        ]
        seconds = seconds_of("schemathesis.cli", words, folder=Path(folder), may_fail=True)
        text = "".join(path.read_text(encoding="utf-8") for path in Path(folder).iterdir() if path.is_file())
    return seconds, text.count('"status_code"')


def overlap(_runs: int) -> Iterator[Ratio]:
    """Compare a run by URL of a slow service, on as many workers as the run chooses, with one process.

    One process already overlaps its uploads, so it takes no longer than all exchanges and waits one after the other.
    """
    with running_mock("--latency", f"{LATENCY}", "--pace", f"{PACE}") as mock:
        shared_out, alone = (_run_by_url(mock, workers) for workers in ("auto", "0"))
    yield Ratio(
        f"workers by URL at {LATENCY * 1000:.0f} ms / one process",
        f"{shared_out:.1f} s / {alone:.1f} s",
        shared_out / alone,
        0.25,
    )


def _run_by_url(mock: MockAddress, workers: str) -> float:
    keys = {"LLAMA_CLOUD_API_KEY": mock.api_key, "LLAMA_CLOUD_OTHER_API_KEY": mock.other_api_key}
    with TemporaryDirectory() as folder:
        words = ["run", "-q", f"--report-dir={folder}", f"--numprocesses={workers}", f"--target={mock.base_url}"]
        return seconds_of(SUITE, words, variables=keys)


def own_cost(_runs: int) -> Iterator[Ratio]:
    """Compare what recording, oracles and validation take of a processor per exchange with the exchange itself."""
    exchanges: list[Exchange] = []
    with (
        running_mock("--clock", "virtual", "--control") as mock,
        _client(mock) as client,
        closing(RunFile(None)) as file,
    ):
        client.observers.append(exchanges.append)
        journal = Journal(file, mock.base_url, client.worker)
        directories, batches = Directories(client, journal, "bench"), Batches(client)
        directory = directories.holding(3, "bench")
        for _ in range(ROUNDS):
            created = batches.create(directory.id, PARSE, PRESET).response
            assert created is not None
            client.target.wait(STEP)
            batches.get(created.json["id"], expand=["results"])
            batches.list(source_directory_id=directory.id, page_size=10)
    on_exchange = observing(Tally(), Panel(ORACLES, Verify()))
    began = time.process_time()
    for exchange in exchanges:
        on_exchange(exchange)
    own = (time.process_time() - began) / len(exchanges)
    other = sum(exchange.seconds for exchange in exchanges) / len(exchanges)
    yield Ratio("own cost / exchange", f"{own * 1000:.2f} ms / {other * 1000:.2f} ms", own / other, 0.5)


def concurrent_waits(_runs: int) -> Iterator[Ratio]:
    """Compare ten concurrent waits on the mock with what they would sleep."""
    with running_mock("--clock", "virtual", "--control") as mock, _client(mock) as client:
        began = time.perf_counter()
        with ThreadPoolExecutor(WAITS) as pool:
            list(pool.map(client.target.wait, [STEP] * WAITS))
        seconds = time.perf_counter() - began
    yield Ratio(f"{WAITS} waits of {STEP:g} s", f"{seconds:.2f} s / {STEP:g} s", seconds / STEP, 0.05)


def long_recording(_runs: int) -> Iterator[Ratio]:
    """Compare what a recording of a hundred thousand exchanges takes to judge with what it may take."""
    seconds, memory = recordings.figures()
    for name, value, most, unit in (
        ("processor time", seconds, recordings.MOST_SECONDS, "s"),
        ("memory", memory / 1e6, recordings.MOST_BYTES / 1e6, "MB"),
    ):
        figures = f"{value:.0f} {unit} / {most:.0f} {unit}"
        yield Ratio(f"{name} of {recordings.EXCHANGES:,} recorded exchanges / bound", figures, value / most, 1.0)


def beside_moto(_runs: int) -> Iterator[Ratio]:
    """Compare the mock with moto's server."""
    return _beside("moto", servers.moto())


def beside_prism(_runs: int) -> Iterator[Ratio]:
    """Compare the mock with Prism's mock, which keeps no batches, so that its lists have the one of the example."""
    return _beside("Prism", servers.prism())


def _beside(name: str, other: AbstractContextManager[Server]) -> Iterator[Ratio]:
    ours, theirs = beside.figures(other)
    for kind, rate in theirs.per_second.items():
        shown = f"{rate:.0f} / {ours.per_second[kind]:.0f}"
        yield Ratio(f"{kind} a second of {name} / of the mock", shown, rate / ours.per_second[kind], 1.0)
    if ours.memory and theirs.memory:
        shown = f"{ours.memory / 1e6:.0f} MB / {theirs.memory / 1e6:.0f} MB"
        yield Ratio(f"memory of the mock / of {name}", shown, ours.memory / theirs.memory, 1.0)


def long_list(_runs: int) -> Iterator[Ratio]:
    """Compare what a page of ten thousand batches takes with what one of few does."""
    few, many = beside.growth()
    name = f"processor time of a list among {beside.OBJECTS:,} batches / among {beside.FEW}"
    yield Ratio(name, f"{many * 1000:.2f} ms / {few * 1000:.2f} ms", many / few, 1.5)


@contextmanager
def _client(mock: MockAddress) -> Iterator[Client]:
    assert mock.control_url is not None
    route = Route(mock.base_url)
    keys = {MAIN: Key(mock.api_key)}
    with closing(Control(Route(mock.control_url), STEP)) as control:
        target = Target(route.url, "mock", keys, {}, control, control, None, STEP, STEP, STEP, route)
        with Client(target, STEP, STEP, "bench") as client:
            yield client


def users(_runs: int) -> Iterator[Ratio]:
    """Compare what a request of a load's user takes of a processor with the same request of a plain user of locust."""
    if importlib.util.find_spec("locust") is None:
        raise Unmeasured("it takes locust, of the extra `load`")
    command = [sys.executable, "-m", "gevent.monkey", "--module", "tests.bench.users"]
    ours, plain = map(float, subprocess.check_output(command, cwd=ROOT, text=True).split())
    yield Ratio(
        "processor time of a user's request / of a plain user's",
        f"{ours * 1000:.2f} ms / {plain * 1000:.2f} ms",
        ours / plain,
        2.2,
    )


def smallest_plan(_runs: int) -> Iterator[Ratio]:
    """Compare what a run takes on the smallest plan with what it is forecast to take; either way counts."""
    taken, planned = forecast.figures()
    shown = f"{taken / 60:.0f} min / {planned / 60:.0f} min"
    yield Ratio(
        "time of a run on the smallest plan / of its forecast", shown, max(taken / planned, planned / taken), 1.2
    )


MEASURES: Mapping[str, Callable[[int], Iterator[Ratio]]] = {
    "schemathesis": against_schemathesis,
    "workers": overlap,
    "own-cost": own_cost,
    "waits": concurrent_waits,
    "recording": long_recording,
    "users": users,
    "list": long_list,
    "forecast": smallest_plan,
    "moto": beside_moto,
    "prism": beside_prism,
}
"""Each measure by name; whole commands run as often as it is given in turn, and their medians count."""
