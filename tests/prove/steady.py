"""Whether a gate over an unchanged service stays green: each fault is run twice under other conditions."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from fixtures.mock.variants import Variant
from reports.diff import compare, describe_change
from reports.model import Report
from reports.reader import read
from tests.prove import plan
from tests.prove.declared import declared
from tests.prove.forks import forks
from tests.prove.judgement import side_effects
from tests.prove.runs import EVERYTHING, Order, carry_out, output_of
from tests.quick_python.starting import quick_python

CHANGED = (
    ("--shuffle=1", "--numprocesses=2"),
    ("--shuffle=2", "--fuzz", "--hypothesis-seed=2", "--numprocesses=3"),
)
"""What differs between the two runs: the order of the tests, the generated requests, and the number of workers."""
LEAST_PACE = "1.5"
"""Seconds that a batch stays in each status at least: more than two polls, and than a cancel takes beside others."""
PROGRESS_EVERY = 10
"""Pairs of runs after which the progress is printed."""
SHUFFLED = "-ptests.prove.shuffle"
BY_CHANCE = "by_chance.yaml"


def orders(faults: Mapping[str, Variant]) -> list[Order]:
    """Plan two runs of the clean mock and of each fault: by URL, with workers and with generated requests."""
    looks = [plan.clean(True), *(plan.of_fault(variant, True) for variant in faults.values())]
    return [
        replace(look, tests=_tests(look, changed), pace=max(look.pace, LEAST_PACE, key=float))
        for look in looks
        for changed in CHANGED
    ]


def _tests(look: Order, changed: Sequence[str]) -> tuple[str, ...]:
    size = () if plan.WITHOUT_SIZE not in look.tests else (plan.WITHOUT_SIZE,)
    return (EVERYTHING, *size, SHUFFLED, *changed)


def run(order: Order) -> Report | str:
    """Run one order in this process, and give its report, or the end of its output where there is none."""
    with TemporaryDirectory() as folder:
        path = carry_out(order, Path(folder))
        return read(path) if path.is_file() else output_of(Path(folder))


def prove(faults: Mapping[str, Variant], jobs: int) -> Iterator[str]:
    """Run each fault twice, and name those that turn the gate of an unchanged service red, with the reason."""
    ordered = orders(faults)
    pairs = len(ordered) // 2
    unsteady = 0
    with quick_python() as python, patch.object(sys, "executable", python), forks(jobs) as pool:
        reports = pool.imap(run, ordered)
        for number, variant in enumerate((None, *faults.values()), start=1):
            name = plan.CLEAN if variant is None else variant.name
            found = list(differences(next(reports), next(reports), variant))
            unsteady += bool(found)
            yield from (f"{name} is unsteady: {each}" for each in found)
            if number % PROGRESS_EVERY == 0:
                print(f"{number} of {pairs} pairs, {unsteady} unsteady", flush=True)
    print(f"{unsteady} of {pairs} services are unsteady")


def differences(before: Report | str, after: Report | str, variant: Variant | None = None) -> Iterator[str]:
    """Describe what a gate would object to in the second of two runs over one service, in either order.

    What the fault of the service brings by chance is left out.
    """
    if isinstance(before, str) or isinstance(after, str):
        yield from (f"no report was written: {each}" for each in (before, after) if isinstance(each, str))
        return
    for change in compare(before, after):
        if variant is None or not is_by_chance(variant, change.requirement):
            yield describe_change(change)


def is_by_chance(variant: Variant, requirement: str) -> bool:
    """Whether it depends on the run if a fault breaks a requirement.

    Where a fault needs a control that a run by URL does not have, that is a matter of how long the run takes.
    """
    own = frozenset(variant.requirements)
    is_of_time = bool(variant.needs_control) and requirement in own | side_effects().of(variant)
    return is_of_time or (variant.name in by_chance() and requirement not in own)


@cache
def by_chance() -> frozenset[str]:
    """The faults that `by_chance.yaml` declares, each there with its reason."""
    return frozenset(name for entry in declared(BY_CHANCE)["faults"] for name in entry["of"])
