"""Oracles on the life of a batch: what never changes, what never goes back, and what every operation agrees on."""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fixtures.settings import SETTLE_TIMEOUT
from suites.moments import Moment, moment
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import (
    CREATE,
    DELETE_DIRECTORY,
    GET,
    GONE,
    LIST,
    NOT_FOUND,
    TERMINAL,
    Call,
    echoes,
    job_of,
    status_of,
)
from suites.verify import ANY_OPERATION, Observation, held, observe


def _created_at(batch: dict[str, Any]) -> Moment | None:
    return moment(batch.get("created_at"))


def _job(batch: dict[str, Any]) -> tuple[object, object] | None:
    return job_of(batch) if batch.get("config") is not None else None


@dataclass(frozen=True)
class _Trait:
    """Something about a batch that stays as it is; `None` where the batch does not show it."""

    name: str
    requirement: str
    of: Callable[[dict[str, Any]], Any]
    same: Callable[[Any, Any], bool]


TRAITS = (
    _Trait("config.job", "config-never-changes", _job, operator.eq),
    _Trait(
        "source_directory_id",
        "source-directory-never-changes",
        operator.methodcaller("get", "source_directory_id"),
        operator.eq,
    ),
    _Trait(
        "project_id",
        "project-never-changes",
        operator.methodcaller("get", "project_id"),
        operator.eq,
    ),
    _Trait("created_at", "created-at-never-changes", _created_at, Moment.same_as),
)

Shown = tuple[Any, ...]
"""The traits of a batch, in their order, as one answer shows them."""

AGREEMENT = "list-agrees-with-get"
AT_ONCE = "get-finds-new-batch-at-once"
STAYS = ("trait-stays", "changed", ANY_OPERATION)
AGREES = ("views-agree", "not-matching", LIST)
"""What is asked, the kind of violation, and the operation, of what stays in a view, and of what both views share."""
IN_ONE_VIEW = [(trait.requirement, *STAYS) for trait in TRAITS]
IN_BOTH_VIEWS = [(AGREEMENT, *AGREES)] * len(TRAITS)


def _view(call: Call) -> str:
    """Create, get and cancel show a batch by itself, list among others; the two views are compared apart."""
    return LIST if call.name == LIST else GET


