"""Steps of cancelling: a batch that is under way, the attempt to cancel it, and its end."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directory
from fixtures.exchange import Exchange
from suites.steps import Batch, Steps, conclusive
from suites.traffic import COMPLETED, TERMINAL, call_of

CANCELLED = "CANCELLED"
RUNNING = "RUNNING"

LONG = 600.0
"""Seconds that a scripted batch is under way unless it is cancelled."""
A_WHILE = 2.0
"""Seconds in which a cancel that should not have come into effect might, where the clock is the wall's."""
TRIES = 3
"""Refusals of a cancel while a batch is RUNNING that are no accident, where the script says so."""
BATCHES_TO_CATCH = 3
"""Batches of which one is still under way when its cancel comes, unless they are too fast for that."""
BATCHES_TO_SEE = 2
"""Batches that end CANCELLED unasked before it is no accident, where nobody says how they end."""


@dataclass(frozen=True)
class Attempt:
    """The result of an attempt to cancel a batch.

    `batch` is as the last read showed it, `accepted` is the cancel that succeeded, and `refused` holds those that were
    refused, each between two reads that showed these statuses.
    """

    batch: Batch
    accepted: Exchange | None
    refused: Sequence[tuple[str, Exchange, str]] = ()

    @property
    def refused_while_running(self) -> list[Exchange]:
        """The cancels that were refused while the batch was RUNNING before and after."""
        return [exchange for before, exchange, after in self.refused if before == after == RUNNING]

    @property
    def is_over(self) -> bool:
        """Whether there is no point in asking again."""
        return self.accepted is not None or self.batch.get("status") in TERMINAL

    def is_refused_with(self, statuses: Set[int]) -> bool:
        """Whether all cancels were answered with some of these statuses."""
        answers = {exchange.response.status for _, exchange, _ in self.refused if exchange.response}
        return self.accepted is None and bool(answers) and answers <= statuses


