"""The scenario of the guide, from an empty directory to the jobs behind the results."""

from functools import partial

import pytest

from fixtures.client import Client, segment
from fixtures.configurations import JobType
from fixtures.directories import Directories
from fixtures.exchange import Exchange
from fixtures.target import Target
from suites.products import PARSE, PRODUCTS
from suites.steps import Steps, conclusive
from suites.traffic import reference_of
from suites.verify import Verify

FILES = 2


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
def test_every_file_of_a_directory_gets_a_job_that_can_be_looked_up(
    job_type: JobType, steps: Steps, directories: Directories, client: Client, verify: Verify, target: Target
) -> None:
    """Files are uploaded, a batch is created and polled, and each result leads to a job of the product."""
    directory = directories.holding(FILES, "guide")
    batch = steps.completed(directory, job_type)
    references = [reference for reference in map(reference_of, steps.results(batch)) if reference]
    if not references:
        pytest.skip(f"needs a batch with a job, and {batch['id']} has none")
    for _, job_id in references:
        look_up = partial(client.send, "GET", f"{PRODUCTS[job_type].jobs_path}/{segment(job_id)}")
        exchange = target.eventually(look_up, _is_success)
        conclusive(exchange)
        if exchange.response is not None and exchange.response.status >= 500:
            pytest.skip(f"the product's endpoint is broken: {exchange}")
        verify(
            PRODUCTS[job_type].resolves,
            _names_job(exchange, job_type, job_id),
            check="job-resolves",
            kind="missing",
            expected=job_id,
            actual=exchange.status,
            difference=f"the job {job_id}, which results have named, is not found",
            exchanges=[exchange],
            case=f"batch {batch['id']}",
        )


def _is_success(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.is_success


def _names_job(exchange: Exchange, job_type: str, job_id: str) -> bool:
    if exchange.response is None or not exchange.response.is_success:
        return False
    try:
        body = exchange.response.json
        job = body["job"] if job_type == PARSE else body
        return bool(job["id"] == job_id)
    except (ValueError, KeyError, TypeError):
        return False
