"""Reports of many runs, in which faults come and go by a plan that the tests know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from reports.document import render_json
from reports.findings import Findings
from reports.history.model import Cell
from reports.model import Latency, Report, Traffic
from reports.verdicts import judge
from spec.requirements import Requirement, load
from tests.reports import samples

FIRST: Final = datetime(2030, 1, 1, 3, tzinfo=UTC)
NAMES: Final = tuple(f"promise-{number}" for number in range(12))
STATES: Final[tuple[Cell, ...]] = ("pass", "fail", "not-exercised")
CALM: Final = 0.9
"""How probable it is that a night brings nothing new."""

Plan = Sequence[Mapping[str, Cell]]
"""What is to become of each requirement in each run."""


def plan(runs: int, seed: int = 1, names: Sequence[str] = NAMES) -> Plan:
    """Let each requirement stay in one state for a while; some nights the target does not answer."""
    chance = Random(seed)
    state: dict[str, Cell] = dict.fromkeys(names, "pass")
    planned: list[Mapping[str, Cell]] = []
    for _ in range(runs):
        state = {name: was if chance.random() < CALM else chance.choice(STATES) for name, was in state.items()}
        planned.append(state if chance.random() < CALM else dict.fromkeys(names, "inconclusive"))
    return planned


def report(number: int, cells: Mapping[str, Cell], **settings: Any) -> Report:
    """Make the report of one night by its part of the plan."""
    found = Findings()
    for name, cell in cells.items():
        if cell == "pass":
            found.add({"held": {name: 3}})
        elif cell == "fail":
            found.add({"violations": [samples.violation(name)]})
    if "inconclusive" in cells.values():
        found.add({"errors": ["The target did not answer."]})
    started = FIRST + timedelta(days=number)
    seconds = 60.0 + number
    traffic = Traffic(
        9, 1.0, {"getBatch": 9}, {"getBatch": Latency(9, 0.01, 0.02 + number / 1000, 0.05 + number / 500, 9.0)}
    )
    run = replace(
        samples.run(exchanges=traffic),
        id=f"run-{number}",
        started_at=started.isoformat(),
        ended_at=(started + timedelta(seconds=seconds)).isoformat(),
        seconds=seconds,
    )
    target = replace(samples.target(), base_url="https://service.example", kind="url", settings=settings)
    return judge(samples.requirements(*map(requirement, cells)), found, target=target, run=run)


def requirement(name: str) -> Requirement:
    """Return the requirement of that name, made up unless the contract has it."""
    return load().get(name) or samples.requirement(name)


def write(reports: Iterable[Report], folder: Path) -> list[Path]:
    """Write each report into a folder of its own, as CI does."""
    paths = []
    for number, each in enumerate(reports):
        paths.append(folder / f"night-{number:04}" / "report.json")
        paths[-1].parent.mkdir(parents=True)
        paths[-1].write_text(render_json(each), encoding="utf-8")
    return paths