@oracle(*(trait.requirement for trait in TRAITS), AGREEMENT)
def traits_never_change() -> Look:
    """Check that what a batch is made of stays the same in each view, and is the same in both.

    A create whose answer is not what was asked for is another oracle's matter, and no first view of the batch.
    """
    latest: Memory[tuple[str, str], tuple[Call, Shown]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        view = _view(call)
        other = GET if view == LIST else LIST
        for batch in call.batches:
            if call.name == CREATE and not echoes(call, batch):
                continue
            before, counterpart = latest.get((batch["id"], view)), latest.get((batch["id"], other))
            now = call, tuple([trait.of(batch) for trait in TRAITS])
            if before is not None:
                yield from _compared(IN_ONE_VIEW, before, now, batch)
            if counterpart is not None:
                yield from _compared(IN_BOTH_VIEWS, counterpart, now, batch)
            latest[batch["id"], view] = now

    return look


def _compared(
    looks: Sequence[tuple[str, str, str, str]],
    before: tuple[Call, Shown],
    now: tuple[Call, Shown],
    batch: dict[str, Any],
) -> Iterator[Observation]:
    for trait, look, first, second in zip(TRAITS, looks, before[1], now[1], strict=True):
        requirement, check, kind, operation = look
        if first is None or second is None:
            continue
        if first is second or trait.same(first, second):
            yield held(requirement, check=check, kind=kind)
            continue
        yield observe(
            requirement,
            False,
            check=check,
            kind=kind,
            expected=_plain(first),
            actual=_plain(second),
            difference=f"{trait.name} was {_plain(first)} and is {_plain(second)}",
            operation=operation,
            exchanges=[before[0].exchange, now[0].exchange],
            case=f"batch {batch['id']}, {batch.get('status')}",
        )


def _plain(trait: Any) -> Any:
    return trait.text if isinstance(trait, Moment) else trait


@oracle("terminal-status-is-final")
def terminal_status_is_final() -> Look:
    """Check that a view that has shown a terminal status shows it for ever."""
    ended: Memory[tuple[str, str], tuple[Call, str]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches:
            key, status = (batch["id"], _view(call)), status_of(batch)
            if key in ended and call.is_after(ended[key][0]):
                ending, final = ended[key]
                yield observe(
                    "terminal-status-is-final",
                    status == final,
                    check="end-is-final",
                    kind="changed",
                    expected=final,
                    actual=batch.get("status"),
                    difference=f"{batch['id']} was {final} and is {status}",
                    operation=ANY_OPERATION,
                    exchanges=[ending.exchange, call.exchange],
                    case=f"batch {batch['id']}",
                )
            if status is not None and status in TERMINAL:
                ended.setdefault(key, (call, status))

    return look


@oracle("updated-at-not-before-created-at")
def updated_at_not_before_created_at() -> Look:
    """No batch was updated before it was created."""

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches:
            created, updated = _created_at(batch), moment(batch.get("updated_at"))
            if created is not None and updated is not None:
                yield observe(
                    "updated-at-not-before-created-at",
                    not updated.surely_before(created),
                    check="update-follows-creation",
                    kind="not-matching",
                    expected=f"{created.text} or later",
                    actual=updated.text,
                    difference=f"updated_at {updated.text} is before created_at {created.text}",
                    operation=ANY_OPERATION,
                    exchanges=[call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )

    return look


@oracle("updated-at-never-goes-back")
def updated_at_never_goes_back() -> Look:
    """In each view the update time of a batch only moves forward."""
    latest: Memory[tuple[str, str], tuple[Call, Moment]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        for batch in call.batches:
            key, updated = (batch["id"], _view(call)), moment(batch.get("updated_at"))
            if updated is None:
                continue
            known = latest.get(key)
            if known is not None and call.is_after(known[0]):
                yield observe(
                    "updated-at-never-goes-back",
                    not updated.surely_before(known[1]),
                    check="update-time-never-goes-back",
                    kind="changed",
                    expected=f"{known[1].text} or later",
                    actual=updated.text,
                    difference=f"updated_at was {known[1].text} and is {updated.text}",
                    operation=ANY_OPERATION,
                    exchanges=[known[0].exchange, call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )
            if known is None or known[1].instant <= updated.instant:
                latest[key] = call, updated

    return look


@oracle("get-returns-requested-batch", AT_ONCE)
def get_returns_batch_asked_for(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a get of a batch that was created with the same key succeeds, and gives that batch.

    A get that asks for more than the batch itself is judged only by what it shows, as is one whose headers were not to
    the service's liking; one that refuses the key is not judged at all, for a key may end in the middle of a run. A
    batch may not be found for `lag` seconds after its create; that it was not is observed once it is found. One whose
    directory was deleted may have gone with it.
    """
    created: Memory[tuple[str, str], Call] = Memory()
    deleted: Memory[str, Call] = Memory()
    found: Memory[tuple[str, str], Call] = Memory()
    missed: Memory[tuple[str, str], list[Call]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE:
            for batch in call.batches:
                created[call.caller, batch["id"]] = call
        if call.name == DELETE_DIRECTORY and call.succeeded:
            deleted[call.path["directory_id"]] = call
        if call.name != GET:
            return
        asked = call.path["batch_id"]
        creation = created.get((call.caller, asked))
        exchanges = [creation.exchange, call.exchange] if creation else [call.exchange]
        for batch in call.batches:
            yield observe(
                "get-returns-requested-batch",
                batch["id"] == asked,
                check="batch-is-the-one-asked-for",
                kind="not-matching",
                expected=asked,
                actual=batch["id"],
                exchanges=exchanges,
            )
        if creation is None or not call.is_after(creation) or _adds_parameters(call, creation):
            return
        if call.exchange.status in GONE and str(creation.sent_body.get("source_directory_id")) in deleted:
            return
        key = call.caller, asked
        if call.exchange.status == NOT_FOUND and call.seconds_after(creation) < lag:
            missed.setdefault(key, []).append(call)
        elif call.batches:
            if key in missed or key not in found:
                yield _found(asked, creation, missed.pop(key, []), call)
            found[key] = call
        elif call.refused and not call.refuses_key and not call.refuses_headers:
            yield observe(
                "get-returns-requested-batch",
                False,
                check="request-is-accepted",
                kind="refused",
                expected="a 2xx",
                actual=call.exchange.status,
                difference=f"{asked}, which was created before, cannot be read",
                exchanges=exchanges,
            )

    return look


def _found(asked: str, creation: Call, missed: Sequence[Call], call: Call) -> Observation:
    seconds = call.exchange.received - creation.exchange.received
    return observe(
        AT_ONCE,
        not missed,
        check="batch-is-found-at-once",
        kind="missing",
        expected="a 2xx for each get after the create",
        actual=[each.exchange.status for each in missed],
        difference=f"{asked} was not found by each get until {seconds:.2f} s after its create",
        exchanges=[creation.exchange, *(each.exchange for each in missed[:1]), call.exchange],
    )


def _adds_parameters(call: Call, creation: Call) -> bool:
    """Whether a get has parameters that may make it fail: an expansion, or another project than the create had."""
    return set(creation.exchange.request.params) != set(call.exchange.request.params)
