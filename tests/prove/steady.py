"""Whether a gate over an unchanged service stays green: each fault is run twice, unlike in all that may differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.mock.variants import Variant
from reports.diff import compare, describe_change
from reports.model import Report
from reports.reader import read
from tests.prove import plan
from tests.prove.runs import EVERYTHING, Order, carry_out, in_forks, output_of

UNLIKE = (
    ("--shuffle=1", "--numprocesses=2"),
    ("--shuffle=2", "--fuzz", "--hypothesis-seed=2", "--numprocesses=3"),
)
"""What differs between the two runs: the order of the tests, the generated requests, and the number of workers."""
TOLD = 10
"""Pairs of runs after which the progress is told."""
SHUFFLED = "-ptests.prove.shuffle"


def orders(faults: Mapping[str, Variant]) -> list[Order]:
    """Two looks at the clean mock and at each fault: by URL, with workers and with generated requests."""
    looks = [plan.clean(True), *(plan.of_fault(variant, True) for variant in faults.values())]
    return [replace(look, tests=_tests(look, unlike)) for look in looks for unlike in UNLIKE]


def _tests(look: Order, unlike: Sequence[str]) -> tuple[str, ...]:
    size = () if plan.WITHOUT_SIZE not in look.tests else (plan.WITHOUT_SIZE,)
    return (EVERYTHING, *size, SHUFFLED, *unlike)


def run(order: Order) -> Report | str:
    """Runs one order in this process: its report, or the end of its output where there is none."""
    with TemporaryDirectory() as folder:
        path = carry_out(order, Path(folder))
        return read(path) if path.is_file() else output_of(Path(folder))


def prove(faults: Mapping[str, Variant], jobs: int) -> Iterator[str]:
    """Runs each fault twice, and tells which of them an unchanged service would turn a gate red with, and why."""
    ordered = orders(faults)
    reports = in_forks(run, ordered, jobs)
    flapping = 0
    for number, order in enumerate(ordered[::2], start=1):
        told = list(differences(next(reports), next(reports)))
        flapping += bool(told)
        yield from (f"{order.name} flaps: {each}" for each in told)
        if number % TOLD == 0:
            print(f"{number} of {len(ordered) // 2} pairs, {flapping} flap", flush=True)
    print(f"{flapping} of {len(ordered) // 2} services flap")


def differences(before: Report | str, after: Report | str) -> Iterator[str]:
    """What a gate would object to in the second of two runs over one service, either way round."""
    if isinstance(before, str) or isinstance(after, str):
        yield from (f"no report was written: {each}" for each in (before, after) if isinstance(each, str))
        return
    for change in compare(before, after):
        yield describe_change(change)
