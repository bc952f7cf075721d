"""When a batch that ended otherwise than cancelled was clearly under way at its cancel."""

from typing import Any

import pytest

from fixtures.exchange import Exchange
from suites.profiles.cancel.following import READS_WITH_WORK_LEFT, CancelEnd
from tests.oracles.timeline import BATCHES, exchange

CANCEL: Exchange = exchange("POST", f"{BATCHES}/bat-1/cancel", 200, {}, sent=0.0, received=0.1)
LATE: dict[str, Any] = {"age": 1.0, "remaining": 2.0, "reads": READS_WITH_WORK_LEFT, "is_cut": False}


def end(status: str, **shown: Any) -> CancelEnd:
    return CancelEnd({"id": "bat-1", "status": status}, CANCEL, CANCEL, **{**LATE, **shown})


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_a_batch_that_went_on_for_longer_than_before_had_work_left(status: str) -> None:
    assert end(status).had_work_left


@pytest.mark.parametrize("shown", [{"reads": 1}, {"remaining": 0.5}, {"remaining": 0.0, "reads": 0}])
def test_a_batch_that_ended_soon_may_have_been_finished(shown: dict[str, Any]) -> None:
    assert not end("COMPLETED", **shown).had_work_left


def test_a_completed_batch_with_cancelled_jobs_had_work_left() -> None:
    assert end("COMPLETED", reads=0, is_cut=True).had_work_left
    assert not end("FAILED", reads=0, is_cut=True).had_work_left
