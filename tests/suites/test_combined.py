"""Runs that share a project: neither changes what the other finds."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress, running_mock
from tests.local import local_client
from tests.suites.sessions import SCENARIOS, Ended, directories_on, run

SELECTED = (
    *(f"{SCENARIOS}/test_{name}.py" for name in ("filters", "pages", "access", "guide")),
    *("-n", "2", "-k", "not a_stranger", "--poll-interval=0.2"),
)
"""What looks at lists, where others would be seen, and one whole scenario."""


@pytest.fixture(scope="module")
def real() -> Iterator[MockAddress]:
    """A service as one meets them: it takes its time, and turns requests away when there are many."""
    with running_mock("--latency=0.01", "--pace=0.2", "--variation=rate-limit-occasional") as address:
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


BREATH = 0.01
"""Seconds between two moves of the clock."""
LEAP = 4.0
"""Seconds of a clock: less than a scripted batch stays in a status, and more than a list may lag."""


def test_a_clock_that_somebody_else_moves_accuses_nobody(tmp_path: Path) -> None:
    """As another worker does, between any two requests."""
    ended = threading.Event()
    with running_mock("--clock", "virtual", "--control") as mock:

        def move() -> None:
            with local_client() as client:
                while not ended.wait(BREATH):
                    client.post(f"{mock.control_url}/clock/advance", json={"seconds": LEAP}).raise_for_status()

        with ThreadPoolExecutor(1) as pool:
            moved = pool.submit(move)
            try:
                run_ended = run(
                    tmp_path,
                    *(f"--target={mock.base_url}", f"--control-url={mock.control_url}", "-n0"),
                    *("--settle-timeout=1", "--poll-interval=0.5", f"{SCENARIOS}/test_lists.py", "-k", "COMPLETED"),
                    LLAMA_CLOUD_API_KEY=mock.api_key,
                )
            finally:
                ended.set()
            moved.result()
    assert run_ended.code in (0, 6), run_ended.output
    assert "fail" not in run_ended.verdicts.values()
