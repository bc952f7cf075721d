"""Commands that are executed as a person types them, in a folder of their own or in a copy of the project."""

import configparser
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.docs.pages import ROOT
from tests.suites.sessions import environment

LEFT_BEHIND = (".*cache", ".git", ".hypothesis", ".schemathesis", ".tox", ".venv*", "node_modules", "out")
SECONDS: Final = 120
"""How long one command may take."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended, with its exit code and its two outputs."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything that was printed."""
        return self.stdout + self.stderr


def run_python(
    folder: Path, words: Sequence[str], *, root: Path = ROOT, variables: Mapping[str, str] | None = None
) -> Ended:
    """Do what `python WORDS` does in a folder, with the project at `root`, for a person without a terminal."""
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment({"PYTHONPATH": os.fspath(root), **(variables or {})}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def copied_to(folder: Path) -> Path:
    """Copy whatever the project consists of, and nothing that its commands have written."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    return folder


def of_tox(task: str) -> list[str]:
    """Give the words for the command that tox and `run.py` execute for a task."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    command = shlex.split(parser[f"testenv:{task}"]["commands"])
    assert command[:3] == ["python", "-m", "batches_conformance"]
    return [word for word in command[3:] if word != "{posargs}"]
