"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib import import_module

from fixtures.settings import SETTLE_TIMEOUT
from suites.oracles import files, lifecycle, paging, settled
from suites.oracles.oracle import Oracle

_NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__))
_MODULES = [import_module(f"{__name__}.{name}") for name in _NAMES]

WAITING: tuple[Oracle, ...] = (
    settled.results_are_delivered,
    settled.jobs_resolve,
    settled.views_agree_on_the_end,
    settled.list_keeps_up,
    paging.walks_hold_every_match,
    files.deleted_files_are_left_out,
)
"""Those that wait until one operation may lag no more behind another, by the clock on the wall."""

ORACLES: tuple[Oracle, ...] = tuple(
    {
        oracle: None
        for module in _MODULES
        for oracle in vars(module).values()
        if isinstance(oracle, Oracle) and oracle not in WAITING
    }
)
"""Every other oracle, in the order in which they look."""

LAGGING = frozenset(
    oracle.name for oracle in (*WAITING, lifecycle.get_returns_batch_asked_for, settled.expanded_get_succeeds)
)
"""The names of those that are given how long one operation may lag behind another."""


def of_run(lag: float, *, waiting: bool = True) -> tuple[Oracle, ...]:
    """Those that look at the suite's own traffic; `lag` is how many seconds one operation may lag behind another.

    Those that wait have their place where the target's clock is the one on the wall.
    """
    return _with_lag((*ORACLES, *(WAITING if waiting else ())), lag)


def of_recordings(lag: float = SETTLE_TIMEOUT) -> tuple[Oracle, ...]:
    """Those that look at the traffic of others, of which nobody knows how much was observed.

    `lag` is how many seconds one operation may lag behind another.
    """
    return _with_lag((*(oracle for oracle in ORACLES if oracle.assumes is None), *WAITING), lag)


def _with_lag(oracles: Iterable[Oracle], lag: float) -> tuple[Oracle, ...]:
    return tuple(
        replace(oracle, begin=partial(oracle.begin, lag)) if oracle.name in LAGGING else oracle for oracle in oracles
    )
