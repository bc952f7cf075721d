"""What became of each requirement and of each violation over many runs."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final

from reports.errors import UnsuitableReport
from reports.history.model import (
    Cell,
    Flakiness,
    History,
    PastRequirement,
    PastRun,
    RequirementHistory,
    Unread,
    ViolationHistory,
)
from reports.model import RequirementChange

IS_VIOLATED: Final[Mapping[Cell | None, bool]] = {"pass": False, "fail": True, "waived": True}
"""Whether a cell says that a requirement was violated; other cells do not say."""

_Decided = Sequence[tuple[PastRun, bool]]
"""The runs that exercised a requirement, and whether it was violated."""


def track(runs: Iterable[PastRun], contract: Mapping[str, PastRequirement], unread: Iterable[Unread] = ()) -> History:
    """Make a history of runs in any order, of which each counts once."""
    ordered = sorted({run.id: run for run in runs}.values(), key=lambda run: (run.started_at, run.id))
    known = {name: each for name, each in contract.items() if any(name in run.cells for run in ordered)}
    return History(
        runs=tuple(ordered),
        contract=known,
        requirements=tuple(_requirement(name, each, ordered) for name, each in known.items()),
        violations=_violations(ordered),
        unread=tuple(unread),
    )


def newest(history: History, most: int) -> History:
    """Leave out all but the newest runs."""
    return track(history.runs[-most:], history.contract, history.unread)


def of_target(history: History, target: str) -> History:
    """Leave out the runs of other targets. Raises `UnsuitableReport` where none is left."""
    runs = [run for run in history.runs if run.target == target]
    if not runs:
        raise UnsuitableReport(f"There is no run of {target}; there are runs of {history.targets}.")
    return track(runs, history.contract, history.unread)


def last_conformant(history: History) -> str | None:
    """Return when the last conformant run ended, `None` where no run was."""
    ends = [
        datetime.fromisoformat(run.started_at) + timedelta(seconds=run.seconds)
        for run in history.runs
        if run.verdict == "conformant"
    ]
    return max(ends).isoformat() if ends else None


def concerned(history: History, changes: Iterable[RequirementChange]) -> list[ViolationHistory]:
    """Return what a history knows of the violations that appeared or went."""
    named = {fingerprint for change in changes for fingerprint in (*change.new, *change.gone)}
    return [each for each in history.violations if each.fingerprint in named]


def _requirement(name: str, known: PastRequirement, runs: Sequence[PastRun]) -> RequirementHistory:
    decided = [(run, IS_VIOLATED[cell]) for run in runs if (cell := run.cells.get(name)) in IS_VIOLATED]
    return RequirementHistory(
        id=name,
        level=known.level,
        statement=known.statement,
        strip=tuple(run.cells.get(name) for run in runs),
        flips=sum(map(_changes, _grouped(decided, lambda run: run.target))),
        flakiness=_flakiness(decided),
    )


def _flakiness(decided: _Decided) -> Flakiness | None:
    """Count the changes between runs that nothing is known to distinguish."""
    known = [(run, was) for run, was in decided if run.target_version is not None]
    alike = _grouped(known, lambda run: (run.target, run.target_version, run.suite_version, run.contract))
    repeated = [group for group in alike if len(group) > 1]
    changes = sum(map(_changes, repeated))
    return Flakiness(changes, sum(map(len, repeated))) if changes else None


def _grouped(decided: _Decided, key: Callable[[PastRun], Hashable]) -> list[_Decided]:
    groups: defaultdict[Hashable, list[tuple[PastRun, bool]]] = defaultdict(list)
    for run, was in decided:
        groups[key(run)].append((run, was))
    return list(groups.values())


def _changes(decided: _Decided) -> int:
    return sum(before != after for (_, before), (_, after) in pairwise(decided))


def _violations(runs: Sequence[PastRun]) -> tuple[ViolationHistory, ...]:
    names = dict.fromkeys((name, each) for run in runs for each, name in run.violations.items())
    found = [_violation(fingerprint, name, runs) for name, fingerprint in names]
    began = {run.id: number for number, run in enumerate(runs)}
    return tuple(sorted(found, key=lambda each: (not each.is_open, -began[each.since], each.fingerprint)))


def _violation(fingerprint: str, requirement: str, runs: Sequence[PastRun]) -> ViolationHistory:
    exercised = [run for run in runs if run.cells.get(requirement) in IS_VIOLATED]
    sightings = [[*some] for seen, some in groupby(exercised, lambda run: fingerprint in run.violations) if seen]
    return ViolationHistory(
        fingerprint=fingerprint,
        requirement=requirement,
        first_seen=sightings[0][0].id,
        since=sightings[-1][0].id,
        last_seen=sightings[-1][-1].id,
        runs=sum(map(len, sightings)),
        is_open=sightings[-1][-1] is exercised[-1],
    )
