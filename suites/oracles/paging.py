"""Oracles on whole walks over the pages of a list, put together from the pages that pass."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from fixtures.exchange import QUERIES_REMEMBERED, Request, pairs_of, remembered, sent_once, values_of
from fixtures.settings import SETTLE_TIMEOUT
from suites.differences import first_few, lacking
from suites.moments import SECOND, Moment, moment
from suites.oracles.lists import COMBINED, FILTERS, PAGING, SCOPE, filters_in, scope_of
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.oracles.retention import Losses
from suites.traffic import (
    COMPLETED,
    CREATE,
    DELETIONS,
    LIST,
    SHOW_BATCHES,
    STATUSES,
    TERMINAL,
    Call,
    echoes,
    listed,
)
from suites.verify import Check, Observation, observe

COMPARED = 200
"""Batches of one caller, and of one directory, that are looked for in a walk: the latest."""
PLAUSIBLE = (946_684_800 * SECOND, 4_102_444_800 * SECOND)
"""The beginnings of the years 2000 and 2100, between which a service can be expected to know every time."""
MICROSECOND = 1_000
"""Its nanoseconds."""
LONGEST_WALK = 2_000
"""Pages after which a walk is followed no more."""
OPEN_WALKS = 500
"""Walks that are followed at a time; each holds all that it has met."""

LOSE, REPEAT, INSERT = "pages-lose-nothing", "pages-repeat-nothing", "pages-survive-insertions"
SHOWS, INSTANTS, ENDS = "list-shows-created-batch", "list-compares-instants", "walk-over-pages-ends"
OF_FILTERS = frozenset({INSTANTS, COMBINED, *(filter_.requirement for filter_ in FILTERS)})
TIMES = ("created_at_on_or_after", "created_at_on_or_before")

Filters = frozenset[tuple[str, str]]
State = tuple[object, object]


@dataclass(frozen=True)
class FollowedWalk:
    """Pages that follow each other: the first and the last, and what they held.

    `met` has each batch with its status and update time as they were met, `projects` what these batches said of their
    project, `tokens` each token that led to a page that was not empty, with its batches. `twice` are the batches that
    were met again, unchanged, and `repeating` is the page on which that happened first.
    """

    first: Call
    last: Call
    pages: int
    met: dict[str, State]
    projects: frozenset[str]
    tokens: dict[str, tuple[str, ...]]
    twice: tuple[str, ...] = ()
    repeating: Call | None = None


@dataclass(frozen=True)
class Born:
    """A batch whose create was observed, and until when answers to creates of its caller had come in at the latest."""

    id: str
    call: Call
    caller: str
    project_id: str
    directory_id: str
    created: Moment | None
    until: float


def selection_of(request: Request) -> Filters | None:
    """Return the filters and the scope of a list; `None` where it is open what they select."""
    return _selection(request.query)


@lru_cache(maxsize=QUERIES_REMEMBERED)
def _selection(query: str) -> Filters | None:
    params = pairs_of(query)
    used = {filter_.parameter: value for filter_, value in filters_in(query).items()}
    scope = {name: value for name in SCOPE if (value := sent_once(query).get(name))}
    others = [name for name, _ in params if name not in PAGING]
    is_clear = sorted(others) == sorted(used | scope) and all(len(values_of(params, name)) < 2 for name in PAGING)
    is_clear = is_clear and all(_is_plausible(used[name]) for name in TIMES if name in used)
    is_clear = is_clear and used.get("status", COMPLETED) in STATUSES
    return frozenset((used | scope).items()) if is_clear else None


def _is_plausible(value: str) -> bool:
    bound = moment(value)
    return bound is not None and PLAUSIBLE[0] <= bound.instant < PLAUSIBLE[1]


def is_of_another_offset(value: str) -> bool:
    """Whether a date-time is written in an offset other than that of UTC."""
    return not value.upper().endswith(("Z", "+00:00", "-00:00"))


@oracle(
    *(LOSE, REPEAT, INSERT, SHOWS, INSTANTS, ENDS, COMBINED),
    *(filter_.requirement for filter_ in FILTERS),
    looks_at=DELETIONS | SHOW_BATCHES,
)
def walks_hold_every_match(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that a walk that was followed from its first page to its last holds what has matched for long, once.

    Looked for are batches that the same caller created, in the project that the walk is over, well before it began; for
    a status, those that had ended in it by then and were shown in no other since; and none that may be gone. A batch
    that is met twice counts where it has not changed between. Where a page_size was asked for and nothing was received,
    the service may not have made anything of it, and what a token is worth with another page_size is not said. Nor is
    the order of a list: a batch that goes on may move in it, from one page to another, and others with it, so pages are
    compared only where the batches that they hold stood still.
    """
    open_: Memory[tuple[str, Filters, str | None, str], FollowedWalk] = Memory(OPEN_WALKS)
    births: Memory[tuple[str, str], deque[Born]] = Memory()
    losses = Losses()
    latest: Memory[str, tuple[Call, str | None]] = Memory()

    def remember(call: Call) -> None:
        losses.note(call)
        is_create = call.name == CREATE
        for seen in call.seen:
            shown = latest.get(seen.id)
            if shown is None or (seen.status != shown[1] and call.is_after(shown[0])):
                latest[seen.id] = call, seen.status
            if is_create and echoes(call, seen.fields):
                directory_id = str(seen.fields.get("source_directory_id"))
                before = births.get((call.caller, ""))
                until = max(call.exchange.received + call.exchange.slack, before[-1].until if before else -math.inf)
                born = Born(seen.id, call, call.caller, _project_of(seen.fields), directory_id, seen.created, until)
                for key in ((call.caller, ""), (call.caller, directory_id)):
                    births.setdefault(key, deque(maxlen=COMPARED)).append(born)

    def look(call: Call) -> Iterator[Observation]:
        remember(call)
        if call.name != LIST or not call.succeeded or not isinstance(call.answer.get("items"), list):
            return
        request = call.exchange.request
        filters, size, token = selection_of(request), request.param("page_size"), request.param("page_token")
        if filters is None:
            return
        before = open_.get((call.caller, filters, size, token)) if token is not None else None
        if token is not None and (before is None or not call.is_after(before.last) or before.pages > LONGEST_WALK):
            return
        walk = _continued(before, call, token)
        if before and token and _is_led_back(before, call, token):
            yield observe(
                ENDS,
                False,
                check="walk-ends",
                kind="unending",
                expected="a page that leads on",
                actual="the same token and the same batches as before",
                exchanges=[before.last.exchange, call.exchange],
            )
        following = call.answer.get("next_page_token")
        if isinstance(following, str) and following:
            open_[call.caller, filters, size, following] = walk
        elif not following:
            yield from _judged(walk, filters)

    def _judged(walk: FollowedWalk, filters: Filters) -> Iterator[Observation]:
        used = {name: value for name, value in filters if name not in SCOPE}
        known = births.get((walk.first.caller, used.get("source_directory_id", "")), ())
        is_disturbed = walk.pages > 1 and _is_disturbed(walk, births)
        if walk.pages > 1:
            older = {born.id for born in known if walk.first.is_after(born.call)}
            new = {born.id for born in known} - older
            if not all(was_shown(walk, id_) for id_ in walk.met.keys() - new):
                return
            if all(had_ended(walk, id_) for id_ in older - walk.met.keys()):
                yield _repeats(walk, is_disturbed)
        projects = _projects_of(walk, births)
        lower, upper = (moment(used.get(name)) for name in TIMES)

        def is_sure(born: Born) -> bool:
            seconds = walk.first.seconds_after(born.call)
            is_there = seconds >= lag and born.project_id in projects and not losses.explain(born.directory_id, seconds)
            is_in_place = walk.pages == 1 or born.id in walk.met or had_ended(walk, born.id)
            return is_there and is_in_place and _matches(born, lower, upper, used.get("status"), walk)

        is_sized = walk.first.exchange.request.param("page_size") is not None
        if (is_sized and not walk.met) or not any(map(is_sure, known)):
            return
        missing = {born.id: born for born in known if born.id not in walk.met and is_sure(born)}
        promise = _promise(walk, used, is_disturbed)
        check = "list-items-match-filters" if promise in OF_FILTERS else "walk-meets-every-batch"
        asked = Check(promise, check=check, kind="missing")
        if not missing:
            yield asked.held
            return
        sure = {born.id for born in known if is_sure(born)}
        yield asked.violated(
            expected=sorted(sure),
            actual=sorted(walk.met),
            difference=lacking(sure, walk.met),
            exchanges=[missing[min(missing)].call.exchange, walk.first.exchange, walk.last.exchange],
            case=", ".join(f"{name}={value}" for name, value in sorted(used.items())),
        )

    def was_shown(walk: FollowedWalk, id_: str) -> bool:
        """Whether a batch was shown before a walk in the status in which the walk meets it."""
        since, status = latest.get(id_, (walk.last, None))
        return status == walk.met[id_][0] and walk.first.is_after(since)

    def had_ended(walk: FollowedWalk, id_: str) -> bool:
        """Whether a batch was shown in a terminal status before a walk, and in no other since."""
        since, status = latest.get(id_, (walk.last, None))
        return status in TERMINAL and walk.first.is_after(since)

    def _matches(
        born: Born, lower: Moment | None, upper: Moment | None, wanted: str | None, walk: FollowedWalk
    ) -> bool:
        """Whether a batch surely matches, and has so for long."""
        if (lower or upper) and born.created is None:
            return False
        if born.created and lower and not _is_not_before(born.created, lower):
            return False
        if born.created and upper and not _is_not_before(upper, born.created):
            return False
        if wanted is None:
            return True
        since, status = latest.get(born.id, (born.call, None))
        return status in TERMINAL and status == wanted and walk.first.seconds_after(since) >= lag

    return look


