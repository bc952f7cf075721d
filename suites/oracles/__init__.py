"""Oracles: each looks at every exchange as it passes, whoever caused it, and makes observations."""

import pkgutil
from dataclasses import replace
from functools import partial
from importlib import import_module

from suites.oracles import paging, settled
from suites.oracles.oracle import Oracle

_NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__))
_MODULES = [import_module(f"{__name__}.{name}") for name in _NAMES]

LAGGING: tuple[Oracle, ...] = (
    settled.results_are_delivered,
    settled.jobs_resolve,
    settled.views_agree_on_the_end,
    paging.walks_hold_every_match,
)
"""Those that wait until one operation may lag no more behind another, by the clock on the wall."""

ORACLES: tuple[Oracle, ...] = tuple(
    {
        oracle: None
        for module in _MODULES
        for oracle in vars(module).values()
        if isinstance(oracle, Oracle) and oracle not in LAGGING
    }
)
"""Every other oracle, in the order in which they look."""


def of_run(lag: float | None) -> tuple[Oracle, ...]:
    """Those that look at the traffic of a run; `lag` is `None` where the target's clock is not the one on the wall."""
    return ORACLES if lag is None else (*ORACLES, *_lagging(lag))


def of_recordings(lag: float = settled.SETTLED) -> tuple[Oracle, ...]:
    """Those that look at the traffic of others, of which nobody knows how much was observed."""
    return (*(oracle for oracle in ORACLES if oracle.assumes is None), *_lagging(lag))


def _lagging(lag: float) -> tuple[Oracle, ...]:
    return tuple(replace(oracle, begin=partial(oracle.begin, lag)) for oracle in LAGGING)
