"""Wiring: the plugins of the suite, what they hand each other, and which oracles observe which client."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis.errors import InvalidArgument

from batches_conformance.plugins import PLUGINS
from batches_conformance.variants import refuse_unknown_variants
from fixtures.client import Client
from fixtures.errors import RunError
from fixtures.ledger import Ledger
from fixtures.mask import MASK
from fixtures.rate import Rate
from fixtures.remembered import clean_up_alone
from fixtures.runfile import RunFile
from fixtures.settings import RUN_ID, SETTINGS, Settings, rate, read_settings
from fixtures.start import start
from fixtures.target import Target, capabilities
from fixtures.waits import Waiting
from reports.exit_codes import CONFORMANT, INCONCLUSIVE
from reports.hooks import ERRORS
from reports.narrowing import addresses_suites
from reports.planning import plan, totals
from reports.reader import read
from spec.usage import WrongUsage
from suites.chosen import chosen_profiles
from suites.generation import load_profile, seed
from suites.oracles import of_run
from suites.oracles.panel import Panel
from suites.recordings.option import end_recording
from suites.recordings.record import Recorder
from suites.shards import WEIGHTS
from suites.tally import TALLY, observing
from suites.verify import Verify

ROOT = Path(__file__).parent.resolve()
HEADER_WIDTH = 78
WORKERS_BY_URL = 8
SEED = pytest.StashKey[int | str]()
"""Where the seed of a run is kept on its `pytest.Config`."""

pytest_plugins = [*PLUGINS]


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings, hide their secrets, and say how much is generated, where the suites are to run."""
    if config.rootpath.resolve() != ROOT:
        raise pytest.UsageError(
            f"pytest takes {config.rootpath} for the root directory in place of {ROOT}: "
            "call `batches-conformance run`, or `python3 run.py run`"
        )
    if addresses_suites(config):
        config.stash[SETTINGS] = read_settings(config)
        MASK.learn(config.stash[SETTINGS].secrets)
        profile = config.getoption("--hypothesis-profile")
        if profile is None:
            load_profile(config.stash[SETTINGS].fuzz)
        else:
            _refuse_unknown_profile(profile)
        refuse_unknown_variants(config.stash[SETTINGS])
        _check_seed(config)
        _weigh_tests(config)


def _refuse_unknown_profile(name: str) -> None:
    try:
        hypothesis.settings.get_profile(name)
    except InvalidArgument:
        raise pytest.UsageError(f"--hypothesis-profile names {name}, which Hypothesis does not know") from None


def _weigh_tests(config: pytest.Config) -> None:
    """Read how long tests took in an earlier run; workers of xdist read the same file."""
    given = config.getoption("--shard-by")
    if given is None:
        return
    if not config.getoption("--shard"):
        raise pytest.UsageError("--shard-by balances the parts of a --shard: give both, or neither")
    try:
        report = read(config.invocation_params.dir / given)
    except WrongUsage as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[WEIGHTS] = {test.id: test.seconds for test in report.tests}


def _check_seed(config: pytest.Config) -> None:
    try:
        config.stash[SEED] = seed(config.getoption("--hypothesis-seed"))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Return the effective settings, keys hidden."""
    settings = config.stash.get(SETTINGS, None)
    if settings is None:
        return []
    shown = settings.shown()
    given = ", ".join(f"{name}: {value}" for name, value in shown.items() if value not in (None, False))
    return [f"conformance run {config.stash[RUN_ID]}", *textwrap.wrap(given, HEADER_WIDTH)]


def pytest_conformance_target(config: pytest.Config) -> dict[str, Any] | None:
    """Return what the report says of the target."""
    settings = config.stash.get(SETTINGS, None)
    if settings is None:
        return None
    return {
        "base_url": settings.target,
        "kind": "mock" if settings.is_mock else "url",
        "capabilities": capabilities(settings),
        "settings": settings.shown(),
    }


def pytest_conformance_hide(text: str) -> str:
    """Return a text without the secrets of the run."""
    return MASK.hide(text)


def pytest_conformance_run(config: pytest.Config) -> dict[str, Any]:
    """Return what the report says of the run."""
    return {"id": config.stash[RUN_ID], "seed": config.stash[SEED], "profiles": chosen_profiles(config)}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return the workers that share out a run by URL, which mostly waits; the mock keeps one process busy as it is.

    A rehearsal is one process too, so that it has one mock, and its limits once.
    """
    if not addresses_suites(config):
        return 0
    settings = read_settings(config)
    return 0 if settings.is_mock or settings.rehearsal else WORKERS_BY_URL


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Plan a run, or delete what earlier runs have left, and do nothing else, where that is asked for."""
    if config.getoption("--plan"):
        return plan(config, rate(read_settings(config)))
    if config.getoption("--clean-up"):
        is_done = clean_up_alone(read_settings(config), _report_folder(config))
        return CONFORMANT if is_done else INCONCLUSIVE
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Ask before a service beyond loopback is written to, and look at the target before anything else happens.

    A run that cannot be asked ends here, as inconclusive.
    """
    config = session.config
    try:
        start(config, _report_folder(config), lambda: totals(config, rate(config.stash[SETTINGS])))
    except RunError as error:
        config.stash[ERRORS].append(str(error))
        pytest.exit("the target cannot be checked", returncode=INCONCLUSIVE)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the recording of the run; where that cannot be written, it is an error as any other, and no more."""
    if problem := end_recording(session.config):
        session.config.stash[ERRORS].append(problem)


def _report_folder(config: pytest.Config) -> Path:
    return config.invocation_params.dir / str(config.getoption("--report-dir"))


@pytest.fixture(scope="session")
def client(
    target: Target,
    settings: Settings,
    verify: Verify,
    ledger: Ledger,
    run_file: RunFile,
    recorder: Recorder | None,
    worker: str,
    waiting: Waiting,
    pytestconfig: pytest.Config,
) -> Iterator[Client]:
    """Yield the one client of the worker; every exchange of the run passes through it, and every oracle observes it."""
    MASK.learn(target.secrets)
    with Client(target, settings.request_timeout, settings.poll_timeout, worker) as opened:
        opened.permits += [
            ledger.spend_request,
            Rate(run_file, None if settings.rehearsal else rate(settings), waiting).wait_for_turn,
        ]
        tally = pytestconfig.stash[TALLY]
        tally.timelines.clock = lambda: target.now
        oracles = of_run(target.settle_timeout, waiting=not target.clock)
        opened.observers.append(observing(tally, Panel(oracles, verify)))
        if recorder:
            opened.observers.append(recorder.on_exchange)
        yield opened