def _projects_of(walk: FollowedWalk, births: Memory[tuple[str, str], deque[Born]]) -> frozenset[str]:
    """Return the projects that a walk is over: of what it shows, or else that of all that its caller has created there.

    It is open where the project was named, or where the creates that name none show several.
    """
    if walk.projects or scope_of(walk.first.exchange.request):
        return walk.projects
    own = {
        born.project_id for born in births.get((walk.first.caller, ""), ()) if not scope_of(born.call.exchange.request)
    }
    return frozenset(own if len(own) == 1 else ())


def _is_not_before(later: Moment, earlier: Moment) -> bool:
    """Whether a moment surely does not come before another; times as fine as microseconds are what they say."""
    is_exact = max(later.unit, earlier.unit) <= MICROSECOND and later.instant == earlier.instant
    return is_exact or earlier.surely_before(later)


def _continued(before: FollowedWalk | None, call: Call, token: str | None) -> FollowedWalk:
    met, projects = _on_page(call.exchange.response.body if call.exchange.response else b"")
    if before is None or token is None:
        return FollowedWalk(call, call, 1, met, projects, {})
    ids = tuple(met)
    twice = [] if _is_led_back(before, call, token) else [id_ for id_ in ids if before.met.get(id_) == met[id_]]
    return replace(
        before,
        last=call,
        pages=before.pages + 1,
        met={**before.met, **met},
        projects=before.projects | projects,
        tokens={**before.tokens, token: ids} if ids else before.tokens,
        twice=(*before.twice, *twice),
        repeating=before.repeating or (call if twice else None),
    )


