"""Oracles on what has to be refused as it stands, and on what must not be."""

from collections.abc import Iterator

from suites.oracles.lists import FILTERS
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.oracles.paging import INSTANTS, TIMES, Filters, is_of_another_offset, selection_of
from suites.products import JOB_TYPES
from suites.traffic import CREATE, LIST, Call, job_of
from suites.verify import Observation, observe

UNKNOWN_TYPE = "create-refuses-unknown-job-type"
INCOMPLETE = "create-refuses-incomplete-body"


@oracle(UNKNOWN_TYPE, INCOMPLETE, looks_at=(CREATE,))
def impossible_create_is_refused() -> Look:
    """Check that a create whose body lacks something, or has a job type that the contract has not, is refused.

    A body that is not a JSON object, or was not recorded, is left alone.
    """

    def look(call: Call) -> Iterator[Observation]:
        if not call.sent_body or call.refuses_key or not (call.succeeded or call.refused):
            return
        body = call.sent_body
        job_type, configuration_id = job_of(body)
        parts = {
            "source_directory_id": body.get("source_directory_id"),
            "config.job.type": job_type,
            "config.job.configuration_id": configuration_id,
        }
        wrong = [name for name, value in parts.items() if not isinstance(value, str)]
        if not wrong and job_type in JOB_TYPES:
            return
        yield observe(
            INCOMPLETE if wrong else UNKNOWN_TYPE,
            call.refused,
            check="request-is-refused",
            kind="accepted",
            expected="a 4xx",
            actual=call.exchange.status,
            exchanges=[call.exchange],
            case=f"no text for {', '.join(wrong)}" if wrong else f"the job type {job_type}",
        )

    return look


REQUIREMENT_OF = {filter_.parameter: filter_.requirement for filter_ in FILTERS}


@oracle(INSTANTS, *(REQUIREMENT_OF[name] for name in ("status", *TIMES)), looks_at=(LIST,))
def usable_filter_is_accepted() -> Look:
    """Check that a status of the contract, or a date-time, is no reason to refuse a list that was given without it.

    Filters that together let nothing through may be refused; of a list they are judged one by one, or beside a
    directory.
    """
    given: Memory[tuple[str, Filters], Call] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        request, response = call.exchange.request, call.exchange.response
        filters = selection_of(request)
        if filters is None or response is None or request.values("page_token"):
            return
        if call.succeeded:
            given[call.caller, filters] = call
        judged = [(name, value) for name, value in filters if name in ("status", *TIMES)]
        if len(judged) != 1 or not (call.succeeded or call.refuses_form):
            return
        ((name, value),) = judged
        known = given.get((call.caller, filters - {(name, value)}))
        if known is None or not call.is_after(known):
            return
        size = request.param("page_size")
        if size is not None and size != known.exchange.request.param("page_size"):
            return
        yield observe(
            INSTANTS if name in TIMES and is_of_another_offset(value) else REQUIREMENT_OF[name],
            call.succeeded,
            check="request-is-accepted",
            kind="refused",
            expected="a 2xx",
            actual=response.status,
            difference=f"{name}={value} is refused; without it there is a page",
            exchanges=[known.exchange, call.exchange],
            case=f"{name}={value}",
        )

    return look
