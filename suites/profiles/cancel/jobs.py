"""The jobs of a batch that is cancelled, at the endpoint of their product."""

from typing import Any

from fixtures.client import Client, segment
from fixtures.configurations import JobType
from fixtures.exchange import Exchange
from suites.products import PARSE, PRODUCTS

COMPLETED_JOB = "COMPLETED"


def look_up(client: Client, job_type: JobType, job_id: str) -> Exchange:
    """Return a get of a job."""
    return client.send("GET", f"{PRODUCTS[job_type].jobs_path}/{segment(job_id)}")


def status_of_job(exchange: Exchange, job_type: JobType) -> Any:
    """Return the status of the job in an answer, `None` where there is none."""
    try:
        body = exchange.response.json if exchange.response else {}
        return (body["job"] if job_type == PARSE else body)["status"]
    except (ValueError, KeyError, TypeError):
        return None
