"""Programs of the examples, each with the newest released client of its language."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.errors import ClientFailed
from suites.clients.environments import NoRuntime, prepare
from suites.clients.table import Registry, load
from tests.offline import skip_if_offline

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TIME_LIMIT = 120
PAUSE = 0.05
ENDINGS: dict[Registry, str] = {"pypi": "py", "npm": "mjs"}


@dataclass(frozen=True)
class Language:
    """Where the newest client of a language is installed, and the words that start a program with it."""

    registry: Registry
    folder: Path
    starter: str

    def start(self, example: str, *words: str, variables: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start an example, copied to where Node finds the client, with these variables and little else."""
        program = self.folder / f"{example}.{ENDINGS[self.registry]}"
        shutil.copy(EXAMPLES / program.name, program)
        return subprocess.Popen(
            [self.starter, str(program), *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


def ended(program: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Return the exit code of a program once it has ended, and what it printed on both streams."""
    with program:
        output, errors = program.communicate(timeout=TIME_LIMIT)
    return program.returncode, output, errors


def language(registry: Registry, folder: Path) -> Language:
    """Return the newest client of a registry, ready to be used in a folder."""
    newest = [client for client in load() if client.registry == registry][-1]
    try:
        environment = prepare(newest)
    except NoRuntime as error:
        pytest.skip(str(error))
    except ClientFailed as error:
        skip_if_offline(str(error))
        raise
    if registry == "npm":
        (folder / "node_modules").symlink_to(environment.folder / "node_modules")
    return Language(registry, folder, environment.command[0])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until something is so."""
    end = time.monotonic() + TIME_LIMIT
    while not is_so():
        assert time.monotonic() < end, "it has never been so"
        time.sleep(PAUSE)
