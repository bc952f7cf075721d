"""After a delete: a batch, its lists and its jobs stand when its configuration, a file or its directory is gone."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.client import Client, segment
from fixtures.configurations import Configurations
from fixtures.directories import Directories
from fixtures.exchange import Exchange
from fixtures.target import Target
from suites.differences import lacking
from suites.products import PARSE, PRODUCTS
from suites.steps import Batch, Steps, conclusive, failure_of
from suites.traffic import COMPLETED, TERMINAL, Call, call_of, file_of, reference_of, status_of
from suites.verify import Verify, observe
from suites.walks import Walks

CLEARLY = 0.5
"""Seconds beyond the settle timeout, so that whoever judges a recording sees by its times that it is over."""
OUTLIVES, RESOLVES = "results-outlive-deletions", PRODUCTS[PARSE].resolves


class Remains:
    """What has to stand of a completed batch; `jobs` are those that were found, by their files.

    What does not stand is noted, and the test goes on; it fails at its end. A server error is the matter of an oracle,
    and is judged as nothing else here, except that of a job.
    """

    def __init__(
        self, batch: Batch, jobs: dict[str, str], batches: Batches, client: Client, walks: Walks, verify: Verify
    ) -> None:
        self._batch = batch
        self._jobs = jobs
        self._batches = batches
        self._client = client
        self._walks = walks
        self._verify = verify

    def can_be_read(self, requirement: str, case: str) -> None:
        """Verify that gets, plain and expanded, still succeed."""
        for expand in ((), ("results",)):
            call = call_of(self._batches.get(self._batch["id"], expand=expand))
            conclusive(call.exchange)
            if not _is_broken(call):
                self._note(
                    requirement,
                    call.succeeded,
                    check="request-is-accepted",
                    kind=failure_of(call.exchange),
                    expected="a 2xx",
                    actual=call.exchange.status,
                    exchanges=[call.exchange],
                    case=case,
                )

    def is_listed(self, requirement: str, case: str, **filters: str) -> None:
        """Verify that a list that has to hold the batch does so."""
        walk = self._walks.listed({self._batch["id"]}, **filters)
        if not any(map(_is_broken, walk.pages)):
            self._note(
                requirement,
                self._batch["id"] in walk.ids,
                check="created-batch-is-listed",
                kind="missing",
                expected=[self._batch["id"]],
                actual=walk.ids,
                difference=lacking([self._batch["id"]], walk.ids),
                exchanges=walk.exchanges,
                case=f"{case}, {filters}",
            )

    def has_its_jobs(self, requirement_of: Callable[[str], str], case: str) -> None:
        """Verify that the jobs are still found; what that is promised by may depend on the file."""
        for file_id, job_id in self._jobs.items():
            exchange = job_look_up(self._client, job_id)
            conclusive(exchange)
            self._note(
                RESOLVES if (exchange.status or 0) >= 500 else requirement_of(file_id),
                is_success(exchange),
                check="job-resolves",
                kind=failure_of(exchange) if (exchange.status or 0) >= 500 else "missing",
                expected=job_id,
                actual=exchange.status,
                difference=f"the job {job_id}, which was found before, is not found",
                exchanges=[exchange],
                case=case,
            )

    def _note(self, requirement: str, holds: bool, **details: Any) -> None:
        self._verify.record(observe(requirement, holds, **details))


def _is_broken(call: Call) -> bool:
    return call.exchange.status is not None and call.exchange.status >= 500


def job_look_up(client: Client, job_id: str) -> Exchange:
    """Return a get of a parse job."""
    return client.send("GET", f"{PRODUCTS[PARSE].jobs_path}/{segment(job_id)}")


def is_success(exchange: Exchange) -> bool:
    """Whether an answer is a 2xx."""
    return exchange.response is not None and exchange.response.is_success


@pytest.mark.requirement(
    "no-server-error",
    "results-are-stable",
    "config-never-changes",
    "source-directory-never-changes",
    "terminal-status-is-final",
    "get-returns-requested-batch",
    "list-shows-created-batch",
    "parse-jobs-resolve",
    "results-name-only-source-files",
    "create-refuses-unknown-configuration",
    "create-refuses-unknown-directory",
    OUTLIVES,
)
def test_a_batch_stands_when_what_it_was_made_of_is_deleted(
    steps: Steps,
    directories: Directories,
    configurations: Configurations,
    client: Client,
    walks: Walks,
    target: Target,
    verify: Verify,
) -> None:
    """First the configuration, then a file, then the directory: each time the batch shows what it has shown before.

    A batch that is created after the file has gone leaves it out.

    Nothing says what becomes of a batch when a file of it or its directory goes, so that it may go as well; it never
    breaks the service.
    """
    saved = configurations.save(PARSE, "to be deleted")
    directory = directories.holding(2, "to be deleted")
    batch = steps.completed(directory, configuration_id=saved)
    references = {file_of(entry): reference_of(entry) for entry in steps.results(batch)}
    jobs = {file_id: reference[1] for file_id, reference in references.items() if file_id and reference}
    found = {
        file_id: job_id
        for file_id, job_id in jobs.items()
        if is_success(target.eventually(partial(job_look_up, client, job_id), is_success))
    }
    remains = Remains(batch, found, steps.batches, client, walks, verify)

    if configurations.delete(saved):
        case = "its configuration was deleted"
        remains.can_be_read("get-returns-requested-batch", case)
        remains.is_listed("list-shows-created-batch", case)
        remains.is_listed("list-shows-created-batch", case, source_directory_id=directory.id, status=COMPLETED)
        remains.has_its_jobs(lambda _: RESOLVES, case)
        create = partial(steps.batches.create, directory.id, PARSE, saved)
        _is_of_no_use("create-refuses-unknown-configuration", create, "a configuration that was deleted", steps)

    gone = directory.file_ids[0]
    if directories.delete_file(directory, gone):
        case = "a file of it was deleted"
        remains.can_be_read(OUTLIVES, case)
        remains.is_listed(OUTLIVES, case, source_directory_id=directory.id)
        remains.has_its_jobs(lambda file_id: OUTLIVES if file_id == gone else RESOLVES, case)
        target.wait(target.settle_timeout + CLEARLY, "a deletion may take a moment")
        _is_left_out(gone, steps.finish(steps.create(directory)), steps)

    unfinished = steps.create(directory)
    remains.can_be_read(OUTLIVES, "a file of it was deleted, and its directory processed by another configuration")
    if not directories.delete(directory):
        pytest.skip("needs a directory that can be deleted")
    case = "its directory was deleted"
    remains.can_be_read(OUTLIVES, case)
    remains.is_listed(OUTLIVES, case)
    steps.batches.list(source_directory_id=directory.id)
    remains.has_its_jobs(lambda _: OUTLIVES, case)
    for _ in target.pauses(target.settle_timeout):
        steps.batches.list(source_directory_id=directory.id)
        steps.batches.get(unfinished["id"], expand=["results"])
        if status_of(call_of(steps.batches.get(unfinished["id"])).answer) in (None, *TERMINAL):
            break
    remains.can_be_read(OUTLIVES, f"{case}, some time ago")
    remains.is_listed(OUTLIVES, f"{case}, some time ago")
    create = partial(steps.batches.create, directory.id, PARSE, steps.configuration_id(PARSE))
    _is_of_no_use("create-refuses-unknown-directory", create, "a directory that was deleted", steps)


def _is_left_out(gone: str, batch: Batch, steps: Steps) -> None:
    """Verify that a file that was deleted before the create has no entry in the results."""
    if batch["status"] != COMPLETED:
        return
    named = [file_of(entry) for entry in steps.results(batch)]
    steps.verify(
        "results-name-only-source-files",
        gone not in named,
        check="entries-are-of-the-directory",
        kind="unexpected",
        expected=[file_id for file_id in named if file_id != gone],
        actual=named,
        difference=f"{gone} was deleted before the batch {batch['id']} was created",
        exchanges=[steps.read(batch["id"], expand=["results"])] if gone in named else [],
        case="a file was deleted from the directory",
    )


def _is_of_no_use(requirement: str, create: Callable[[], Exchange], case: str, steps: Steps) -> None:
    """Verify that a create is refused, or makes a batch in vain, if not as soon as what it names was deleted."""
    exchange = create()
    if call_of(exchange).succeeded:
        steps.target.wait(steps.target.settle_timeout, "a deletion may take a moment")
        exchange = create()
    steps.refused_or_fruitless(requirement, exchange, case)
