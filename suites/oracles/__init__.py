"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

import pkgutil
from dataclasses import replace
from functools import partial
from importlib import import_module

from suites.oracles import files, paging, refusals, settled
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

WHOEVER_ASKS: tuple[Oracle, ...] = (
    *(oracle for oracle in ORACLES if oracle.assumes is None),
    refusals.impossible_create_is_refused,
    refusals.usable_filter_is_accepted,
    settled.expanded_get_succeeds,
    files.files_are_of_the_directory,
)
LAGGING: tuple[Oracle, ...] = (
    settled.results_are_delivered,
    settled.jobs_resolve,
    settled.views_agree_on_the_end,
    paging.walks_hold_every_match,
)


def of_recordings(lag: float = settled.SETTLED) -> tuple[Oracle, ...]:
    """Those that look at the traffic of others, of which nobody knows how much was observed.

    Beside oracles of a run they are some that judge what a run has scenarios for, which know what they asked. `lag` is
    how many seconds one operation may lag behind another.
    """
    return (*WHOEVER_ASKS, *(replace(oracle, begin=partial(oracle.begin, lag)) for oracle in LAGGING))
