"""What a recording shows: each variant is run and recorded, and judged from the recording alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.mock.variants import Variant
from reports.findings import Findings
from suites.recordings.formats import read
from suites.recordings.judge import Judge
from tests.prove import plan
from tests.prove.declared import declared
from tests.prove.forks import forks
from tests.prove.judgement import side_effects
from tests.prove.runs import Order, run

AT_ONCE = 1.0
"""Seconds of the settle timeout for a mock that lags in nothing."""
PATIENCE = 600.0
"""The same for variations, some of which lag by a clock that only the run moves, however long that takes."""


@dataclass(frozen=True)
class Judged:
    """What the oracles found in the recording of a run: the first violation of each requirement, in words."""

    order: Order
    violations: dict[str, str]
    errors: tuple[str, ...]
    judged: int

    @property
    def failed(self) -> frozenset[str]:
        """The requirements that failed."""
        return frozenset(self.violations)


def record_and_judge(order: Order) -> Judged:
    """Run one order in this process, and judge what was recorded of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.har")
        outcome = run(replace(order, tests=(*order.tests, f"--record={path}")))
        if not path.is_file():
            return Judged(order, {}, (f"nothing was recorded: {outcome.errors}",), 0)
        return judge_recording(order, path)


def judge_recording(order: Order, path: Path) -> Judged:
    """Judge the recording of a run."""
    findings = Findings()
    with Judge(path.name, "main", lag=PATIENCE if order.variations else AT_ONCE) as judge:
        for recorded in read(path):
            judge.take(recorded)
        judge.judge(findings.add, jobs=1)
    first = {violation.requirement: violation for violation in reversed(findings.violations)}
    shown = {id_: f"expected {each.expected}, got {each.actual} (by {each.oracle})" for id_, each in first.items()}
    return Judged(order, shown, findings.errors, judge.counts.judged)


UNOBSERVABLE = "unobservable.yaml"


@cache
def excuses() -> tuple[dict[str, str], dict[str, str]]:
    """Give the reasons why a recording does not show some broken requirements, and some faults, by their names."""
    sections = declared(UNOBSERVABLE)
    of_requirements, of_faults = (
        {name: str(entry["because"]) for entry in sections[part] for name in entry["of"]}
        for part in ("requirements", "faults")
    )
    return of_requirements, of_faults


def excuse(variant: Variant) -> str | None:
    """Give the reason why a recording does not show a fault, if there is one."""
    of_requirements, of_faults = excuses()
    if variant.name in of_faults:
        return of_faults[variant.name]
    reasons = [of_requirements[id_] for id_ in variant.requirements if id_ in of_requirements]
    return reasons[0] if len(reasons) == len(variant.requirements) else None


def prove(faults: Mapping[str, Variant], combinations: Sequence[Order], jobs: int) -> Iterator[str]:
    """Judge the recordings of faults and of combined variations, print the figures, and name what is wrong."""
    judged: dict[str, Judged] = {}
    observable = {name: variant for name, variant in faults.items() if excuse(variant) is None}
    with forks(jobs) as pool:
        for look in zip(*map(_looks, observable.values()), strict=True):
            missed = [order for order in look if not _is_noticed(faults[order.name], judged.get(order.name))]
            judged |= {each.order.name: each for each in pool.imap(record_and_judge, missed)}
        free = list(pool.imap(record_and_judge, [plan.clean(False), *combinations]))
    noticed = [name for name, variant in observable.items() if _is_noticed(variant, judged.get(name))]
    yield from (
        f"{name} was not noticed ({', '.join(sorted(judged[name].failed)) or 'nothing failed'})"
        for name in observable
        if name not in noticed
    )
    for each in (*judged.values(), *free):
        yield from (f"{each.order.name}: {error}" for error in each.errors)
    for each in free:
        yield from (f"{each.order.name} is accused: {id_}: {shown}" for id_, shown in each.violations.items())
    excused = len(faults) - len(observable)
    print(f"{len(noticed)} of {len(faults)} faults noticed, {excused} excused, {len(free)} runs without a fault")


def _looks(variant: Variant) -> tuple[Order, ...]:
    return (plan.of_fault(variant, black_box=False), *plan.further_looks(variant, black_box=False))


def _is_noticed(variant: Variant, judged: Judged | None) -> bool:
    """Check whether a recording showed what a fault breaks, or what cannot but fail with it."""
    return judged is not None and bool(judged.failed & {*variant.requirements, *side_effects().of(variant)})
