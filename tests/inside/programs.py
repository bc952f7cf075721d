"""Programs of the examples, each with the newest released client of its language."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.errors import ClientFailed
from suites.clients.environments import NoRuntime, prepare
from suites.clients.table import Registry, load

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TIME_LIMIT = 60
ENDINGS: dict[Registry, str] = {"pypi": "py", "npm": "mjs"}


@dataclass(frozen=True)
class Language:
    """Where the newest client of a language is installed, and the words that start a program with it."""

    registry: Registry
    folder: Path
    starter: str

    def run(self, example: str, *words: str, variables: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run an example, copied to where Node finds the client, with these variables and little else."""
        program = self.folder / f"{example}.{ENDINGS[self.registry]}"
        shutil.copy(EXAMPLES / program.name, program)
        return subprocess.run(
            [self.starter, str(program), *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            check=False,
        )


def language(registry: Registry, folder: Path) -> Language:
    """Return the newest client of a registry, ready to be used in a folder."""
    newest = [client for client in load() if client.registry == registry][-1]
    try:
        environment = prepare(newest)
    except (ClientFailed, NoRuntime) as error:
        pytest.skip(str(error))
    if registry == "npm":
        (folder / "node_modules").symlink_to(environment.folder / "node_modules")
    return Language(registry, folder, environment.command[0])
