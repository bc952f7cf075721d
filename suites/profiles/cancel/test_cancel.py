"""A batch that is under way is cancelled: what it answers, where it ends, and what it leaves."""

from functools import partial
from typing import Any

import pytest

from fixtures.client import Client, segment
from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from fixtures.exchange import Exchange
from fixtures.target import Target
from spec.requirements import capabilities
from suites.products import EXTRACT, JOB_TYPES, PARSE, PRODUCTS
from suites.profiles.cancel.stopping import BATCHES_TO_CATCH, BATCHES_TO_SEE, CANCELLED, RUNNING, Attempt, Stopping
from suites.steps import Batch, Steps, conclusive
from suites.traffic import TERMINAL, call_of, entries, file_of, reference_of
from suites.verify import Verify
from suites.walks import Walks

FILES = 2
DONE_AFTER = 1.0
"""Seconds of work that a scripted file takes when it is to be finished before the cancel."""
WAITED = 3.0
"""Seconds after which it surely is."""
BY_CHANCE = (RUNNING, EXTRACT)
"""The one case of its kind that is tried where a batch goes its own way; the first batch was for parsing."""
UNFINISHED = frozenset({"FAILED", CANCELLED})
"""Statuses in which no job is that had finished well."""


@pytest.mark.requirement(
    "cancel-accepts-running-batch",
    "cancel-answers-with-batch",
    "cancel-returns-requested-batch",
    "cancel-never-carries-results",
    "cancel-ends-in-cancelled",
    "cancelled-batch-is-listed-as-cancelled",
    "cancel-refused-in-terminal-status",
)
def test_a_batch_is_cancelled_and_stays_so(stopping: Stopping, steps: Steps, walks: Walks, verify: Verify) -> None:
    """The first cancel is accepted and may be sent again; the batch ends, is listed as CANCELLED, and stays so."""
    accepted = stopping.accepted(stopping.first)
    batch = stopping.first.batch
    steps.batches.cancel(batch["id"])
    stopping.cancelled(batch, accepted)
    _is_listed(batch, walks, steps.target, verify)
    steps.batches.cancel(batch["id"])
    steps.expanded(batch["id"])
    steps.batches.cancel(batch["id"])
    steps.get(batch["id"])


def _is_listed(batch: Batch, walks: Walks, target: Target, verify: Verify) -> None:
    within = {"source_directory_id": batch["source_directory_id"]}
    walk = walks.listed({batch["id"]}, status=CANCELLED, **within)
    verify(
        "cancelled-batch-is-listed-as-cancelled",
        batch["id"] in walk.ids,
        check="list-items-match-filters",
        kind="missing",
        expected=[batch["id"]],
        actual=walk.ids,
        difference=f"{batch['id']} is not among the {CANCELLED}",
        exchanges=walk.exchanges,
    )
    for status in sorted({str(batch.get("status")), RUNNING}):
        walk = target.eventually(partial(walks.all, status=status, **within), lambda walk: batch["id"] not in walk.ids)
        verify(
            "cancelled-batch-is-listed-as-cancelled",
            batch["id"] not in walk.ids,
            check="list-items-match-filters",
            kind="unexpected",
            expected=[],
            actual=walk.ids,
            difference=f"{batch['id']}, which is {CANCELLED}, is among the {status}",
            exchanges=walk.exchanges,
        )


@pytest.mark.requirement("cancel-accepts-running-batch", "cancel-never-carries-results", "cancel-ends-in-cancelled")
@pytest.mark.parametrize("job_type", JOB_TYPES)
@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", RUNNING])
def test_a_batch_that_is_accepted_for_cancelling_ends_cancelled(
    status: str, job_type: JobType, stopping: Stopping, directories: Directories
) -> None:
    """From whichever status, and of whichever product; before it is RUNNING, a batch may refuse."""
    if not stopping.is_controlled and (status, job_type) != BY_CHANCE:
        pytest.skip(f"needs {capabilities()['control']}")
    batch = stopping.begin(directories.holding(1, "cancel early"), status, job_type=job_type)
    attempt = stopping.ask(batch if stopping.is_controlled else stopping.seen_running(batch))
    stopping.cancelled(attempt.batch, stopping.accepted(attempt))


