"""Oracles on create: an id of its own, an answer that echoes the request, and a refusal that leaves nothing behind."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from fixtures.exchange import TOO_MANY
from suites.differences import first_few
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import CREATE, CREATE_DIRECTORY, LIST, Call, echoes, is_whole_create, job_of
from suites.verify import Observation, observe


@oracle("batch-id-is-unique", looks_at=(CREATE,))
def batch_id_is_unique() -> Look:
    """No two creates return one id."""
    created: Memory[str, Call] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches:
            earlier = created.setdefault(batch["id"], call)
            if len(created) > 1 or earlier is not call:
                yield observe(
                    "batch-id-is-unique",
                    earlier is call,
                    check="id-is-new",
                    kind="twice",
                    expected="an id that no other batch has",
                    actual=batch["id"],
                    difference=f"{batch['id']} is the id that an earlier create has returned",
                    exchanges=[earlier.exchange, call.exchange],
                )

    return look


@oracle("create-echoes-request", looks_at=(CREATE,))
def create_echoes_request() -> Look:
    """Check that the batch that a create with a whole body returns names what was asked for."""

    def look(call: Call) -> Iterator[Observation]:
        if not is_whole_create(call.sent_body):
            return
        for batch in call.batches:
            yield observe(
                "create-echoes-request",
                echoes(call, batch),
                check="create-is-echoed",
                kind="not-matching",
                expected=_asked_for(call.sent_body),
                actual=_asked_for(batch),
                exchanges=[call.exchange],
                case=f"batch {batch['id']}",
            )

    return look


@oracle(
    "refused-create-leaves-nothing",
    looks_at=(CREATE, CREATE_DIRECTORY, LIST),
    assumes="every create over a directory was observed",
)
def refused_create_leaves_nothing() -> Look:
    """Check that a list never shows a batch over a directory of ours that no successful create has returned.

    Judged for a directory whose creation was seen and over which a create was refused; a create that got no
    clear answer may have made a batch, and then nothing is said of its directory any more. One that was too many may
    have made one, and no more than that.
    """
    ours: set[str] = set()
    known: set[str] = set()
    unclear: set[str] = set()
    too_many: Counter[str] = Counter()
    refusals: dict[str, list[Call]] = defaultdict(list)

    def remember(call: Call) -> None:
        directory_id = str(call.sent_body.get("source_directory_id"))
        if call.batches:
            known.update(batch["id"] for batch in call.batches)
        elif call.refused:
            refusals[directory_id].append(call)
        elif call.exchange.status == TOO_MANY:
            too_many[directory_id] += 1
        else:
            unclear.add(directory_id)

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE_DIRECTORY and isinstance(call.answer.get("id"), str):
            ours.add(call.answer["id"])
        elif call.name == CREATE:
            remember(call)
        elif call.name == LIST and call.succeeded:
            asked = call.exchange.request.param("source_directory_id") or ""
            if asked not in ours or asked in unclear or not refusals[asked]:
                return
            left = [
                batch["id"]
                for batch in call.batches
                if batch.get("source_directory_id") == asked and batch["id"] not in known
            ]
            yield observe(
                "refused-create-leaves-nothing",
                len(left) <= too_many[asked],
                check="nothing-is-left",
                kind="unexpected",
                expected=[],
                actual=left,
                difference=f"{first_few(left)} over {asked} was returned by no create",
                exchanges=[refusals[asked][-1].exchange, call.exchange],
            )

    return look


def _asked_for(body: dict[str, Any]) -> dict[str, object]:
    """Return what a create asks for, as its body or the batch of its answer names it."""
    job_type, configuration_id = job_of(body)
    return {
        "source_directory_id": body.get("source_directory_id"),
        "type": job_type,
        "configuration_id": configuration_id,
    }
