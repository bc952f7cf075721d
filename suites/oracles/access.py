"""Oracles on access: keys that open nothing, and projects that see nothing of each other."""

from collections.abc import Iterator

from fixtures.exchange import Pairs
from fixtures.target import ANONYMOUS, NEVER_ISSUED
from suites.differences import first_few
from suites.oracles.lists import scope_of
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.products import PRODUCTS
from suites.traffic import CORE, CREATE, GET, LIST, Call, entries, reference_of
from suites.verify import Check, Observation, observe

STRANGERS = {ANONYMOUS: "anonymous-request-refused", **dict.fromkeys(NEVER_ISSUED, "unknown-key-refused")}


@oracle(*STRANGERS.values(), looks_at=CORE)
def strangers_are_refused() -> Look:
    """Without a valid key, every contract operation is refused."""

    def look(call: Call) -> Iterator[Observation]:
        if call.caller in STRANGERS and (call.succeeded or call.refused):
            yield observe(
                STRANGERS[call.caller],
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=call.exchange.status,
                exchanges=[call.exchange],
                case=call.name,
            )

    return look


JOBS = {product.job_operation: job_type for job_type, product in PRODUCTS.items()}
"""The operations that show a job, each with its job type."""


@oracle("jobs-need-valid-key", looks_at=JOBS)
def strangers_see_no_job() -> Look:
    """Without a valid key, no job is shown."""

    def look(call: Call) -> Iterator[Observation]:
        if call.caller in STRANGERS and (call.succeeded or call.refused):
            yield observe(
                "jobs-need-valid-key",
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx",
                actual=call.exchange.status,
                exchanges=[call.exchange],
                case=call.name,
            )

    return look


ONE_PROJECT = Check(
    "list-shows-one-project",
    check="list-is-of-own-project",
    kind="disclosed",
)


@oracle(ONE_PROJECT.requirement, looks_at=(CREATE, LIST))
def list_is_of_one_project() -> Look:
    """All that a caller lists belongs to the project of what it created or listed before, naming the same scope.

    How a query names a project is not how a batch does, so the one that a request names is not compared with a batch.
    """
    own: Memory[tuple[str, Pairs], tuple[Call, str]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        scope = scope_of(call.exchange.request)
        known = own.get((call.caller, scope))
        is_list, held = call.name == LIST, 0
        for batch in call.batches:
            found = batch.get("project_id")
            if not isinstance(found, str):
                continue
            if known is None:
                known = own[call.caller, scope] = call, found
            origin, project_id = known
            if is_list and found == project_id:
                held += 1
            elif is_list:
                yield ONE_PROJECT.violated(
                    expected=project_id,
                    actual=found,
                    difference=f"{batch['id']} is of project {found}",
                    exchanges=[origin.exchange, call.exchange],
                    case=", ".join(f"{name}={value}" for name, value in scope) or "no project_id",
                )
        yield from ONE_PROJECT.counted(held)

    return look


@oracle(
    "get-hides-other-projects",
    "list-hides-other-projects",
    looks_at=(CREATE, GET, LIST),
    assumes="callers are of different projects",
)
def projects_are_apart() -> Look:
    """Nobody reads or lists a batch that was created with the key of another project, not out of a refusal either.

    A project or an organization that is refused for its form says nothing about the batch.
    """
    owners: Memory[str, Call] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE and call.caller not in STRANGERS:
            for batch in call.batches:
                owners.setdefault(batch["id"], call)
        elif call.name == GET and (creation := owners.get(call.path["batch_id"])) and creation.caller != call.caller:
            is_clear = call.succeeded or (call.refused and not (call.refuses_form and scope_of(call.exchange.request)))
            if call.caller not in STRANGERS and is_clear:
                yield observe(
                    "get-hides-other-projects",
                    call.refused,
                    check="request-is-refused",
                    kind="accepted",
                    expected="a 4xx for a batch of another project",
                    actual=call.exchange.status,
                    difference=f"a get of {call.path['batch_id']}, which is of another project, was not refused",
                    exchanges=[creation.exchange, call.exchange],
                )
            directory_id = creation.sent_body.get("source_directory_id")
            if call.refused and call.caller not in STRANGERS and _names(call, directory_id):
                yield observe(
                    "get-hides-other-projects",
                    False,
                    check="refusal-hides-batch",
                    kind="disclosed",
                    expected="a refusal without anything of the batch",
                    actual=f"a refusal that names {directory_id}",
                    difference=f"the refusal names the directory of {call.path['batch_id']}",
                    exchanges=[creation.exchange, call.exchange],
                )
        elif call.name == LIST:
            caller, created = call.caller, [batch["id"] for batch in call.batches if batch["id"] in owners]
            foreign = [batch_id for batch_id in created if owners[batch_id].caller != caller]
            if foreign and call.caller not in STRANGERS:
                yield observe(
                    "list-hides-other-projects",
                    False,
                    check="list-hides-foreign-batches",
                    kind="disclosed",
                    expected=[],
                    actual=foreign,
                    difference=f"{first_few(foreign)} of another project is in the list",
                    exchanges=[owners[foreign[0]].exchange, call.exchange],
                )

    return look


def _names(call: Call, id_: object) -> bool:
    """Whether an answer has an id in it that its request did not name."""
    sent, response = call.exchange.request, call.exchange.response
    if not isinstance(id_, str) or not id_ or response is None or id_ in sent.url:
        return False
    return id_.encode() in response.body


@oracle("jobs-hide-other-projects", looks_at=(GET, *JOBS), assumes="callers are of different projects")
def jobs_are_apart() -> Look:
    """Check that nobody reads a job that only the results of another project have named."""
    named: Memory[tuple[str, str], dict[str, Call]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches if call.name == GET else ():
            for reference in filter(None, map(reference_of, entries(batch) or ())):
                named.setdefault(reference, {}).setdefault(call.caller, call)
        if call.name not in JOBS or call.caller in STRANGERS:
            return
        job_id = call.path["job_id"]
        naming = named.get((JOBS[call.name], job_id), {})
        if naming and call.caller not in naming and (call.refused or call.succeeded):
            yield observe(
                "jobs-hide-other-projects",
                call.refused,
                check="request-is-refused",
                kind="accepted",
                expected="a 4xx for a job of another project",
                actual=call.exchange.status,
                difference=f"a get of the job {job_id}, which is of another project, was not refused",
                exchanges=[next(iter(naming.values())).exchange, call.exchange],
            )

    return look
