"""Which calls an oracle is shown: those of the operations that it declares, and all that it has to know."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import CodeType, FunctionType
from typing import Any

import pytest

from spec.openapi import operations
from suites.oracles import ORACLES, WAITING
from suites.oracles.answers import NO_SERVER_ERROR
from suites.oracles.oracle import Look, Oracle, has_memory, oracle
from suites.oracles.panel import Panel
from suites.traffic import DELETE_DIRECTORY, GET, LIST, Call, call_of
from suites.verify import Verify
from tests.oracles.history import History

ALL = (*ORACLES, *WAITING)
JUDGED_BY_NONE = frozenset(
    {
        *("createConfiguration", "deleteConfiguration"),
        *("createWebhookConfiguration", "deleteWebhookConfiguration"),
        *("listProjects", "listProjectsAsArray"),
    }
)
"""Operations of the set-up that show no batch, and from which nothing follows for one."""


def test_somebody_looks_at_every_operation_from_which_something_follows() -> None:
    looked_at = frozenset[str]().union(*(each.looks_at for each in ALL))
    assert looked_at == operations().keys() - JUDGED_BY_NONE


NOT_OF_LIKES = frozenset(
    {
        *("header", "headers", "number", "worker", "slack", "stretch", "skew"),
        *("sent", "received", "sent_at", "seconds", "seconds_after", "is_after"),
    }
)
"""What may differ between calls that are alike."""


@pytest.mark.parametrize("of", [each for each in ALL if not has_memory(each.begin())], ids=lambda of: of.name)
def test_a_look_without_a_memory_judges_by_what_calls_that_are_alike_share(of: Oracle) -> None:
    assert not NOT_OF_LIKES & {name for function in _called_by(of.begin) for name in _names(function.__code__)}


SHOWN: list[int] = []
"""The calls that were shown to `forgetful`, which would have a memory if it closed over them."""


@oracle("no-server-error", looks_at=(LIST,))
def forgetful() -> Look:
    def look(call: Call) -> Iterator[Any]:
        SHOWN.append(call.exchange.number)
        if call.exchange.request.param("status") == "RUNNING":
            yield NO_SERVER_ERROR.violated(expected="", actual="", exchanges=[call.exchange])
        else:
            yield NO_SERVER_ERROR.held

    return look


def test_a_look_without_a_memory_is_shown_no_call_that_is_like_one_in_which_all_held() -> None:
    first = History().exchanges["list all"]
    assert first.response is not None
    page, asked = first.response, first.request
    others = [
        replace(first, caller="somebody else"),
        replace(first, response=replace(page, body=page.body + b" ")),
        replace(first, response=replace(page, headers=(("content-type", "text/plain"),))),
        replace(first, request=replace(asked, query="page_size=7")),
        replace(first, request=replace(asked, query="status=RUNNING")),
    ]
    SHOWN.clear()
    verify = Verify()
    panel = Panel([forgetful], verify)
    for number, exchange in enumerate([first, *others] * 2):
        panel.on_exchange(replace(exchange, number=number))
    found = verify.take("")
    assert [*range(6), 11] == SHOWN
    assert found["held"] == {"no-server-error": 10}
    assert len(found["violations"]) == 2


def test_a_panel_finds_in_calls_that_come_again_what_each_look_finds_by_itself() -> None:
    exchanges = [*History().exchanges.values()] * 3
    verify = Verify()
    panel = Panel(ALL, verify)
    for exchange in exchanges:
        panel.on_exchange(exchange)
    held: Counter[str] = Counter()
    violated = []
    looks = [(each.looks_at, each.begin()) for each in ALL]
    for call in map(call_of, exchanges):
        for looks_at, look in looks:
            for observation in look(call) if call.name in looks_at else ():
                held[observation.requirement] += observation.times * observation.holds
                violated += [] if observation.holds else [observation.requirement]
    found = verify.take("")
    assert found["held"] == +held
    assert [violation["requirement"] for violation in found["violations"]] == violated


@pytest.mark.parametrize("of", ALL, ids=lambda of: of.name)
def test_an_oracle_looks_at_every_operation_that_it_speaks_of(of: Oracle) -> None:
    assert frozenset(_spoken_of(of.begin)) <= of.looks_at


def _spoken_of(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the operations that a function names, and those that the functions of its module name which it calls."""
    for each in _called_by(function):
        values = [each.__globals__.get(name) for name in _names(each.__code__)]
        yield from (value for value in values if isinstance(value, str) and value in operations())


def _called_by(function: Callable[..., Any]) -> Iterator[Any]:
    """Yield a function, and the functions of its module that it calls."""
    waiting, known = [function], {function}
    while waiting:
        each = waiting.pop()
        yield each
        for name in _names(each.__code__):
            value = each.__globals__.get(name)
            if isinstance(value, FunctionType) and value.__module__ == function.__module__ and value not in known:
                known.add(value)
                waiting.append(value)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def test_an_oracle_is_shown_the_calls_of_its_operations_in_order() -> None:
    shown: list[Call] = []

    @oracle("no-server-error", looks_at=(LIST, DELETE_DIRECTORY))
    def watching() -> Look:
        def look(call: Call) -> Iterator[Any]:
            shown.append(call)
            yield from ()

        return look

    exchanges = list(History().exchanges.values())
    panel = Panel([watching], Verify())
    for exchange in exchanges:
        panel.on_exchange(exchange)
    assert {call.name for call in shown} <= {LIST, DELETE_DIRECTORY}
    assert [call.exchange.number for call in shown] == sorted(call.exchange.number for call in shown)
    assert sum(call.name == LIST for call in shown) > 1


def test_an_operation_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="no operation getBatches"):
        oracle("no-server-error", looks_at=(GET, "getBatches"))
