"""Whole conformance runs, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fixtures.embedded import MockAddress
from fixtures.exchange import TOO_MANY
from fixtures.state_folder import STATE_DIR
from tests.local import local_client

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 300
"""Seconds after which a run is given up."""
KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", STATE_DIR)
SCENARIOS = "suites/scenarios"
GUIDE = f"{SCENARIOS}/test_guide.py"
ONE = "test_an_unknown_job_type_is_refused"
ONE_TEST = (f"{SCENARIOS}/test_create.py", "-k", ONE)
SOON_WAITING = (f"{SCENARIOS}/test_create.py", GUIDE, "-k", f"{ONE} or test_guide")
"""Some tests that end, and then one that waits for a batch."""
DIRECTORIES = "/api/v1/beta/directories"
TRIES = 3
"""How often a mock that refuses some requests is tried."""


@dataclass(frozen=True)
class Ended:
    """A run that has ended: its exit code, all that it printed, and where its report is."""

    code: int
    output: str
    directory: Path

    @cached_property
    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.directory / "report.json").read_text("utf-8"))
        return loaded

    @cached_property
    def verdicts(self) -> dict[str, str]:
        return {each["id"]: each["verdict"] for each in self.report["requirements"]}

    @property
    def not_exercised(self) -> dict[str, str]:
        return {
            each["id"]: each["reason"] for each in self.report["requirements"] if each["verdict"] == "not-exercised"
        }

    @property
    def everything_written(self) -> str:
        files = [path for path in self.directory.rglob("*") if path.is_file()]
        return "\n".join([self.output, *(path.read_text("utf-8") for path in files)])


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What a run needs of this process's environment, and what is given to it."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "COLUMNS": "100", **given}


def command(directory: Path, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--report-dir={directory}", *arguments]


def started(words: Sequence[str], **given: str) -> "subprocess.Popen[str]":
    """Start a program from the root of the project, in a session of its own; `given` are environment variables."""
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment(given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )


def completed(directory: Path, words: Sequence[str], **given: str) -> Ended:
    """Let a program come to its end whose report goes to a directory."""
    with started(words, **given) as process:
        try:
            output, _ = process.communicate(timeout=TIME_LIMIT)
        finally:
            process.kill()
    return Ended(process.returncode, output, directory)


def run(directory: Path, *arguments: str, **given: str) -> Ended:
    """Run pytest from the root of the project; `given` are environment variables."""
    return completed(directory, command(directory, arguments), **given)


def directories_on(mock: MockAddress) -> list[str]:
    """The names of the directories that the main project has on a mock."""
    with local_client(base_url=mock.base_url, headers={"Authorization": f"Bearer {mock.api_key}"}) as client:
        for _ in range(TRIES):
            response = client.get(DIRECTORIES)
            if response.status_code != TOO_MANY:
                break
    return [item["name"] for item in response.raise_for_status().json()["items"]]
