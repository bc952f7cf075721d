"""Oracles on single pages of a list: nothing that the filters exclude, not too much, nothing twice."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fixtures.exchange import QUERIES_REMEMBERED, Pairs, Request, pairs_of, sent_once
from spec.enumerations import InvalidContract, list_parameters
from suites.differences import first_few
from suites.moments import moment
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import LIST, STATUSES, Call, repeated
from suites.verify import Check, Observation, observe

COMBINED = "list-filters-combine"
LATER_PAGE = "list-filters-hold-on-every-page"
PAGE = "list-answers-with-page"

_COUNT = re.compile("[0-9]{1,18}")
"""A page_size that bounds a page; no page holds more than a longer one says."""


def _in_status(wanted: str, found: object) -> bool | None:
    is_known = wanted in STATUSES and found in STATUSES
    return found == wanted if is_known else None


def _over_directory(wanted: str, found: object) -> bool | None:
    return found == wanted


def _not_before(wanted: str, found: object) -> bool | None:
    bound, created = moment(wanted), moment(found)
    return None if bound is None or created is None else not created.surely_before(bound)


def _not_after(wanted: str, found: object) -> bool | None:
    bound, created = moment(wanted), moment(found)
    return None if bound is None or created is None else not bound.surely_before(created)


@dataclass(frozen=True)
class Filter:
    """A filter of the list operation: its parameter, the field it looks at, and whether a value matches.

    `admits` gives `None` where that is unknown: a creation time is left out, a status is none that is documented, or
    the filter has no usable value.
    """

    parameter: str
    field: str
    requirement: str
    admits: Callable[[str, object], bool | None]


FILTERS = (
    Filter("status", "status", "list-filters-by-status", _in_status),
    Filter("source_directory_id", "source_directory_id", "list-filters-by-directory", _over_directory),
    Filter("created_at_on_or_after", "created_at", "list-filters-by-earliest-creation", _not_before),
    Filter("created_at_on_or_before", "created_at", "list-filters-by-latest-creation", _not_after),
)


SCOPE = frozenset({"project_id", "organization_id"})
PAGING = frozenset({"page_size", "page_token"})
if undecided := set(list_parameters()) - {filter_.parameter for filter_ in FILTERS} - SCOPE - PAGING:
    raise InvalidContract(
        f"a list has the parameter {', '.join(sorted(undecided))}; "
        "give it a filter in suites/oracles/lists.py, or name it there in SCOPE or PAGING"
    )


def scope_of(request: Request) -> Pairs:
    """Return the project and the organization that a query names; where it names none, they are those of the key."""
    return _scope(request.query)


@lru_cache(maxsize=QUERIES_REMEMBERED)
def _scope(query: str) -> Pairs:
    return tuple(sorted(pair for pair in pairs_of(query) if pair[0] in SCOPE))


@lru_cache(maxsize=QUERIES_REMEMBERED)
def filters_in(query: str) -> Mapping[Filter, str]:
    """Return the filters of a query with their values, without those that are empty or sent several times."""
    sent = sent_once(query)
    return {filter_: value for filter_ in FILTERS if (value := sent.get(filter_.parameter))}


def promise_of(request: Request) -> str:
    """Return the promise that a list has to keep: of the later pages, the combination, its one filter, or the page."""
    used = filters_in(request.query)
    if not used:
        return PAGE
    if request.param("page_token"):
        return LATER_PAGE
    return COMBINED if len(used) > 1 else next(iter(used)).requirement


MATCHES = {
    requirement: Check(requirement, check="list-items-match-filters", kind="unexpected")
    for requirement in (LATER_PAGE, COMBINED, *(filter_.requirement for filter_ in FILTERS))
}


@oracle(*(filter_.requirement for filter_ in FILTERS), COMBINED, looks_at=(LIST,))
def items_match_filters() -> Look:
    """Every item of a first page matches the filters."""

    def look(call: Call) -> Iterator[Observation]:
        if not call.exchange.request.param("page_token"):
            yield from _matching(call)

    return look


@oracle(LATER_PAGE, looks_at=(LIST,))
def later_items_match_filters() -> Look:
    """Every item of a later page matches the filters; what a token is worth in a list with others is not said."""
    given: Memory[tuple[str, frozenset[tuple[Filter, str]]], None] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        used = filters_in(call.exchange.request.query)
        if not used:
            return
        filters = frozenset(used.items())
        token, next_token = call.exchange.request.param("page_token"), call.answer.get("next_page_token")
        if token and (token, filters) in given:
            yield from _matching(call)
        if isinstance(next_token, str):
            given[next_token, filters] = None

    return look


def _matching(call: Call) -> Iterator[Observation]:
    """Compare the items of a page with each of the filters."""
    request = call.exchange.request
    used = filters_in(request.query)
    for filter_, wanted in used.items() if call.batches else ():
        judged = [(batch, filter_.admits(wanted, batch.get(filter_.field))) for batch in call.batches]
        outside = [batch for batch, is_admitted in judged if is_admitted is False]
        if all(is_admitted is None for _, is_admitted in judged):
            continue
        asked = MATCHES[promise_of(request)]
        if not outside:
            yield asked.held
            continue
        yield asked.violated(
            expected=wanted,
            actual=[{"id": batch["id"], filter_.field: batch.get(filter_.field)} for batch in outside],
            difference=f"{filter_.parameter}={wanted} does not let {_described(outside, filter_.field)} through",
            exchanges=[call.exchange],
            case=", ".join(filter_.parameter for filter_ in used),
        )


def _described(batches: list[dict[str, Any]], field: str) -> str:
    return ", ".join(f"{batch['id']} with {field} {batch.get(field)}" for batch in batches)


@oracle("page-holds-at-most-page-size", looks_at=(LIST,))
def page_holds_at_most_page_size() -> Look:
    """No page holds more than its page_size."""

    def look(call: Call) -> Iterator[Observation]:
        size = call.exchange.request.param("page_size") or ""
        if not call.batches or not _COUNT.fullmatch(size) or int(size) < 1:
            return
        yield observe(
            "page-holds-at-most-page-size",
            len(call.batches) <= int(size),
            check="page-size-is-kept",
            kind="too-many",
            expected=int(size),
            actual=len(call.batches),
            difference=f"{len(call.batches)} batches on a page of {size}",
            exchanges=[call.exchange],
        )

    return look


@oracle("pages-repeat-nothing", looks_at=(LIST,))
def page_repeats_nothing() -> Look:
    """No batch stands twice on one page."""

    def look(call: Call) -> Iterator[Observation]:
        twice = repeated(batch["id"] for batch in call.batches)
        if twice:
            yield observe(
                "pages-repeat-nothing",
                False,
                check="batch-is-met-once",
                kind="twice",
                expected=sorted({batch["id"] for batch in call.batches}),
                actual=[batch["id"] for batch in call.batches],
                difference=f"{first_few(twice)} appear several times on one page",
                exchanges=[call.exchange],
            )

    return look
