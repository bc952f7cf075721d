"""What a recording shows: each variant is run once, recorded, and judged from the recording alone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from fixtures.mock.variants import Variant
from reports.findings import Findings
from suites.oracles.settled import SETTLED
from suites.recordings.formats import read
from suites.recordings.judge import Judge
from tests.prove import plan
from tests.prove.judgement import side_effects
from tests.prove.runs import Order, in_forks, run

AT_ONCE = 1.0
"""Seconds of the settle timeout for a mock that lags in nothing."""


@dataclass(frozen=True)
class Heard:
    """What the oracles said of the recording of a run: the first violation of each requirement, in words."""

    order: Order
    violations: dict[str, str]
    errors: tuple[str, ...]
    judged: int

    @property
    def failed(self) -> frozenset[str]:
        """The requirements that failed."""
        return frozenset(self.violations)


def on_exchange(order: Order) -> Heard:
    """Runs one order in this process, and judges what was recorded of it."""
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory()), "run.har")
        outcome = run(replace(order, tests=(*order.tests, f"--record={path}")))
        if not path.is_file():
            return Heard(order, {}, (f"nothing was recorded: {outcome.errors}",), 0)
        return judged(order, path)


def judged(order: Order, path: Path) -> Heard:
    """What the oracles say of a recording."""
    findings, judge = Findings(), Judge(path.name, "main", lag=SETTLED if order.variations else AT_ONCE)
    for recorded in read(path):
        judge.take(recorded)
    judge.judge(findings.add)
    first = {violation.requirement: violation for violation in reversed(findings.violations)}
    told = {id_: f"expected {each.expected}, got {each.actual} (by {each.oracle})" for id_, each in first.items()}
    return Heard(order, told, findings.errors, judge.counts.judged)


UNOBSERVABLE = Path(__file__).with_name("unobservable.yaml")


@cache
def excuses() -> tuple[dict[str, str], dict[str, str]]:
    """Why a recording does not show that some requirements are broken, and some faults, by their names."""
    declared: dict[str, Any] = yaml.safe_load(UNOBSERVABLE.read_text(encoding="utf-8"))
    of_requirements, of_faults = (
        {name: str(entry["because"]) for entry in declared[part] for name in entry["of"]}
        for part in ("requirements", "faults")
    )
    return of_requirements, of_faults


def excuse(variant: Variant) -> str | None:
    """Why a recording does not show a fault, if that is so."""
    of_requirements, of_faults = excuses()
    if variant.name in of_faults:
        return of_faults[variant.name]
    reasons = [of_requirements[id_] for id_ in variant.requirements if id_ in of_requirements]
    return reasons[0] if len(reasons) == len(variant.requirements) else None


def prove(faults: Mapping[str, Variant], combinations: Sequence[Order], jobs: int) -> Iterator[str]:
    """Hears the recordings of faults, and of variations in combination, tells the figures, and gives what is wrong."""
    heard: dict[str, Heard] = {}
    for look in (None, *plan.FURTHER_LOOKS):
        missed = [
            variant
            for variant in faults.values()
            if excuse(variant) is None and not _is_noticed(variant, heard.get(variant.name))
        ]
        orders = [plan.of_fault(variant, black_box=False) for variant in missed]
        heard |= {
            each.order.name: each
            for each in in_forks(on_exchange, [replace(order, tests=look) if look else order for order in orders], jobs)
        }
    noticed = [name for name, variant in faults.items() if _is_noticed(variant, heard.get(name))]
    yield from (
        f"{name} went unobservable ({', '.join(sorted(heard[name].failed)) or 'nothing failed'})"
        for name, variant in faults.items()
        if name not in noticed and excuse(variant) is None
    )
    free = list(in_forks(on_exchange, [plan.clean(False), *combinations], jobs))
    for each in (*heard.values(), *free):
        yield from (f"{each.order.name}: {error}" for error in each.errors)
    for each in free:
        yield from (f"{each.order.name} is accused: {id_}: {told}" for id_, told in each.violations.items())
    excused = len(faults) - len(heard)
    print(f"heard {len(noticed)} of {len(faults)} faults, {excused} excused, {len(free)} runs without one")


def _is_noticed(variant: Variant, heard: Heard | None) -> bool:
    """Whether a recording showed what a fault breaks, or what cannot but fall with it."""
    return heard is not None and bool(heard.failed & {*variant.requirements, *side_effects().of(variant)})
