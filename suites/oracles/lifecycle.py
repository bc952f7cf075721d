"""Oracles on the life of a batch: what never changes, what never goes back, and what every operation agrees on."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fixtures.settings import SETTLE_TIMEOUT
from suites.moments import Moment
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.oracles.retention import Losses
from suites.traffic import (
    CREATE,
    DELETIONS,
    GET,
    LIST,
    SHOW_BATCHES,
    TERMINAL,
    Call,
    Seen,
    echoes,
)
from suites.verify import ANY_OPERATION, CHECKS_REMEMBERED, Check, Observation, observe


@dataclass(frozen=True)
class _Trait:
    """Something about a batch that stays as it is."""

    name: str
    requirement: str
    same: Callable[[Any, Any], bool]


TRAITS = (
    _Trait("config.job", "config-never-changes", operator.eq),
    _Trait("source_directory_id", "source-directory-never-changes", operator.eq),
    _Trait("project_id", "project-never-changes", operator.eq),
    _Trait("created_at", "created-at-never-changes", Moment.same_as),
)

Shown = tuple[Call, tuple[Any, ...]]
"""A call, and the traits of a batch, in their order, as it shows them."""

AT_ONCE = "get-finds-new-batch-at-once"
STAYS = [
    Check(
        trait.requirement,
        check="trait-stays",
        kind="changed",
    )
    for trait in TRAITS
]
"""What is asked of each trait in one view."""
AGREES = Check(
    "list-agrees-with-get",
    check="views-agree",
    kind="not-matching",
)
"""What is asked of whatever both views show."""
ALL_AGREE = [AGREES] * len(TRAITS)
FINAL = Check(
    "terminal-status-is-final",
    check="end-is-final",
    kind="changed",
)
ASKED_FOR = Check(
    "get-returns-requested-batch",
    check="batch-is-the-one-asked-for",
    kind="not-matching",
)
FOLLOWS = Check(
    "updated-at-not-before-created-at",
    check="update-follows-creation",
    kind="not-matching",
)
FORWARD = Check(
    "updated-at-never-goes-back",
    check="update-time-never-goes-back",
    kind="changed",
)


def _view(call: Call) -> str:
    """Create, get and cancel show a batch by itself, list among others; the two views are compared apart."""
    return LIST if call.name == LIST else GET


@oracle(*(trait.requirement for trait in TRAITS), AGREES.requirement, looks_at=SHOW_BATCHES)
def traits_never_change() -> Look:
    """Check that what a batch is made of stays the same in each view, and is the same in both.

    A create whose answer is not what was asked for is another oracle's matter, and no first view of the batch.
    """
    latest: Mapping[str, Memory[str, Shown]] = {LIST: Memory(), GET: Memory()}

    def look(call: Call) -> Iterator[Observation]:
        view = _view(call)
        own, other = latest[view], latest[GET if view == LIST else LIST]
        stayed = agreed = 0
        is_create = call.name == CREATE
        for seen in call.seen:
            if is_create and not echoes(call, seen.fields):
                continue
            traits = seen.traits
            now = call, traits
            before, elsewhere = own.get(seen.id), other.get(seen.id)
            if before and before[1] == traits and seen.is_whole:
                stayed += 1
            elif before:
                yield from _compared(STAYS, ANY_OPERATION, before, now, seen)
            if elsewhere and elsewhere[1] == traits and seen.is_whole:
                agreed += 1
            elif elsewhere:
                yield from _compared(ALL_AGREE, LIST, elsewhere, now, seen)
            own[seen.id] = now
        yield from _stayed(stayed) if stayed else ()
        yield from AGREES.counted(agreed * len(ALL_AGREE))

    return look


@lru_cache(maxsize=CHECKS_REMEMBERED)
def _stayed(times: int) -> tuple[Observation, ...]:
    return tuple(check.held_so_often(times) for check in STAYS)


def _compared(checks: Sequence[Check], operation: str, before: Shown, now: Shown, seen: Seen) -> Iterator[Observation]:
    for trait, check, first, second in zip(TRAITS, checks, before[1], now[1], strict=True):
        if first is None or second is None:
            continue
        if first is second or trait.same(first, second):
            yield check.held
            continue
        yield check.violated(
            expected=_plain(first),
            actual=_plain(second),
            difference=f"{trait.name} was {_plain(first)} and is {_plain(second)}",
            operation=operation,
            exchanges=[before[0].exchange, now[0].exchange],
            case=f"batch {seen.id}, {seen.fields.get('status')}",
        )


def _plain(trait: Any) -> Any:
    return trait.text if isinstance(trait, Moment) else trait


@oracle(FINAL.requirement, looks_at=SHOW_BATCHES)
def terminal_status_is_final() -> Look:
    """Check that a view that has shown a terminal status shows it for ever."""
    ended: Mapping[str, Memory[str, tuple[Call, str]]] = {LIST: Memory(), GET: Memory()}

    def look(call: Call) -> Iterator[Observation]:
        endings = ended[_view(call)]
        held = 0
        for seen in call.seen:
            known = endings.get(seen.id)
            if known is None:
                if seen.status in TERMINAL:
                    endings[seen.id] = call, seen.status
                continue
            ending, final = known
            if not call.is_after(ending):
                continue
            if seen.status == final:
                held += 1
                continue
            yield FINAL.violated(
                expected=final,
                actual=seen.fields.get("status"),
                difference=f"{seen.id} was {final} and is {seen.status}",
                operation=ANY_OPERATION,
                exchanges=[ending.exchange, call.exchange],
                case=f"batch {seen.id}",
            )
        yield from FINAL.counted(held)

    return look


@oracle(FOLLOWS.requirement, looks_at=SHOW_BATCHES)
def updated_at_not_before_created_at() -> Look:
    """No batch was updated before it was created."""

    def look(call: Call) -> Iterator[Observation]:
        held = 0
        for seen in call.seen:
            created, updated = seen.created, seen.updated
            if created is None or updated is None:
                continue
            if not updated.surely_before(created):
                held += 1
            else:
                yield FOLLOWS.violated(
                    expected=f"{created.text} or later",
                    actual=updated.text,
                    difference=f"updated_at {updated.text} is before created_at {created.text}",
                    operation=ANY_OPERATION,
                    exchanges=[call.exchange],
                    case=f"batch {seen.id}, {seen.fields.get('status')}",
                )
        yield from FOLLOWS.counted(held)

    return look


@oracle(FORWARD.requirement, looks_at=SHOW_BATCHES)
def updated_at_never_goes_back() -> Look:
    """In each view the update time of a batch only moves forward."""
    latest: Mapping[str, Memory[str, tuple[Call, Moment]]] = {LIST: Memory(), GET: Memory()}

    def look(call: Call) -> Iterator[Observation]:
        updates = latest[_view(call)]
        held = 0
        for seen in call.seen:
            updated = seen.updated
            if updated is None:
                continue
            known = updates.get(seen.id)
            if known is None or not call.is_after(known[0]):
                pass
            elif not updated.surely_before(known[1]):
                held += 1
            else:
                yield FORWARD.violated(
                    expected=f"{known[1].text} or later",
                    actual=updated.text,
                    difference=f"updated_at was {known[1].text} and is {updated.text}",
                    operation=ANY_OPERATION,
                    exchanges=[known[0].exchange, call.exchange],
                    case=f"batch {seen.id}, {seen.fields.get('status')}",
                )
            if known is None or known[1].instant <= updated.instant:
                updates[seen.id] = call, updated
        yield from FORWARD.counted(held)

    return look


@oracle(ASKED_FOR.requirement, AT_ONCE, looks_at=DELETIONS | {CREATE, GET})
def get_returns_batch_asked_for(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a get of a batch that was created with the same key succeeds, and gives that batch.

    A get that asks for more than the batch itself is judged only by what it shows, as is one whose headers were not to
    the service's liking; one that refuses the key is not judged at all, for a key may end in the middle of a run. A
    batch may not be found for `lag` seconds after its create; that it was not is observed once it is found. One that is
    long over may be gone, and one whose directory or one of whose files was deleted may have gone with them.
    """
    created: Memory[tuple[str, str], Call] = Memory()
    losses = Losses()
    found: Memory[tuple[str, str], Call] = Memory()
    missed: Memory[tuple[str, str], list[Call]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE:
            for batch in call.batches:
                created[call.caller, batch["id"]] = call
        losses.note(call)
        if call.name != GET:
            return
        asked = call.path["batch_id"]
        creation = created.get((call.caller, asked))
        exchanges = [creation.exchange, call.exchange] if creation else [call.exchange]
        for seen in call.seen:
            if seen.id == asked:
                yield ASKED_FOR.held
            else:
                yield ASKED_FOR.violated(expected=asked, actual=seen.id, exchanges=exchanges)
        if creation is None or not call.is_after(creation) or _adds_parameters(call, creation):
            return
        directory_id, seconds = creation.sent_body.get("source_directory_id"), call.seconds_after(creation)
        if call.may_not_find and losses.explain(directory_id, seconds):
            return
        key = call.caller, asked
        if call.may_not_find and seconds < lag:
            missed.setdefault(key, []).append(call)
        elif call.batches:
            if key in missed or key not in found:
                yield _found(asked, creation, missed.pop(key, []), call)
            found[key] = call
        elif call.may_not_find:
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
    at_first, now = creation.exchange.request.params, call.exchange.request.params
    return at_first != now and set(at_first) != set(now)
