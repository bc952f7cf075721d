"""Wiring: the plugins of the suite, what they tell each other, and which oracles hear which client."""

import os
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.client import Client
from fixtures.confirmation import confirm
from fixtures.preflight import obstacle
from fixtures.settings import RUN_ID, SETTINGS, Settings, read_settings
from fixtures.target import Target, capabilities
from reports.exit_codes import INCONCLUSIVE
from reports.hooks import TROUBLES
from reports.narrowing import addresses_suites
from suites.generation import load_profile
from suites.oracles import ORACLES
from suites.oracles.panel import Panel
from suites.tally import TALLY
from suites.verify import Verify

HEADER_WIDTH = 78

pytest_plugins = ["fixtures.plugin", "suites.plugin", "reports.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Reads the settings and says how much is generated, where the conformance suite is to run."""
    if addresses_suites(config):
        config.stash[SETTINGS] = read_settings(config)
        if config.getoption("--hypothesis-profile") is None:
            load_profile(config.stash[SETTINGS].fuzz)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The effective settings, keys hidden."""
    settings = config.stash.get(SETTINGS, None)
    if settings is None:
        return []
    shown = settings.shown()
    given = ", ".join(f"{name}: {value}" for name, value in shown.items() if value not in (None, False))
    return [f"conformance run {config.stash[RUN_ID]}", *textwrap.wrap(given, HEADER_WIDTH)]


def pytest_conformance_target(config: pytest.Config) -> dict[str, Any] | None:
    """What the report says of the target."""
    settings = config.stash.get(SETTINGS, None)
    if settings is None:
        return None
    return {
        "base_url": settings.target,
        "kind": "mock" if settings.is_mock else "url",
        "capabilities": capabilities(settings),
        "settings": settings.shown(),
    }


def pytest_conformance_run(config: pytest.Config) -> dict[str, Any]:
    """What the report says of the run."""
    return {"id": config.stash[RUN_ID], "seed": None}


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Asks before a service beyond loopback is written to, and looks at the target before any test.

    A run that cannot be asked ends here, as inconclusive.
    """
    config = session.config
    settings = config.stash.get(SETTINGS, None)
    is_worker = hasattr(config, "workerinput")
    if settings is None or settings.is_mock or is_worker or config.option.collectonly or session.testsfailed:
        return
    confirm(config, settings)
    if reason := obstacle(settings):
        config.stash[TROUBLES].append(reason)
        pytest.exit("the target cannot be checked, see TROUBLES", returncode=INCONCLUSIVE)


@pytest.fixture(scope="session")
def client(target: Target, settings: Settings, verify: Verify, pytestconfig: pytest.Config) -> Iterator[Client]:
    """The one client of the worker; every exchange of the run passes through it, and every oracle hears it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Client(target, settings.request_timeout, settings.poll_timeout, worker) as opened:
        opened.listeners += [pytestconfig.stash[TALLY].hear, Panel(ORACLES, verify).hear]
        yield opened
