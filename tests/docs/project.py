"""Commands that are executed as a person types them, in a folder of their own or in a copy of the project."""

import configparser
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from batches_conformance.plugins import PLUGINS
from tests.docs.pages import ROOT
from tests.suites.sessions import environment

LEFT_BEHIND = (".*cache", ".git", ".hypothesis", ".schemathesis", ".tox", ".venv*", "node_modules", "out")
SERVER: Final = Path(__file__).with_name("fork_server.py")
SECONDS: Final = 120
"""How long one command may take."""
LIBRARIES: Final = (
    *("hypothesis.stateful", "jsonschema", "markdown_it", "pytest", "rich.progress", "schemathesis"),
    *("schemathesis.pytest.plugin", "fastapi", "python_multipart", "uvicorn", "xdist"),
)
"""What commands import of others, whatever the state of the project."""
OWN: Final = (
    *PLUGINS,
    *("batches_conformance.command", "batches_conformance.commands.run", "fixtures.adapter", "fixtures.mock.command"),
    *("suites.lifecycle.model", "suites.oracles", "suites.property.schema", "tests.prove.runs"),
)
"""What they import of a project that does not change while they are executed."""


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


@dataclass(frozen=True)
class Shell:
    """Executes commands, each in a fork of one Python that is started once."""

    root: Path
    _process: "subprocess.Popen[str]"

    @property
    def _streams(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout

    def run(
        self,
        folder: Path,
        words: Sequence[str],
        *,
        root: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Ended:
        """Do what `python WORDS` does in a folder, for a person without a terminal."""
        request = {
            "root": os.fspath(root or self.root),
            "folder": os.fspath(folder),
            "words": words,
            "variables": environment(variables or {}),
            "seconds": SECONDS,
        }
        requests, answers = self._streams
        print(json.dumps(request), file=requests, flush=True)
        answer = json.loads(answers.readline())
        return Ended(answer["code"], answer["output"], answer["errors"])


@contextmanager
def shell(root: Path = ROOT, *, is_final: bool) -> Iterator[Shell]:
    """Give a shell for the project at `root`, whose own modules are imported once if it `is_final`."""
    modules = (*LIBRARIES, *OWN) if is_final else LIBRARIES
    command = [sys.executable, os.fspath(SERVER), *modules]
    variables = environment({"PYTHONPATH": os.fspath(root) if is_final else "", "PYTHONSAFEPATH": "1"})
    with subprocess.Popen(
        command, cwd=root, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Shell(root, process)


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