@pytest.mark.requirement("cancel-keeps-finished-results", "cancel-ends-in-cancelled")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_finished_file_keeps_its_results(
    job_type: JobType, stopping: Stopping, directories: Directories, steps: Steps, client: Client, verify: Verify
) -> None:
    """What is finished when the cancel is sent has an entry afterwards, with a job that was not stopped."""
    directory = directories.holding(FILES, "cancel late")
    batch, finished = (_controlled if stopping.is_controlled else _watched)(
        directory, job_type, stopping, steps, client
    )
    accepted = stopping.accepted(stopping.ask(batch))
    stopping.cancelled(batch, accepted)
    for file_id, known in finished.items():
        exchange, job_id = steps.target.eventually(partial(_job_of, file_id, batch, steps), _has_job)
        verify(
            "cancel-keeps-finished-results",
            job_id is not None and known in (None, job_id),
            check="finished-file-keeps-entry",
            kind="missing",
            expected={"file_id": file_id, "job": known},
            actual=call_of(exchange).batches[0].get("results"),
            difference=f"no job for {file_id}, which was finished before the cancel",
            exchanges=[accepted, exchange],
            case=f"batch {batch['id']}, {job_type}",
        )
        look_up = steps.target.eventually(partial(_look_up, client, job_type, str(job_id)), _is_success)
        conclusive(look_up)
        if look_up.response is not None and look_up.response.status >= 500:
            pytest.skip(f"the product's endpoint is broken: {look_up}")
        verify(
            "cancel-keeps-finished-results",
            _is_success(look_up) and _status_of_job(look_up, job_type) not in UNFINISHED,
            check="finished-job-is-not-stopped",
            kind="not-matching",
            expected="COMPLETED",
            actual=_status_of_job(look_up, job_type) or look_up.status,
            difference=f"the job {job_id} was finished before the cancel",
            exchanges=[accepted, look_up],
            case=f"batch {batch['id']}, {job_type}",
        )


Finished = dict[str, str | None]
"""Files that are finished, each with the id of its job where that is known."""


def _controlled(
    directory: Directory, job_type: JobType, stopping: Stopping, steps: Steps, _: Client
) -> tuple[Batch, Finished]:
    """Return a batch whose first file is finished by its script, and the second is not."""
    first = directory.file_ids[0]
    files: dict[str, dict[str, str | float]] = {
        first: {"outcome": "job", "job_status": "COMPLETED", "seconds": DONE_AFTER}
    }
    batch = stopping.begin(directory, files=files, job_type=job_type)
    if stopping.script["files"][first].get("seconds") != DONE_AFTER:
        pytest.skip("needs a control protocol that can say when a file is finished")
    steps.target.wait(WAITED)
    return batch, {first: None}


def _watched(
    directory: Directory, job_type: JobType, stopping: Stopping, steps: Steps, client: Client
) -> tuple[Batch, Finished]:
    """Return a batch that shows a finished file while it is under way. Skips when it ends before."""
    if job_type != PARSE:
        pytest.skip(f"needs {capabilities()['control']}; what depends on chance is checked with parse batches alone")
    batch = stopping.begin(directory, job_type=job_type)
    for _ in steps.target.pauses(steps.target.poll_timeout, f"batch {batch['id']} is to show a finished file"):
        batch = steps.expanded(batch["id"])
        if batch.get("status") in TERMINAL:
            break
        finished: Finished = {}
        for entry in entries(batch) or []:
            file_id, reference = file_of(entry), reference_of(entry)
            if file_id and reference and _is_finished(_look_up(client, job_type, reference[1]), job_type):
                finished[file_id] = reference[1]
        if finished:
            return batch, finished
    pytest.skip("needs a batch that shows a finished file while it is under way, or " + capabilities()["control"])


