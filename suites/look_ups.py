"""What a look-up of a job, at the endpoint of its product, has shown."""

from collections.abc import Sequence

from fixtures.exchange import Exchange
from suites.products import PARSE, PRODUCTS
from suites.verify import Observation, observe

Reference = tuple[str, str]
"""The type and the id of a job."""


def shown_job(exchange: Exchange, job_type: str) -> str | None:
    """Return the id of the job that an answer shows, if it shows one."""
    if exchange.response is None or not exchange.response.is_success:
        return None
    try:
        body = exchange.response.json
        id_ = (body["job"] if job_type == PARSE else body)["id"]
    except (ValueError, KeyError, TypeError):
        return None
    return id_ if isinstance(id_, str) else None


def job_resolves(reference: Reference, exchanges: Sequence[Exchange], case: str = "") -> Observation:
    """Observe whether the last of some exchanges shows the job that a reference names."""
    job_type, job_id = reference
    exchange = exchanges[-1]
    shown = shown_job(exchange, job_type)
    return observe(
        PRODUCTS[job_type].resolves,
        shown == job_id,
        check="job-resolves",
        kind="missing",
        expected=job_id,
        actual=shown or exchange.status,
        difference=f"the job {job_id}, which results have named, is not found"
        if shown is None
        else f"the job {shown} is shown in the place of {job_id}, which results have named",
        exchanges=exchanges,
        case=case,
    )
