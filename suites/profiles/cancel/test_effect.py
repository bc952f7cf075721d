"""A cancel that is accepted stops something: a race with the end may be lost once, and not time after time."""

from collections.abc import Sequence

import pytest

from fixtures.client import Client
from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from suites.products import JOB_TYPES
from suites.profiles.cancel.following import CancelEnd, Following
from suites.profiles.cancel.listing import is_listed_as_cancelled
from suites.profiles.cancel.stopping import CANCELLED, Stopping
from suites.steps import Steps
from suites.traffic import COMPLETED
from suites.verify import Verify
from suites.walks import Walks

BATCHES_TO_STOP = 3
"""Batches none of which is stopped though its cancel was accepted and work was left, before it is no accident."""


@pytest.mark.requirement(
    "cancel-ends-in-cancelled",
    "cancelled-batch-is-listed-as-cancelled",
    "list-agrees-with-get",
    "cancel-refused-in-terminal-status",
    "cancel-returns-requested-batch",
)
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_an_accepted_cancel_stops_a_batch(
    job_type: JobType,
    stopping: Stopping,
    directories: Directories,
    steps: Steps,
    client: Client,
    walks: Walks,
    verify: Verify,
) -> None:
    """One of a few batches, of whichever product, ends CANCELLED, is listed as that, and is beyond a further cancel."""
    directory = directories.holding(1, "cancel for good")
    ends: list[CancelEnd] = []
    while len(ends) < BATCHES_TO_STOP and CANCELLED not in {end.status for end in ends}:
        ends.append(_end_of_another(directory, job_type, stopping, Following(steps, client, job_type)))
    is_stopped = ends[-1].status == CANCELLED
    if not is_stopped and not _is_no_accident(ends, directory, job_type, steps):
        pytest.skip(f"needs a batch that is stopped before its work is over, and they are {_described(ends)}")
    verify(
        "cancel-ends-in-cancelled",
        is_stopped,
        check="cancel-ends-the-batch",
        kind="not-matching",
        expected=CANCELLED,
        actual=[end.status for end in ends],
        difference=f"all cancels of {len(ends)} batches were accepted in time, and they became {_described(ends)}",
        exchanges=[exchange for end in ends for exchange in (end.accepted, end.shown)],
        case=job_type,
    )
    batch = ends[-1].batch
    is_listed_as_cancelled(batch, steps, walks, verify)
    steps.batches.cancel(batch["id"])
    steps.get(batch["id"])


def _end_of_another(directory: Directory, job_type: JobType, stopping: Stopping, following: Following) -> CancelEnd:
    """Return the end of a further batch whose cancel was accepted."""
    began = stopping.steps.target.now
    attempt = stopping.attempt(directory, job_type=job_type)
    accepted = stopping.accepted(attempt)
    return following.to_its_end(attempt, accepted, stopping.steps.target.now - began)


def _is_no_accident(ends: Sequence[CancelEnd], directory: Directory, job_type: JobType, steps: Steps) -> bool:
    """Whether each batch had work left, or has failed where one that nobody cancels completes."""
    others = [end for end in ends if not end.had_work_left]
    if any(end.status == COMPLETED for end in others):
        return False
    return not others or steps.finish(steps.create(directory, job_type))["status"] == COMPLETED


def _described(ends: Sequence[CancelEnd]) -> str:
    return ", ".join(f"{end.status} {end.remaining:.1f} s after its cancel" for end in ends)
