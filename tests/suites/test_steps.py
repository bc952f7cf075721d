"""Steps that wait: a batch that is not found yet."""

from typing import Any, cast

import pytest

from suites.steps import Steps
from suites.verify import Verify
from tests.fixtures.targets import FakeControl, target_at
from tests.oracles.history import batch
from tests.oracles.timeline import BATCHES, exchange

SETTLE = 30.0


class Lagging:
    """Gets that find nothing for so many seconds of the target, and then a batch."""

    def __init__(self, clock: FakeControl, seconds: float, status: int = 404, unknown: int | None = None) -> None:
        self.clock, self.seconds, self.status, self.asked = clock, seconds, status, 0
        self.unknown = unknown or status

    def get(self, batch_id: str, **_: Any) -> Any:
        if batch_id != "bat-1":
            return exchange("GET", f"{BATCHES}/{batch_id}", self.unknown, {"detail": "no"}, sent=0, received=0)
        self.asked += 1
        is_there = self.clock.advanced >= self.seconds
        answer = batch(batch_id, "dir-1") if is_there else {"detail": "no"}
        return exchange("GET", f"{BATCHES}/{batch_id}", 200 if is_there else self.status, answer, sent=0, received=0)


def steps_over(lagging: Lagging) -> Steps:
    target = target_at("http://127.0.0.1:1", lagging.clock, settle_timeout=SETTLE)
    nothing = cast(Any, None)
    return Steps(target, cast(Any, lagging), Verify(), nothing, nothing, nothing, nothing)


def test_a_batch_that_is_not_found_yet_is_waited_for() -> None:
    lagging = Lagging(FakeControl(), 2.0)
    assert steps_over(lagging).get("bat-1")["id"] == "bat-1"
    assert 2.0 <= lagging.clock.advanced < SETTLE


def test_one_that_is_never_found_is_waited_for_once() -> None:
    lagging = Lagging(FakeControl(), 10 * SETTLE)
    steps = steps_over(lagging)
    assert steps.read("bat-1").status == 404
    assert lagging.clock.advanced == SETTLE
    asked = lagging.asked
    assert steps.read("bat-1").status == 404
    assert (lagging.clock.advanced, lagging.asked) == (SETTLE, asked + 1)


@pytest.mark.parametrize("status", [400, 403, 410, 422])
def test_which_refusal_says_that_it_is_not_found_yet_is_left_open(status: int) -> None:
    lagging = Lagging(FakeControl(), 2.0, status)
    assert steps_over(lagging).read("bat-1", expand=["results"]).status == 200
    assert 2.0 <= lagging.clock.advanced < SETTLE


@pytest.mark.parametrize("status", [400, 409])
def test_a_refusal_unlike_that_of_an_unknown_batch_is_not_waited_for(status: int) -> None:
    lagging = Lagging(FakeControl(), 2.0, status, unknown=404)
    assert steps_over(lagging).read("bat-1", expand=["results"]).status == status
    assert lagging.clock.advanced == 0
