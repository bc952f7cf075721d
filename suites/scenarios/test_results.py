"""Results: only when asked for, one entry per file, an error or a job in each."""

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from fixtures.documents import damaged_document, empty_document, pdf
from fixtures.errors import UploadRefused
from fixtures.settings import Settings
from suites.differences import differing, lacking
from suites.products import JOB_TYPES
from suites.steps import Batch, Steps, failure_of
from suites.traffic import COMPLETED, TERMINAL, call_of, entries, file_of
from suites.verify import Verify
from suites.walks import Walks

UNMAPPED = "This file cannot be mapped to a job."


@pytest.mark.requirement(
    "results-null-unless-expanded",
    "results-delivered-when-expanded",
    "results-well-formed",
    "results-are-stable",
    "job-reference-has-type-of-batch",
    "create-never-carries-results",
    "list-shows-created-batch",
    "list-never-carries-results",
)
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_results_come_only_when_asked_for(
    job_type: JobType, steps: Steps, directories: Directories, verify: Verify, walks: Walks
) -> None:
    """A completed batch shows its results to each get that asks for them, and to no other."""
    batch = steps.completed(directories.holding(2, "expand"), job_type)
    for _ in range(2):
        steps.results(batch)
        steps.get(batch["id"])
    walk = walks.listed({batch["id"]}, source_directory_id=batch["source_directory_id"], status=COMPLETED)
    verify(
        "list-shows-created-batch",
        batch["id"] in walk.ids,
        check="created-batch-is-listed",
        kind="missing",
        expected=[batch["id"]],
        actual=walk.ids,
        difference=lacking([batch["id"]], walk.ids),
        exchanges=walk.exchanges,
    )


@pytest.mark.requirement("expand-accepts-repetition")
def test_results_can_be_asked_for_twice(steps: Steps, directories: Directories, verify: Verify) -> None:
    """A get that names results two times shows what a get that names them once shows."""
    batch = steps.completed(directories.holding(1, "repeat"))
    once = steps.results(batch)
    exchange = steps.batches.get(batch["id"], expand=["results", "results"])
    call = call_of(exchange)
    shown = [entries(found) for found in call.batches]
    verify(
        "expand-accepts-repetition",
        shown == [once],
        check="repetition-shows-the-same",
        kind=failure_of(exchange),
        expected=once,
        actual=shown[0] if shown else exchange.status,
        exchanges=[exchange],
    )


@pytest.mark.requirement("results-cover-every-file", "results-name-each-file-once")
def test_files_of_one_name_each_have_an_entry(
    steps: Steps, directories: Directories, run_id: str, verify: Verify
) -> None:
    """Two files that share a name are two files, if the directory keeps both."""
    directory = directories.create("one name")
    for text in ("first", "second"):
        try:
            directories.upload(directory, [pdf(f"The {text} of two in run {run_id}", f"{run_id}-same.pdf")])
        except UploadRefused as refusal:
            pytest.skip(f"needs a directory that takes a name twice ({refusal})")
    directories.refresh(directory)
    if len(set(directory.file_ids)) < 2:
        pytest.skip("needs a directory that keeps two files of one name")
    batch = steps.completed(directory)
    named = {file_of(entry) for entry in steps.results(batch)}
    verify(
        "results-cover-every-file",
        set(directory.file_ids) <= named,
        check="every-file-has-an-entry",
        kind="missing",
        expected=sorted(directory.file_ids),
        actual=sorted(map(str, named)),
        difference=lacking(directory.file_ids, named),
        exchanges=[steps.batches.get(batch["id"], expand=["results"])],
        case="two files of one name",
    )


@pytest.mark.requirement("file-failure-keeps-batch", "result-has-outcome", "results-cover-every-file")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_bad_file_does_not_fail_the_batch(
    job_type: JobType, steps: Steps, directories: Directories, run_id: str, verify: Verify
) -> None:
    """Good, empty and damaged files in one batch each have an entry that shows their outcome."""
    directory = directories.holding(2, "good and bad")
    refused = 0
    for document in (empty_document(run_id), damaged_document(run_id)):
        try:
            directories.upload(directory, [document])
        except UploadRefused:
            refused += 1
    if refused == 2:
        pytest.skip("needs a file that cannot be processed, and the target refuses its upload")
    batch = steps.finish(steps.create(directory, job_type))
    if batch["status"] == "FAILED":
        batch = _again(job_type, steps, directory, directories)
    exchange = steps.batches.get(batch["id"])
    verify(
        "file-failure-keeps-batch",
        batch["status"] != "FAILED",
        check="batch-does-not-fail",
        kind="not-matching",
        expected=COMPLETED,
        actual=batch["status"],
        exchanges=[exchange],
        case="good files beside an empty and a damaged one",
    )
    if batch["status"] == COMPLETED:
        steps.results(batch)
        steps.results(batch)


