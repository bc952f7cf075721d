"""A copy of the project in a folder of its own, where commands can be run and files changed."""

import configparser
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT
from tests.suites.sessions import environment

LEFT_BEHIND = (".*cache", ".git", ".hypothesis", ".schemathesis", ".tox", ".venv*", "node_modules", "out")
TIME_LIMIT = 120
"""Seconds after which a command is given up."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended; `output` has everything that it printed, `told` only standard output."""

    code: int
    told: str
    output: str


@dataclass(frozen=True)
class Project:
    """The copy."""

    root: Path

    @classmethod
    def copied_to(cls, folder: Path) -> "Project":
        """Copies whatever the project consists of, and nothing that its tasks have written."""
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        return cls(folder)

    def run(self, *arguments: str, **given: str) -> Ended:
        """Runs this Python with arguments, as a person without a terminal; `given` are environment variables."""
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment(given),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stdout + ended.stderr)

    def task(self, name: str, arguments: Sequence[str]) -> list[str]:
        """What `run.py` lets Python do for a task of one command."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.root / "tox.ini", encoding="utf-8")
        command = shlex.split(parser[f"testenv:{name}"]["commands"])
        assert command[0] == "python"
        at = command.index("{posargs}")
        return [*command[1:at], *arguments, *command[at + 1 :]]
