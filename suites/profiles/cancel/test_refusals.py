"""Cancels that have to be refused: of a batch that has ended, of an unknown one, and by callers who do not own it."""

from collections.abc import Sequence
from typing import Any

import pytest

from fixtures.batches import Batches
from fixtures.directories import Directories, Directory
from fixtures.projects import Projects
from fixtures.target import ANONYMOUS, MAIN, NEVER_ISSUED, OTHER, Target
from spec.requirements import capabilities
from suites.profiles.cancel.stopping import BATCHES_TO_SEE, CANCELLED, Stopping
from suites.steps import Batch, Steps
from suites.traffic import CANCEL, COMPLETED, TERMINAL, call_of, entries, file_of, reference_of
from suites.unknown import unknown_id
from suites.verify import Verify

UNRELIABLE = frozenset({"FAILED"})
"""Statuses in which results are not said to be reliable."""
LATER = 5.0
"""Seconds in which a refused cancel might come into effect, where the clock can be moved."""


@pytest.fixture(scope="module")
def ended(directories: Directories) -> Directory:
    """Return a directory of one file for the batches that have ended when their cancel comes."""
    return directories.holding(1, "cancel too late")


@pytest.fixture(scope="module")
def completed(ended: Directory, stopping: Stopping, steps: Steps) -> Batch:
    """Return a batch that is COMPLETED."""
    if stopping.is_controlled:
        steps.set_script(ended, [], COMPLETED)
    return steps.completed(ended)


@pytest.mark.requirement("cancel-refused-in-terminal-status", "refused-cancel-changes-nothing")
@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_batch_that_has_ended_cannot_be_cancelled(
    status: str, completed: Batch, ended: Directory, steps: Steps, target: Target, verify: Verify
) -> None:
    """Neither at once nor later, and it is afterwards what it was before."""
    batch = completed
    if status != COMPLETED:
        steps.set_script(ended, [], status)
        batch = steps.finish(steps.create(ended))
    jobs = _jobs(steps.results(batch) if status == COMPLETED else entries(steps.expanded(batch["id"])))
    for _ in range(2):
        exchange = steps.batches.cancel(batch["id"])
        if target.controls_clock:
            target.wait(LATER)
        shown = steps.expanded(batch["id"])
        if exchange.response is None or not exchange.response.is_refusal:
            break
        lost = {} if status in UNRELIABLE else dict(jobs.items() - _jobs(entries(shown)).items())
        verify(
            "refused-cancel-changes-nothing",
            shown.get("status") == status and not lost,
            check="batch-stays-as-it-was",
            kind="changed",
            expected={"status": status, "lost": {}},
            actual={"status": shown.get("status"), "lost": lost},
            difference=f"the batch was {status} and is {shown.get('status')}, without the jobs of {len(lost)} files",
            exchanges=[exchange, steps.read(batch["id"], expand=["results"])],
            case=status,
        )


def _jobs(results: list[dict[str, Any]] | None) -> dict[str | None, str]:
    """Return the job of each file that has one."""
    references = ((file_of(entry), reference_of(entry)) for entry in results or [])
    return {file_id: reference[1] for file_id, reference in references if reference}


@pytest.mark.requirement("cancel-refuses-unknown-batch")
def test_a_batch_that_is_not_there_cannot_be_cancelled(completed: Batch, steps: Steps, batches: Batches) -> None:
    """An id that looks right and belongs to nothing is refused."""
    for batch_id in (unknown_id(completed["id"]), "none"):
        steps.refused("cancel-refuses-unknown-batch", batches.cancel(batch_id), batch_id)


@pytest.mark.requirement("cancel-without-server-error")
def test_a_malformed_cancel_is_no_failure(completed: Batch, batches: Batches) -> None:
    """Whatever the id, the parameters and the body are."""
    for batch_id in (" ", "a/b", "%00", "..%2f", "0a" * 250, "\u00e9", completed["source_directory_id"]):
        batches.cancel(batch_id)
    for params in ([("project_id", "")], [("project_id", "none")], [("organization_id", "\0")], [("expand", "x")]):
        batches.cancel(completed["id"], params=params)
    bodies: list[Any] = [None, [], {"batch_id": 7}, "text"]
    for body in bodies:
        batches.cancel(completed["id"], json=body)
    for content in (b"{", b"\xff", b"[" * 1000):
        batches.cancel(completed["id"], content=content)


@pytest.mark.requirement("cancel-needs-valid-key")
def test_a_stranger_cancels_nothing(stopping: Stopping, directories: Directories, steps: Steps, verify: Verify) -> None:
    """Without a key that was issued a cancel is refused, and the batch goes on."""
    tries = [(stranger, None) for stranger in (ANONYMOUS, *NEVER_ISSUED)]
    _is_spared("cancel-needs-valid-key", tries, directories.holding(1, "cancel by strangers"), stopping, steps, verify)


@pytest.mark.requirement("cancel-hides-other-projects")
def test_a_batch_of_another_project_cannot_be_cancelled(
    stopping: Stopping,
    directories: Directories,
    steps: Steps,
    target: Target,
    projects: Projects,
    verify: Verify,
) -> None:
    """The key of another project is refused, whichever project it names, and the batch goes on."""
    if not target.keys[OTHER]:
        pytest.skip(f"needs {capabilities()['other-key']}")
    tries: list[tuple[str, str | None]] = [(OTHER, None)]
    if project_id := projects.id_for_query(shown=stopping.first.batch.get("project_id")):
        tries.append((OTHER, project_id))
    directory = directories.holding(1, "cancel by neighbours")
    _is_spared("cancel-hides-other-projects", tries, directory, stopping, steps, verify)


def _is_spared(
    requirement: str,
    tries: Sequence[tuple[str, str | None]],
    directory: Directory,
    stopping: Stopping,
    steps: Steps,
    verify: Verify,
) -> None:
    """Let callers cancel a batch under way, naming these projects, and verify that they are refused in vain.

    One that is refused for the form of a project proves nothing.
    """
    for _ in range(1 if stopping.is_controlled else BATCHES_TO_SEE):
        batch = stopping.begin(directory)
        refused = [
            steps.batches.cancel(batch["id"], caller=caller, params=[("project_id", named)] if named else [])
            for caller, named in tries
        ]
        for exchange, (caller, named) in zip(refused, tries, strict=True):
            if not (named and call_of(exchange).refuses_form):
                steps.refused(requirement, exchange, f"the key of {caller}")
        status = stopping.spared(batch).get("status")
        if status != CANCELLED:
            break
    verify(
        requirement,
        status != CANCELLED,
        check="batch-goes-on",
        kind="not-matching",
        expected=f"any status but {CANCELLED}",
        actual=status,
        difference=f"the batch is {status}, and nobody of {MAIN} has cancelled it",
        operation=CANCEL,
        exchanges=refused,
        case=f"batch {batch['id']}",
    )