def _again(job_type: JobType, steps: Steps, directory: Directory, directories: Directories) -> Batch:
    """Return a second batch over a directory whose first one failed, provided that good files alone complete.

    A batch may fail for reasons of the orchestration; twice, beside one that completes, is no accident.
    """
    steps.completed(directories.holding(1, "good only"), job_type)
    return steps.finish(steps.create(directory, job_type))


@pytest.mark.requirement("file-without-job-has-error", "file-failure-keeps-batch", "results-cover-every-file")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_file_without_a_job_has_an_error(
    job_type: JobType, steps: Steps, directories: Directories, verify: Verify
) -> None:
    """A file that cannot be mapped to a job shows an error; the batch completes, and its neighbours have jobs."""
    directory = directories.holding(3, "unmapped")
    unmapped = directory.file_ids[1]
    steps.set_script(
        directory,
        [("PENDING", 1.0), ("RUNNING", 1.0)],
        COMPLETED,
        {unmapped: {"outcome": "unmapped", "error_message": UNMAPPED}},
    )
    batch = steps.finish(steps.create(directory, job_type))
    exchange = steps.batches.get(batch["id"])
    verify(
        "file-failure-keeps-batch",
        batch["status"] == COMPLETED,
        check="batch-does-not-fail",
        kind="not-matching",
        expected=COMPLETED,
        actual=batch["status"],
        exchanges=[exchange],
        case="one of three files has no job",
    )
    results = steps.results(batch)
    entry_of = {file_of(entry): entry for entry in results}
    exchange = steps.batches.get(batch["id"], expand=["results"])
    verify(
        "file-without-job-has-error",
        bool(entry_of.get(unmapped, {}).get("error_message")),
        check="file-without-job-has-error",
        kind="missing",
        expected={"error_message": UNMAPPED},
        actual=entry_of.get(unmapped),
        difference=f"no error_message for {unmapped}, which has no job",
        exchanges=[exchange],
    )
    verify(
        "file-without-job-has-error",
        all(entry_of.get(file_id, {}).get("job_reference") for file_id in directory.file_ids if file_id != unmapped),
        check="other-files-have-jobs",
        kind="missing",
        expected="a job for each other file",
        actual=results,
        difference=f"a file beside {unmapped} has no job",
        exchanges=[exchange],
    )


@pytest.mark.requirement("results-are-stable", "results-name-only-source-files")
def test_a_later_upload_is_not_part_of_a_completed_batch(
    steps: Steps, directories: Directories, verify: Verify
) -> None:
    """The results of a completed batch stay as they are when its directory gets another file."""
    directory = directories.holding(1, "later upload")
    batch = steps.completed(directory)
    before = {file_of(entry) for entry in steps.results(batch)}
    directories.fill(directory, 2)
    exchange = steps.batches.get(batch["id"], expand=["results"])
    after = {
        file_of(entry) for entry in entries(steps.accepted(exchange, "expanded-read-succeeds-in-any-status")) or []
    }
    verify(
        "results-are-stable",
        before == after,
        check="results-stay",
        kind="changed",
        expected=sorted(map(str, before)),
        actual=sorted(map(str, after)),
        difference=differing(sorted(map(str, before)), set(map(str, after))),
        exchanges=[exchange],
        case="a file was uploaded after the batch was completed",
    )


@pytest.mark.requirement(
    "status-is-documented",
    "batch-reaches-terminal-status",
    "results-null-unless-expanded",
    "get-returns-requested-batch",
    "source-directory-never-changes",
    "project-never-changes",
    "created-at-never-changes",
    "timestamps-are-date-times",
    "updated-at-not-before-created-at",
    "updated-at-never-goes-back",
)
def test_a_running_batch_can_be_watched(steps: Steps, directories: Directories, settings: Settings) -> None:
    """From the create to the end, plain and expanded reads in turn succeed."""
    batch = steps.create(directories.holding(2, "watched"))
    for _ in steps.target.pauses(settings.poll_timeout, f"batch {batch['id']} is to end"):
        steps.expanded(batch["id"])
        if steps.get(batch["id"])["status"] in TERMINAL:
            break
    steps.finish(batch)
