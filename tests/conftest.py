"""What holds for all of the project's own tests, and never for a conformance run."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fixtures.state_folder import STATE_DIR
from reports.narrowing import addresses_suites
from tests.quick_python.starting import quick_python
from tests.reports.html.browser import PROGRAMS, Browser, running
from tests.rewriting import rewrite_part

LONG = (
    *("hostile", "test_wheel.py", "suites", "docs", "reports", "clients", "ci", "recordings", "inside"),
    *("variations", "faults"),
)
"""What takes longest here, and starts first, so that no worker is left with a long file at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Make every warning an error, so that what a newer Python or library warns of is fixed before users see it.

    pytest reads this file in every session that is started in the root directory, a conformance run among them.
    """
    if addresses_suites(config):
        return
    config.addinivalue_line("filterwarnings", "error")
    _start_at_once(config)
    rewrite_part(config)


def _start_at_once(config: pytest.Config) -> None:
    """Let workers start at once, and whatever tests start by `sys.executable`."""
    stack, patch = ExitStack(), pytest.MonkeyPatch()
    config.add_cleanup(stack.close)
    stack.callback(patch.undo)
    patch.setattr(sys, "executable", stack.enter_context(quick_python()))


@pytest.fixture(scope="session", autouse=True)
def signals_reach_what_is_started() -> Iterator[None]:
    """Ignore no signal that a test sends, although `nohup` or a shell in the background may have these tests do so."""
    usual: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    ignored = {number for number in usual if signal.getsignal(number) is signal.SIG_IGN}
    for number in ignored:
        signal.signal(number, usual[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Keep the tests of a file in one worker, which then makes their fixtures once, and start with the long ones.

    Those that look at a page have one browser. xdist reads the groups when it has its turn with the items.
    """
    if addresses_suites(config):
        return (yield)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            is_in_browser = isinstance(item, pytest.Function) and "browser" in item.fixturenames
            item.add_marker(pytest.mark.xdist_group("browser" if is_in_browser else _file_of(item)))
    yield
    items.sort(key=_rank)


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _rank(item: pytest.Item) -> int:
    folders = _file_of(item).split("/")
    return next((number for number, name in enumerate(LONG) if name in folders), len(LONG))


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have the machine in the time zone that a test is parametrized with, indirectly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session", autouse=True)
def state_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the runs of the tests out of the user's own state directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_DIR, os.fspath(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser that pages are looked at with."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser was found: install one of {', '.join(PROGRAMS)}")
    with running(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
