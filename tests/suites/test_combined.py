"""Runs that share a project: neither changes what the other finds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress
from tests.forkserver import running_mock
from tests.suites.sessions import Ended, directories_on, run

SELECTED = ("-n", "3", "-k", "test_filters or test_pages or test_access or test_guide")
"""What looks at lists, where others would be seen, and one whole scenario."""


@pytest.fixture(scope="module")
def real() -> Iterator[MockAddress]:
    """A service as one meets them: it takes its time, and turns requests away when there are many."""
    with running_mock("--latency=0.03", "--pace=0.2", "--variation=rate-limit-occasional") as address:
        yield address


def test_two_runs_at_once_find_what_one_finds(real: MockAddress, tmp_path: Path) -> None:
    def conformance(name: str) -> Ended:
        keys = {"LLAMA_CLOUD_API_KEY": real.api_key, "LLAMA_CLOUD_OTHER_API_KEY": real.other_api_key}
        return run(tmp_path / name, f"--target={real.base_url}", *SELECTED, **keys)

    alone = conformance("alone")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(conformance, ("one", "other"))
    assert alone.code == one.code == other.code == 0, one.output + other.output
    assert alone.verdicts == one.verdicts == other.verdicts
    assert "pass" in alone.verdicts.values()
    assert alone.report["errors"] == one.report["errors"] == other.report["errors"] == []
    assert directories_on(real) == []