def _job_of(file_id: str, batch: Batch, steps: Steps) -> tuple[Exchange, str | None]:
    """Return the expanded read of a batch, and the job that it shows for a file."""
    exchange = steps.batches.get(batch["id"], expand=["results"])
    shown = entries(steps.accepted(exchange, "expanded-read-succeeds-in-any-status")) or []
    jobs = {file_of(entry): reference_of(entry) for entry in shown}
    reference = jobs.get(file_id)
    return exchange, reference and reference[1]


def _has_job(found: tuple[Exchange, str | None]) -> bool:
    return found[1] is not None


def _look_up(client: Client, job_type: JobType, job_id: str) -> Exchange:
    return client.send("GET", f"{PRODUCTS[job_type].jobs_path}/{segment(job_id)}")


def _is_success(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.is_success


def _is_finished(exchange: Exchange, job_type: JobType) -> bool:
    return bool(_status_of_job(exchange, job_type) == "COMPLETED")


def _status_of_job(exchange: Exchange, job_type: JobType) -> Any:
    """Return the status of the job in an answer, `None` where there is none."""
    try:
        body = exchange.response.json if exchange.response else {}
        return (body["job"] if job_type == PARSE else body)["status"]
    except (ValueError, KeyError, TypeError):
        return None


@pytest.mark.requirement("cancel-affects-only-its-batch")
def test_the_other_batch_goes_on(stopping: Stopping, directories: Directories, verify: Verify) -> None:
    """Of two batches over one directory one is cancelled, and the other goes on as if nothing had happened."""
    directory = directories.holding(1, "cancel one of two")
    for _ in range(1 if stopping.is_controlled else BATCHES_TO_SEE):
        attempt, other = _with_another(directory, stopping)
        accepted = stopping.accepted(attempt)
        status = stopping.spared(other).get("status")
        if status != CANCELLED:
            break
    verify(
        "cancel-affects-only-its-batch",
        status != CANCELLED,
        check="batch-goes-on",
        kind="not-matching",
        expected=f"any status but {CANCELLED}",
        actual=status,
        difference=f"{other['id']} is {status}, and the cancel was one of {attempt.batch['id']}",
        exchanges=[accepted],
    )


def _with_another(directory: Directory, stopping: Stopping) -> tuple[Attempt, Batch]:
    """Return an attempt at one batch when there is another, which was created after it."""
    for _ in range(BATCHES_TO_CATCH):
        batch, other = stopping.begin(directory), stopping.begin(directory)
        attempt = stopping.ask(batch)
        if attempt.accepted or attempt.refused:
            break
    return attempt, other


@pytest.mark.requirement("cancel-accepts-own-project")
def test_the_own_project_may_be_named(stopping: Stopping, directories: Directories) -> None:
    """A cancel with the project_id of the batch is accepted like one without."""
    project_id = stopping.first.batch.get("project_id")
    if not isinstance(project_id, str):
        pytest.skip("the batch does not show its project")
    params = [("project_id", project_id)]
    attempt = stopping.attempt(directories.holding(1, "cancel in project"), params=params)
    stopping.accepted(attempt, "cancel-accepts-own-project")


@pytest.mark.requirement("cancel-accepts-own-organization")
def test_the_own_organization_may_be_named(stopping: Stopping, directories: Directories, target: Target) -> None:
    """A cancel with the organization_id of the key is accepted like one without."""
    if target.organization_id is None:
        pytest.skip(f"needs {capabilities()['organization']}")
    params = [("organization_id", target.organization_id)]
    attempt = stopping.attempt(directories.holding(1, "cancel in organization"), params=params)
    stopping.accepted(attempt, "cancel-accepts-own-organization")
