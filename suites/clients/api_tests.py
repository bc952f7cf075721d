"""The API tests that come with the source of the official Python client, run against the mock.

None of their text is kept: they are unpacked into a temporary folder, where they lose the mark by which they are
skipped. What they send goes through `real_ids`.
"""

import os
import re
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree

from fixtures.embedded import running_mock
from fixtures.errors import ClientFailed
from suites.clients.environments import download_source, prepare_python
from suites.clients.real_ids import with_real_ids
from suites.clients.table import API_TESTS_LOCK, Release

RESOURCES: Final = {
    "batches": "tests/api_resources/test_batches.py",
    "directories": "tests/api_resources/beta/test_directories.py",
    "files": "tests/api_resources/beta/directories/test_files.py",
    "configurations": "tests/api_resources/test_configurations.py",
    "webhook configurations": "tests/api_resources/test_webhook_configs.py",
}
"""The tests of each resource."""
SKIPPED: Final = re.compile(r"^ *@pytest\.mark\.skip\(.*\)\n", re.MULTILINE)
"""The mark of tests that are released without the server that they need."""
TEST_TIMEOUT: Final = 600.0
"""Seconds that the tests of all resources may take."""
SHOWN: Final = 3000
"""Characters of what pytest printed that are shown when tests did not run or failed."""


@dataclass(frozen=True)
class ResourceTally:
    """How many tests of a resource there are, and how many passed."""

    resource: str
    passed: int
    total: int

    def __str__(self) -> str:
        return f"{self.resource:<24}{self.passed:>4} of {self.total}"


@dataclass(frozen=True)
class ApiTestResult:
    """The tally of each resource, and what pytest printed."""

    tallies: tuple[ResourceTally, ...]
    output: str

    @property
    def passed(self) -> bool:
        """Whether every test passed, of every resource."""
        return all(tally.passed == tally.total > 0 for tally in self.tallies)

    def __str__(self) -> str:
        shown = () if self.passed else (self.output[-SHOWN:],)
        return "\n".join([*shown, *map(str, self.tallies)])


def run_released(client: Release, mock: Sequence[str] = ()) -> ApiTestResult:
    """Run the tests of a release against a mock with these arguments. Raises `ClientFailed` when they cannot be had."""
    python = prepare_python("api-tests", API_TESTS_LOCK)
    with TemporaryDirectory() as folder:
        return run_source(download_source(client, python, Path(folder)), python, RESOURCES, mock)


def run_source(source: Path, python: Path, resources: Mapping[str, str], mock: Sequence[str] = ()) -> ApiTestResult:
    """Run the tests in a source distribution with a Python that has what they need, against a mock."""
    with TemporaryDirectory() as folder:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        (root,) = Path(folder).iterdir()
        for file in resources.values():
            if not (root / file).is_file():
                raise ClientFailed(f"{source.name} has no {file}; see where its tests are now")
            text = (root / file).read_text(encoding="utf-8")
            (root / file).write_text(SKIPPED.sub("", text), encoding="utf-8")
        with (
            running_mock("--clock", "virtual", *mock) as address,
            with_real_ids(address.base_url, address.api_key) as url,
        ):
            return _run(root, python, resources, url)


def _run(root: Path, python: Path, resources: Mapping[str, str], url: str) -> ApiTestResult:
    report = root / "api-tests.xml"
    others = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_", "PYTHON", "PYTEST"))}
    given = {"TEST_API_BASE_URL": url, "PYTHONPATH": str(root / "src"), "PYTHONUTF8": "1", "NO_PROXY": "*"}
    command = [str(python), "-m", "pytest", "--override-ini=addopts=", "--tb=short", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, f"--junit-xml={report}", *resources.values()],
            cwd=root,
            env={**others, **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=TEST_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientFailed(f"the client's own tests did not end within {TEST_TIMEOUT:.0f} s") from None
    if not report.is_file():
        raise ClientFailed(f"the client's own tests did not run ({done.stdout[-SHOWN:]})")
    cases = list(ElementTree.parse(report).iter("testcase"))
    return ApiTestResult(tuple(_tally(resource, file, cases) for resource, file in resources.items()), done.stdout)


def _tally(resource: str, file: str, cases: Sequence[ElementTree.Element]) -> ResourceTally:
    module = file.removesuffix(".py").replace("/", ".") + "."
    own = [case for case in cases if f"{case.get('classname')}.".startswith(module)]
    passed = [case for case in own if not {"failure", "error", "skipped"} & {each.tag for each in case}]
    return ResourceTally(resource, len(passed), len(own))
