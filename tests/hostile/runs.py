"""Runs the suite against hostile servers, each run in a process that is forked off a warm one.

`python -m tests.hostile.runs FOLDER NAME...` prints what became of each run as a line of JSON.
"""

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.hostile.behaviours import BEHAVIOURS, Behaviour
from tests.hostile.server import Hostile, http, serving
from tests.prove.runs import LEAN, PACE, ROOT, forked_mock

JOBS = 4
"""Runs at the same time; most of them wait for most of the time."""
RUN_LIMIT = 40.0
"""Seconds after which a run is given up."""
OUTPUT = "output.txt"
OUTCOME = "outcome.json"
OPTIONS = (
    "--numprocesses=0",
    *("--request-timeout", "2", "--poll-timeout", "5"),
    *("--settle-timeout", "1", "--poll-interval", "0.2"),
)


@dataclass(frozen=True)
class HostileRun:
    """The outcome of a run. `peak` is in bytes; `strayed` counts the requests that another server received."""

    code: int
    seconds: float
    peak: int
    key: str
    strayed: int


def run(behaviour: Behaviour, folder: Path) -> None:
    """Runs the suite against one behaviour in this process, whose output it takes over."""
    os.chdir(ROOT)
    folder.mkdir()
    _redirect_output(folder / OUTPUT)
    with ExitStack() as stack:
        mock = stack.enter_context(forked_mock("--pace", PACE))
        elsewhere = Hostile(mock.base_url, frozenset(), lambda talk: talk.send(http()))
        stack.enter_context(serving(elsewhere))
        certificate = _certificate(folder) if behaviour.has_certificate else None
        hostile = Hostile(mock.base_url, behaviour.when, behaviour.act, elsewhere.url, certificate)
        stack.enter_context(serving(hostile))
        if not behaviour.is_there:
            hostile.leave()
        if certificate:
            os.environ["SSL_CERT_FILE"] = str(certificate)
        os.environ["LLAMA_CLOUD_API_KEY"] = mock.api_key
        began = time.perf_counter()
        code = pytest.main([*LEAN, f"--report-dir={folder}", "--target", hostile.url, *OPTIONS, *behaviour.tests])
        outcome = HostileRun(
            code=int(code),
            seconds=time.perf_counter() - began,
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            key=mock.api_key,
            strayed=len(elsewhere.paths),
        )
    (folder / OUTCOME).write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def run_all(names: Sequence[str], folder: Path) -> None:
    """Runs behaviours by name, several at a time; each leaves an outcome in a folder of its name, if it ends at all."""
    import_module("tests.warm")
    processes = multiprocessing.get_context("fork")
    waiting = list(reversed(names))
    running: dict[BaseProcess, float] = {}
    while waiting or running:
        while waiting and len(running) < JOBS:
            name = waiting.pop()
            process: BaseProcess = processes.Process(target=run, args=(BEHAVIOURS[name], folder / name))
            process.start()
            running[process] = time.monotonic() + RUN_LIMIT
        wait([process.sentinel for process in running], timeout=min(running.values()) - time.monotonic())
        for process, until in list(running.items()):
            if time.monotonic() > until:
                process.kill()
            if not process.is_alive():
                process.join()
                del running[process]


def _redirect_output(path: Path) -> None:
    output = os.open(path, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)


def _certificate(folder: Path) -> Path:
    """A certificate with its key for a name that no server here has."""
    path = folder.parent / f"{folder.name}.pem"
    subject = ("-subj", "/CN=other.example", "-addext", "subjectAltName=DNS:other.example", "-days", "2")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(
        ["openssl", "req", "-x509", *key, *subject, "-keyout", str(path), "-out", str(path) + ".crt"],
        check=True,
        capture_output=True,
    )
    with path.open("a", encoding="ascii") as file:
        file.write(Path(str(path) + ".crt").read_text(encoding="ascii"))
    return path


if __name__ == "__main__":
    run_all(sys.argv[2:], Path(sys.argv[1]))
