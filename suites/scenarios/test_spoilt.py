"""Batches of nothing but bad files, and of no file at all."""

from collections.abc import Callable, Sequence

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from fixtures.documents import SourceFile, damaged_document, empty_document, unsupported_document
from suites.products import JOB_TYPES
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, call_of

STEP = 5.0
"""Seconds that a scripted batch stays in each status."""

SHOWN = pytest.mark.requirement(
    "batch-reaches-terminal-status",
    "results-delivered-when-expanded",
    "results-name-only-source-files",
    "results-null-unless-expanded",
    "no-server-error",
)


@SHOWN
@pytest.mark.requirement("results-cover-every-file", "results-name-each-file-once", "result-has-outcome")
@pytest.mark.parametrize("job_type", JOB_TYPES)
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param((damaged_document, empty_document), id="damaged and empty"),
        pytest.param((unsupported_document,), id="unsupported"),
    ],
)
def test_a_batch_of_bad_files_ends_and_shows_its_results(
    bad: Sequence[Callable[[str], SourceFile]], job_type: JobType, steps: Steps, directories: Directories, run_id: str
) -> None:
    """Each file has an entry that tells what became of it, where the target accepts and completes such a batch."""
    directory = directories.create("only bad")
    if not directories.upload_accepted(directory, [make(run_id) for make in bad]):
        pytest.skip("needs a file that cannot be processed, and the target refuses its upload")
    _read(_ended(directory, job_type, steps), steps)


@SHOWN
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_batch_of_no_file_ends_and_shows_an_empty_list(
    job_type: JobType, steps: Steps, directories: Directories
) -> None:
    """Where the target accepts and completes a batch over an empty directory, its results are a list of nothing."""
    _read(_ended(directories.create("empty"), job_type, steps), steps)


def _ended(directory: Directory, job_type: JobType, steps: Steps) -> Batch:
    """Return a batch at its end. Skips where its create is refused: that it is accepted is nowhere stated."""
    files = len(directory.file_ids)
    is_scripted = steps.target.control is not None
    if is_scripted:
        steps.set_script(directory, [("PENDING", STEP), ("RUNNING", STEP)])
    steps.ledger.spend_files(files)
    exchange = steps.batches.create(directory.id, job_type, steps.configuration_id(job_type))
    call = call_of(exchange)
    if not call.batches:
        pytest.skip(f"needs a target that accepts a batch without a good file ({exchange})")
    if not is_scripted:
        return steps.finish(call.batches[0])
    steps.target.wait(2 * STEP)
    return steps.ended(call.batches[0]["id"], COMPLETED, f"{job_type}, {files} bad files and no other")


def _read(batch: Batch, steps: Steps) -> None:
    """Read a batch plain and expanded. Skips where it has not completed: then it need not show results."""
    if batch["status"] != COMPLETED:
        pytest.skip(f"needs a batch that completes, and {batch['id']} ended {batch['status']}")
    steps.results(batch)
    steps.get(batch["id"])
    steps.results(batch)
