"""No situation of the mock lets a run accuse it: what a run cannot know then makes it inconclusive."""

from pathlib import Path

import pytest

from reports.exit_codes import CONFORMANT, INCONCLUSIVE
from tests.mock.test_situations import OF_BATCHES, OF_LIMITS
from tests.suites.sessions import GUIDE, SCENARIOS, run

OF_THE_LINE = (
    "no-answer=61",
    "connection-cut=53",
    "answer-cut=41",
    "service-unavailable=7",
    "slow-answers=0.01",
    "batches-fail",
)
"""Seldom enough that something can be checked between two cuts."""
NARROWED = (
    *(GUIDE, f"{SCENARIOS}/test_pages.py", f"{SCENARIOS}/test_volume.py"),
    *("-n0", "--request-timeout=0.5", "--poll-timeout=20"),
)


@pytest.mark.parametrize("situations", [OF_BATCHES, OF_LIMITS, OF_THE_LINE], ids="+".join)
def test_a_run_accuses_nobody(situations: tuple[str, ...], tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *NARROWED, *(f"--situation={name}" for name in situations))
    assert ended.code in {CONFORMANT, INCONCLUSIVE}, ended.output
    assert "fail" not in ended.verdicts.values()
    assert "pass" in ended.verdicts.values()
