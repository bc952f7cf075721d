"""The scenario of the guide, from an empty directory to the jobs behind the results."""

from collections.abc import Callable
from functools import cache

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directories
from fixtures.target import ANONYMOUS, UNKNOWN
from suites.jobs import Jobs
from suites.look_ups import Reference
from suites.products import JOB_TYPES
from suites.steps import Steps
from suites.traffic import reference_of

FILES = 2

Guided = Callable[[JobType], list[Reference]]


@pytest.fixture(scope="module")
def guided(steps: Steps, directories: Directories) -> Guided:
    """Give the jobs of one batch of each type, which are looked up with the key that has made them."""

    @cache
    def references(job_type: JobType) -> list[Reference]:
        batch = steps.completed(directories.holding(FILES, "guide"), job_type)
        found = [reference for reference in map(reference_of, steps.results(batch)) if reference]
        if not found:
            pytest.skip(f"needs a batch with a job, and {batch['id']} has none")
        return found

    return references


@pytest.mark.parametrize(
    "job_type",
    [
        pytest.param("parse_v2", marks=pytest.mark.requirement("create-accepts-parse", "parse-jobs-resolve")),
        pytest.param(
            "extract_v2",
            marks=pytest.mark.requirement("create-accepts-extract", "extract-jobs-resolve"),
        ),
    ],
)
def test_every_file_of_a_directory_gets_a_job_that_can_be_looked_up(job_type: JobType, guided: Guided) -> None:
    """Files are uploaded, a batch is created and polled, and each result leads to a job of the product."""
    guided(job_type)


@pytest.mark.requirement("jobs-need-valid-key")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_job_is_closed_to_strangers(job_type: JobType, guided: Guided, jobs: Jobs) -> None:
    """A job that results name is shown neither without a key nor with one that was never issued."""
    for stranger in (ANONYMOUS, UNKNOWN):
        jobs.get(guided(job_type)[0], stranger)


@pytest.mark.requirement("jobs-hide-other-projects")
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_job_of_another_project_cannot_be_read(job_type: JobType, guided: Guided, other_key: str, jobs: Jobs) -> None:
    """A job that results name is not shown with the key of another project."""
    for reference in guided(job_type):
        jobs.get(reference, other_key)
