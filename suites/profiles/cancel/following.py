"""Follows a batch whose cancel was accepted, and tells a race that was lost from a cancel that stops nothing."""

from dataclasses import dataclass

from fixtures.client import Client
from fixtures.configurations import JobType
from fixtures.errors import Unanswered
from fixtures.exchange import Exchange
from suites.profiles.cancel.jobs import look_up, status_of_job
from suites.profiles.cancel.stopping import CANCELLED, Attempt
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, TERMINAL, entries, reference_of

READS_WITH_WORK_LEFT = 2
"""Reads, each after a pause, that all show work which is left: by then a cancel has come in time."""
OVER = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
"""Statuses of a job that does nothing any more."""


@dataclass(frozen=True)
class CancelEnd:
    """How a batch ended whose cancel was accepted.

    `age` is for how many seconds it had existed by then, `remaining` for how many more it was seen with work left, and
    `reads` how many reads after a pause have shown that. `is_cut` says that it has files which were not processed.
    """

    batch: Batch
    accepted: Exchange
    shown: Exchange
    age: float
    remaining: float
    reads: int
    is_cut: bool

    @property
    def status(self) -> str:
        """The terminal status."""
        return str(self.batch["status"])

    @property
    def had_work_left(self) -> bool:
        """Whether most of the work was clearly done after the cancel, or some of it never."""
        is_late = self.reads >= READS_WITH_WORK_LEFT and self.remaining > self.age
        return is_late or (self.status == COMPLETED and self.is_cut)


class Following:
    """Follows batches of one job type from their cancel to their end."""

    def __init__(self, steps: Steps, client: Client, job_type: JobType) -> None:
        self._steps = steps
        self._client = client
        self._job_type = job_type

    def to_its_end(self, attempt: Attempt, accepted: Exchange, age: float) -> CancelEnd:
        """Return how a batch ends. Raises `Unanswered` when that takes longer than the user waits."""
        target, batch_id = self._steps.target, attempt.batch["id"]
        began, remaining, reads = target.now, 0.0, 0
        for waited in target.pauses(target.poll_timeout, f"batch {batch_id} is to be stopped"):
            exchange = self._steps.batches.get(batch_id, expand=["results"])
            batch = self._steps.accepted(exchange, "expanded-read-succeeds-in-any-status")
            if batch.get("status") in TERMINAL:
                is_cut = batch["status"] == COMPLETED and self._is_cut(batch)
                return CancelEnd(batch, accepted, exchange, age, remaining, reads, is_cut)
            if waited and self._has_work_left(batch):
                remaining, reads = target.now - began, reads + 1
        raise Unanswered(
            f"batch {batch_id} is still {batch.get('status')} {target.poll_timeout:g} s after its cancel; "
            "a longer --poll-timeout waits for it"
        )

    def _has_work_left(self, batch: Batch) -> bool:
        """Whether not every file of a batch is known to be finished; most services show none while it is under way."""
        results = entries(batch)
        return not results or not all(self._is_finished(entry) for entry in results)

    def _is_finished(self, entry: Batch) -> bool:
        return bool(entry.get("error_message")) or self._status_of_job(entry) in OVER

    def _is_cut(self, batch: Batch) -> bool:
        """Whether a completed batch has a job that was cancelled."""
        return any(self._status_of_job(entry) == CANCELLED for entry in entries(batch) or ())

    def _status_of_job(self, entry: Batch) -> object:
        reference = reference_of(entry)
        return status_of_job(look_up(self._client, self._job_type, reference[1]), self._job_type) if reference else None
