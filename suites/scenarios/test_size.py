"""The limit of 1,000 source files."""

import pytest

from fixtures.batches import Batches
from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from fixtures.errors import UploadRefused
from suites.products import JOB_TYPES
from suites.steps import Steps
from suites.traffic import COMPLETED, call_of
from suites.verify import Verify

LIMIT = 1000
BORDERS = (101, 250, 500)
"""Numbers of files at which results may be put together of several parts."""


class LargeDirectory:
    """The one large directory of a run, which is only ever filled further; another is begun when it holds too much."""

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self._directory: Directory | None = None

    def holding(self, files: int) -> Directory:
        """Return a directory of exactly so many files. Skips where a directory takes fewer."""
        if self._directory is None or len(self._directory.file_ids) > files:
            self._directory = self._directories.create("large")
        try:
            self._directories.fill(self._directory, files)
        except UploadRefused as refusal:
            pytest.skip(f"needs a directory that takes {files} files ({refusal})")
        return self._directory


@pytest.fixture(scope="module")
def large(directories: Directories) -> LargeDirectory:
    """Give a large directory, filled only as far as it is needed."""
    return LargeDirectory(directories)


@pytest.mark.requirement(
    "results-cover-every-file",
    "results-name-each-file-once",
    "results-name-only-source-files",
    "each-file-has-its-own-job",
)
def test_results_are_whole_at_every_border(large: LargeDirectory, steps: Steps) -> None:
    """Batches over a directory that grows have an entry for each file, just over 100 of them as at 500.

    What they take must leave enough for the batches of the limit itself.
    """
    steps.ledger.check_files(sum(BORDERS) + 2 * LIMIT)
    created = [steps.create(large.holding(files)) for files in BORDERS]
    for batch in map(steps.finish, created):
        if batch["status"] == COMPLETED:
            steps.results(batch)


@pytest.mark.requirement(
    "create-accepts-1000-files", "results-cover-every-file", "each-file-has-its-own-job", "parse-jobs-resolve"
)
def test_a_thousand_files_are_accepted(
    large: LargeDirectory, steps: Steps, directories: Directories, batches: Batches, verify: Verify
) -> None:
    """A directory of exactly 1,000 files becomes a batch with a result for each.

    A batch may fail for reasons of the orchestration; twice, while small ones complete, is no accident. An upload that
    was answered 429 or 503, and sent again, may have left two files.
    """
    directory = large.holding(LIMIT)
    for attempt in ("first", "second"):
        steps.ledger.spend_files(LIMIT)
        exchange = batches.create(directory.id, "parse_v2", steps.configuration_id("parse_v2"))
        if call_of(exchange).refused and (stored := len(directories.listed(directory))) > LIMIT:
            pytest.skip(f"needs a directory of {LIMIT} files, and the target has stored {stored} ({exchange})")
        batch = steps.finish(steps.accepted(exchange, "create-accepts-1000-files"))
        if batch["status"] == COMPLETED:
            steps.results(batch)
            return
        steps.completed(directories.holding(1, f"beside the {attempt} large batch"))
    verify(
        "create-accepts-1000-files",
        False,
        check="batch-completes",
        kind="not-matching",
        expected=COMPLETED,
        actual=batch["status"],
        difference=f"two batches of {LIMIT} files did not complete, while batches of one file did",
        exchanges=[exchange],
        case=f"{LIMIT} files",
    )


@pytest.mark.requirement("create-refuses-1001-files", "refused-create-leaves-nothing")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_one_more_file_is_refused(job_type: JobType, large: LargeDirectory, steps: Steps, batches: Batches) -> None:
    """A directory of 1,001 files is refused for either job type, and no batch of it is left behind."""
    directory = large.holding(LIMIT + 1)
    exchange = batches.create(directory.id, job_type, steps.configuration_id(job_type))
    steps.refused("create-refuses-1001-files", exchange, f"{job_type}, {LIMIT + 1} files")
    batches.list(source_directory_id=directory.id)
