"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

import pkgutil
from dataclasses import replace
from functools import partial
from importlib import import_module

from suites.oracles import files, lifecycle, paging, refusals, settled
from suites.oracles.oracle import Oracle

_OF_RECORDINGS = (files, paging, refusals, settled)
"""The modules whose oracles judge recordings alone."""
_NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__))
_MODULES = [import_module(f"{__name__}.{name}") for name in _NAMES]

ORACLES: tuple[Oracle, ...] = tuple(
    {
        oracle: None
        for module in _MODULES
        if module not in _OF_RECORDINGS
        for oracle in vars(module).values()
        if isinstance(oracle, Oracle)
    }
)
"""Every oracle of a run, in the order in which they look."""

OF_LISTS_THAT_LAG: tuple[Oracle, ...] = (settled.views_agree_on_the_end, settled.list_keeps_up)
"""Those that compare a list with earlier gets."""

WHOEVER_ASKS: tuple[Oracle, ...] = (
    *(oracle for oracle in ORACLES if oracle.assumes is None),
    refusals.impossible_create_is_refused,
    refusals.usable_filter_is_accepted,
    settled.expanded_get_succeeds,
    files.files_are_of_the_directory,
)
SETTLED_BY_THEN: tuple[Oracle, ...] = (
    settled.results_are_delivered,
    settled.jobs_resolve,
    *OF_LISTS_THAT_LAG,
    paging.walks_hold_every_match,
)
LAGGING = frozenset({oracle.name for oracle in (*SETTLED_BY_THEN, lifecycle.get_returns_batch_asked_for)})
"""The names of those that are told how long one operation may lag behind another."""


def of_run(lag: float, *, by_the_wall: bool = False) -> tuple[Oracle, ...]:
    """Those that look at the suite's own traffic; `lag` is how many seconds one operation may lag behind another.

    How far a list lags they see only where the target goes by the clock on the wall.
    """
    return _with_lag((*ORACLES, *(OF_LISTS_THAT_LAG if by_the_wall else ())), lag)


def of_recordings(lag: float = settled.SETTLED) -> tuple[Oracle, ...]:
    """Those that look at the traffic of others, of which nobody knows how much was heard.

    Beside oracles of a run they are some that judge what a run has scenarios for, which know what they asked. `lag` is
    how many seconds one operation may lag behind another.
    """
    return _with_lag((*WHOEVER_ASKS, *SETTLED_BY_THEN), lag)


def _with_lag(oracles: tuple[Oracle, ...], lag: float) -> tuple[Oracle, ...]:
    return tuple(
        replace(oracle, begin=partial(oracle.begin, lag)) if oracle.name in LAGGING else oracle for oracle in oracles
    )
