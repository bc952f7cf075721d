"""Source files that are not all alike: each has its entry, and each good one its job."""

from typing import Any

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directories
from suites.differences import first_few
from suites.products import EXTRACT, PARSE
from suites.scenarios.varied import Varied
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, file_of, reference_of
from suites.verify import Verify

OF_FILES = pytest.mark.requirement(
    "results-well-formed",
    "results-cover-every-file",
    "results-name-each-file-once",
    "results-name-only-source-files",
    "results-delivered-when-expanded",
    "result-has-outcome",
    "each-file-has-its-own-job",
    "good-file-has-job",
    "file-failure-keeps-batch",
    "job-reference-has-type-of-batch",
)


@OF_FILES
@pytest.mark.requirement("create-accepts-parse", "parse-jobs-resolve")
@pytest.mark.parametrize("name", ["first", "second", "passing", "repeated"])
def test_every_file_is_parsed(
    name: str, varied: Varied, steps: Steps, directories: Directories, verify: Verify
) -> None:
    """Whatever a file is called, of whatever type and content it is, in a directory of either type."""
    _each_good_file_has_a_job(getattr(varied, name), PARSE, varied, steps, directories, verify)


@OF_FILES
@pytest.mark.requirement("create-accepts-extract", "extract-jobs-resolve")
def test_every_file_is_extracted_from(varied: Varied, steps: Steps, directories: Directories, verify: Verify) -> None:
    """Whatever a file is called, and of whatever type and content it is."""
    _each_good_file_has_a_job(varied.extracted, EXTRACT, varied, steps, directories, verify)


def _each_good_file_has_a_job(
    batch: Batch, job_type: JobType, varied: Varied, steps: Steps, directories: Directories, verify: Verify
) -> None:
    """Verify that no good file is without a job twice, while another one has a job; once may be an accident."""
    source = varied.source_of(batch)
    jobless = _jobless(varied.results(batch), source.good)
    if jobless:
        batch = steps.completed(source.directory, job_type)
        jobless &= _jobless(steps.results(batch), source.good)
    if jobless == source.good:
        plain = directories.holding(1, "plain")
        if _jobless(steps.results(steps.completed(plain, job_type)), frozenset(plain.file_ids)):
            pytest.skip("needs a target that makes a job of any document")
    verify(
        "good-file-has-job",
        not jobless,
        check="good-file-has-job",
        kind="missing",
        expected=f"a job for each of {len(source.good)} whole documents",
        actual=sorted(jobless),
        difference=f"no job for {first_few(sorted(jobless))}, twice, while other documents have one",
        exchanges=[steps.batches.get(batch["id"], expand=["results"])] if jobless else [],
        case=f"batch {batch['id']}, {COMPLETED}",
    )


def _jobless(results: list[dict[str, Any]], good: frozenset[str]) -> frozenset[str]:
    """Return the good files whose entries have no job."""
    return good.intersection(str(file_of(entry)) for entry in results if not reference_of(entry))
