"""Which calls an oracle is shown: those of the operations that it declares, and all that it has to know."""

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest

from spec.openapi import operations
from suites.oracles import ORACLES, WAITING
from suites.oracles.oracle import Look, Oracle, oracle
from suites.oracles.panel import Panel
from suites.traffic import DELETE_DIRECTORY, GET, LIST, Call
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


@pytest.mark.parametrize("of", ALL, ids=lambda of: of.name)
def test_an_oracle_looks_at_every_operation_that_it_speaks_of(of: Oracle) -> None:
    assert frozenset(_spoken_of(of.begin)) <= of.looks_at


def _spoken_of(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the operations that a function names, and those that the functions of its module name which it calls."""
    waiting, known = [function], {function}
    while waiting:
        each = waiting.pop()
        for name in _names(each.__code__):
            value = each.__globals__.get(name)
            if callable(value) and getattr(value, "__module__", "") == function.__module__ and value not in known:
                if hasattr(value, "__code__"):
                    known.add(value)
                    waiting.append(value)
            elif isinstance(value, str) and value in operations():
                yield value


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
