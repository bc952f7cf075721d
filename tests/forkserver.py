"""Runs and mocks in processes of their own that start at once: forks of a server that has imported everything."""

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from fixtures.embedded import MockAddress

ROOT = Path(__file__).parent.parent
STREAMS = (1, 2)


@cache
def _context() -> ForkServerContext:
    """Start the server that is forked, once for each process of pytest."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    with patch.dict(os.environ, {"PYTHONPATH": os.fspath(ROOT)}):
        process = context.Process(target=int)
        process.start()
        process.join()
    return context


def start(target: Callable[..., Any], *arguments: Any) -> ForkServerProcess:
    """Call a function of a module in a new process."""
    process = _context().Process(target=target, args=arguments, daemon=False)
    process.start()
    return process


def run_pytest(arguments: Sequence[str], environment: Mapping[str, str], output: Path, time_limit: float) -> int:
    """Run pytest in the root of the project as `python -m pytest` does, and return its exit code.

    All that it prints goes to a file. Raises TimeoutError when it does not end in time.
    """
    process = start(_pytest, list(arguments), dict(environment), output)
    process.join(time_limit)
    if process.exitcode is None:
        os.killpg(process.pid or 0, signal.SIGKILL)
        raise TimeoutError(f"the run has not ended within {time_limit:g} s: {output.read_text('utf-8', 'replace')}")
    return process.exitcode


def _pytest(arguments: list[str], environment: dict[str, str], output: Path) -> None:
    from tests.prove.runs import forked_mock

    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(environment)
    # A new interpreter would have read it.
    sys.path[:0] = [os.fspath(ROOT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    os.chdir(ROOT)
    with output.open("wb") as file:
        for stream in STREAMS:
            os.dup2(file.fileno(), stream)
    sys.argv = ["pytest", *arguments]
    # Modules that are there already cannot be rewritten.
    with patch("fixtures.target.running_mock", forked_mock):
        code = pytest.main(["--assert=plain", *arguments])
    sys.stdout.flush()
    sys.exit(int(code))


@contextmanager
def running_mock(*arguments: str) -> Iterator[MockAddress]:
    """Serve a mock as `fixtures.embedded.running_mock` does."""
    ours, theirs = multiprocessing.Pipe()
    process = start(_mock, arguments, theirs)
    theirs.close()
    try:
        with open(ours.fileno(), encoding="utf-8", closefd=False) as announced:
            yield MockAddress(**json.loads(announced.readline()))
    finally:
        process.kill()
        process.join()
        ours.close()


def _mock(arguments: Sequence[str], stream: Connection) -> None:
    from fixtures.mock.command import command

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(stream.fileno(), 0)
    sys.stdout = open(stream.fileno(), "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    command.main(["--port", "0", "--json", "--until-stdin-closes", *arguments], standalone_mode=False)
