"""A machine on which an example runs: a folder to work in, a PATH of its own, and a log."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.quick_python.starting import REAL

ROOT = Path(__file__).parents[2]
IN_PLACE = Path(__file__).with_name("in_place.py")
COMMAND = "batches-conformance"
SUITE = "batches-conformance[locked] @ git+https://git.example/suite@v0.1.0"
"""What the examples install."""
TIME_LIMIT = 300
"""Seconds after which a command is given up."""
NARROW = "--requirement=create-refuses-unknown-job-type"
FAULT = "--fault=unknown-job-type-means-parse"
"""Breaks the one requirement of `NARROW`."""
QUICK = f"{NARROW} --numprocesses=0 --poll-interval=0.05 --settle-timeout=5 -p no:cacheprovider"
"""What every run is given beside the example's own options, so that it takes a second."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended, with all that it printed."""

    code: int
    output: str


@dataclass(frozen=True)
class Machine:
    """`python3` is that of the tests, and installs the suite into an environment without a package registry."""

    folder: Path

    @property
    def workspace(self) -> Path:
        """Where a job begins; for GitHub the suite lies in its folder `conformance`."""
        return self.folder / "workspace"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each call of `batches-conformance`."""
        return [words for words in self._recorded() if words[0] != "pip"]

    @property
    def installed(self) -> list[str]:
        """What pip was to install, one word each."""
        return [words[-1] for words in self._recorded() if words[0] == "pip"]

    def _recorded(self) -> list[list[str]]:
        record = self.folder / "record"
        return [json.loads(line) for line in record.read_text("utf-8").splitlines()] if record.exists() else []

    def install(self, name: str, script: str) -> None:
        """Put a shell script on the PATH."""
        command = self.folder / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        command.chmod(0o755)

    def run(self, command: Sequence[str], /, options: str = QUICK, **given: str) -> Ran:
        """Run a command in the workspace; `options` are added to those of each run, `given` are variables."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        own = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "COLUMNS": "100",
        }
        ended = subprocess.run(
            command,
            cwd=self.workspace,
            env={**kept, **own, "PYTEST_ADDOPTS": options, **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout)


def make_machine(folder: Path) -> Machine:
    """Make a machine with the suite in its workspace, below a folder that is there."""
    machine = Machine(folder)
    machine.workspace.mkdir()
    (machine.workspace / "conformance").symlink_to(ROOT)
    stand_in = [REAL, str(IN_PLACE), sys.executable, str(folder / "record")]
    machine.install("python3", f'exec {shlex.join(stand_in)} "$@"')
    machine.install(COMMAND, f'exec {shlex.join([*stand_in, COMMAND])} "$@"')
    return machine