def _is_led_back(walk: FollowedWalk, call: Call, token: str) -> bool:
    """Whether a page is one that its token has led to before in the walk."""
    before = walk.tokens.get(token)
    return bool(before) and before == tuple(seen.id for seen in call.seen)


@remembered
def _on_page(body: bytes) -> tuple[dict[str, State], frozenset[str]]:
    """Return each batch of a page with its state, and what they say of their project."""
    shown = listed(body)
    return {seen.id: _state(seen.fields) for seen in shown}, frozenset(_project_of(seen.fields) for seen in shown)


def _project_of(batch: dict[str, Any]) -> str:
    return str(batch.get("project_id"))


def _state(batch: dict[str, Any]) -> State:
    return batch.get("status"), batch.get("updated_at")


def _repeats(walk: FollowedWalk, is_disturbed: bool) -> Observation:
    """Return whether later pages of a walk hold what earlier ones held.

    Somebody who was not observed may have created a batch during the walk, unless the walk is over one directory.
    """
    is_open = walk.first.exchange.request.param("source_directory_id") is None
    return observe(
        INSERT if is_open or is_disturbed else REPEAT,
        not walk.twice,
        check="batch-is-met-once",
        kind="twice",
        expected=[],
        actual=walk.twice,
        difference=f"{first_few(walk.twice)} was on an earlier page too",
        exchanges=[walk.first.exchange, (walk.repeating or walk.last).exchange],
    )


def _is_disturbed(walk: FollowedWalk, births: Memory[tuple[str, str], deque[Born]]) -> bool:
    """Whether the caller may have created a batch during a walk."""
    began, ended = walk.first.exchange, walk.last.exchange
    for born in reversed(births.get((walk.first.caller, ""), ())):
        if began.sent - began.slack - began.skew >= born.until:
            return False
        create = born.call.exchange
        if began.seconds_after(create) < 0 and create.seconds_after(ended) < 0:
            return True
    return False


def _promise(walk: FollowedWalk, used: dict[str, str], is_disturbed: bool) -> str:
    """Return the promise that a walk breaks which does not hold what it has to."""
    if is_disturbed:
        return INSERT
    if any(is_of_another_offset(used[name]) for name in TIMES if name in used):
        return INSTANTS
    if walk.pages > 1:
        return LOSE
    if not used:
        return SHOWS
    return COMBINED if len(used) > 1 else next(each.requirement for each in FILTERS if each.parameter in used)