@dataclass
class Stopping:
    """Begins batches, cancels them and waits for their end.

    `first` is the attempt that showed what is offered, and `script` the last one that was set.
    """

    steps: Steps
    first: Attempt = field(init=False)
    script: Any = field(default=None, init=False)

    @property
    def is_controlled(self) -> bool:
        """Whether a batch follows a script, unless it is cancelled."""
        return self.steps.target.control is not None

    def begin(
        self,
        directory: Directory,
        status: str = RUNNING,
        files: Mapping[str, Mapping[str, str | float]] | None = None,
        job_type: JobType = "parse_v2",
    ) -> Batch:
        """Return a fresh batch: in that status for long where the target can be controlled, uncontrolled elsewhere."""
        if self.is_controlled:
            self.script = self.steps.set_script(directory, [(status, LONG)], COMPLETED, files)
        return self.steps.create(directory, job_type)

    def attempt(
        self,
        directory: Directory,
        status: str = RUNNING,
        job_type: JobType = "parse_v2",
        params: Sequence[tuple[str, str]] = (),
    ) -> Attempt:
        """Cancel a fresh batch, and another one where that has ended before a cancel could come."""
        for _ in range(BATCHES_TO_CATCH):
            attempt = self.ask(self.begin(directory, status, job_type=job_type), params)
            if attempt.accepted or attempt.refused:
                break
        return attempt

    def seen_running(self, batch: Batch) -> Batch:
        """Return the batch once it is seen RUNNING. Skips where it ends before that."""
        for _ in self.steps.target.pauses(self.steps.target.poll_timeout, f"batch {batch['id']} is to run"):
            batch = self.steps.get(batch["id"])
            if batch.get("status") == RUNNING:
                return batch
            if batch.get("status") in TERMINAL:
                break
        pytest.skip(f"needs a batch that is seen {RUNNING}, and {batch['id']} was {batch.get('status')} by then")

    def ask(self, batch: Batch, params: Sequence[tuple[str, str]] = ()) -> Attempt:
        """Cancel a batch as soon as that is accepted.

        It is tried until the batch has ended, or is refused for good.
        """
        attempt = Attempt(batch, None)
        for _ in self.steps.target.pauses(self.steps.target.poll_timeout, f"batch {batch['id']} is to be cancelled"):
            attempt = self._asked_once_more(attempt, params)
            if attempt.is_over or self._is_refused_for_good(attempt):
                break
        return attempt

    def _is_refused_for_good(self, attempt: Attempt) -> bool:
        """Whether a batch was refused while it was RUNNING, and not only shown so because a read lags behind."""
        refused = attempt.refused_while_running
        if self.is_controlled:
            return len(refused) >= TRIES
        return bool(refused) and refused[-1].sent - refused[0].sent >= self.steps.target.settle_timeout

    def _asked_once_more(self, attempt: Attempt, params: Sequence[tuple[str, str]]) -> Attempt:
        batch_id = attempt.batch["id"]
        before = self.steps.get(batch_id)
        if before.get("status") in TERMINAL:
            return replace(attempt, batch=before)
        exchange = self.steps.batches.cancel(batch_id, params=params)
        conclusive(exchange)
        if call_of(exchange).succeeded:
            return replace(attempt, batch=before, accepted=exchange)
        after = self.steps.get(batch_id)
        refusal = (str(before.get("status")), exchange, str(after.get("status")))
        return Attempt(after, None, (*attempt.refused, refusal))

    def accepted(self, attempt: Attempt, requirement: str = "cancel-accepts-running-batch") -> Exchange:
        """Return the accepted cancel, which `requirement` demands. Skips where that is left open."""
        refused = attempt.refused_while_running
        if attempt.accepted is None and not self._is_refused_for_good(attempt):
            pytest.skip(
                "needs a batch that is under way when its cancel comes, "
                f"and {attempt.batch['id']} was {attempt.batch.get('status')} by then"
            )
        if attempt.accepted is None and not all(call_of(exchange).refused for exchange in refused):
            pytest.skip(f"needs a cancel that is neither a failure nor refused ({refused[-1]})")
        self.steps.verify(
            requirement,
            attempt.accepted is not None,
            check="request-is-accepted",
            kind="refused",
            expected="a 2xx",
            actual=[exchange.status for exchange in refused],
            difference=f"a cancel of a batch that is {RUNNING} is refused",
            exchanges=[attempt.accepted] if attempt.accepted else refused,
        )
        assert attempt.accepted is not None
        return attempt.accepted

    def spared(self, batch: Batch) -> Batch:
        """Return a batch that nobody has cancelled, after a while or at its end, whichever can be waited for."""
        target = self.steps.target
        if not self.is_controlled:
            return self.steps.finish(self.steps.get(batch["id"]))
        target.wait(LONG if target.controls_clock else A_WHILE)
        return self.steps.get(batch["id"])

    def cancelled(self, batch: Batch, accepted: Exchange) -> Batch:
        """Return the batch when its cancel has done its work. Skips where it ended before it could be stopped.

        For a scripted one that is so when its script is over. Raises `RunError` when it takes longer than
        the user waits.
        """
        if self.is_controlled and self.steps.target.controls_clock:
            self.steps.target.wait(LONG)
            ended = self.steps.get(batch["id"])
        else:
            ended = self.steps.finish(self.steps.get(batch["id"]))
        status = ended.get("status")
        if not self.is_controlled and status in TERMINAL - {CANCELLED}:
            pytest.skip(f"needs a batch that is stopped before its work is over, and {batch['id']} is {status}")
        self.steps.verify(
            "cancel-ends-in-cancelled",
            status == CANCELLED,
            check="cancel-ends-the-batch",
            kind="not-matching",
            expected=CANCELLED,
            actual=status,
            difference=f"the cancel was accepted while there was work for {LONG:g} s, and the batch became {status}",
            exchanges=[accepted, self.steps.batches.get(batch["id"])],
            case=f"batch {batch['id']}",
        )
        return ended
