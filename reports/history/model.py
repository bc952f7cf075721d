"""The models of a history, whose fields are those of `history.json`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from reports.model import Count, Fingerprint, Level, Model, Positive, RunVerdict, Seconds, Time

KIND: Final = "batches-conformance history"
VERSION: Final = 1

Cell = Literal["pass", "fail", "waived", "not-exercised", "inconclusive"]
"""A requirement in one run: its verdict, and `inconclusive` where the run was, and did not exercise it."""


@dataclass(frozen=True)
class PastLatency(Model):
    """How many seconds the exchanges of one operation took in a run."""

    p50: Seconds
    p95: Seconds


@dataclass(frozen=True)
class PastRequirement(Model):
    """A requirement as a contract had it."""

    level: Level
    statement: str


@dataclass(frozen=True)
class PastRun(Model):
    """What a history keeps of a report."""

    id: str
    started_at: Time
    seconds: Seconds
    verdict: RunVerdict
    target: str
    """The base URL of the target, with its faults and variations where it is the mock."""
    target_version: str | None
    """What was tested there; runs with the same one are of an unchanged target. Null where nobody said so."""
    suite_version: str
    contract: str
    """The version of the contract, and of each profile."""
    requests: Count
    errors: Count
    """How many errors kept it from checking."""
    is_narrowed: bool
    """Options or paths deselected tests."""
    cells: Mapping[str, Cell]
    """What became of each requirement."""
    violations: Mapping[Fingerprint, str]
    """What was violated: each fingerprint, with its requirement."""
    latencies: Mapping[str, PastLatency]
    """By operation."""


@dataclass(frozen=True)
class Flakiness(Model):
    """How often a requirement changed between runs of an unchanged target."""

    changes: Positive
    runs: Positive
    """How many runs that could have differed."""


@dataclass(frozen=True)
class RequirementHistory(Model):
    """What became of a requirement over time."""

    id: str
    level: Level
    statement: str
    strip: tuple[Cell | None, ...]
    """Its cell of each run, in the order of the runs; null where the contract of a run did not have it."""
    flips: Count
    """How often it went from holding to being violated or back, from run to run of one target."""
    flakiness: Flakiness | None
    """Null where it never changed while the target stayed the same, as far as that is known."""


@dataclass(frozen=True)
class ViolationHistory(Model):
    """In which runs a violation was seen."""

    fingerprint: Fingerprint
    requirement: str
    first_seen: str
    """The id of the first run that saw it."""
    since: str
    """The id of the run that saw it first after the last one that exercised its requirement and did not."""
    last_seen: str
    """The id of the last run that saw it."""
    runs: Positive
    """How many runs saw it."""
    is_open: bool
    """The last run that exercised its requirement saw it."""


@dataclass(frozen=True)
class Unread(Model):
    """A file that was left out, and why."""

    file: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class History(Model):
    """Many runs, oldest first, and what became of each requirement and each violation in them."""

    kind: Literal["batches-conformance history"] = KIND
    schema: Literal[1] = VERSION
    """Version of this format."""
    runs: tuple[PastRun, ...]
    contract: Mapping[str, PastRequirement]
    """Every requirement that a run had, as the newest of them had it."""
    requirements: tuple[RequirementHistory, ...] = ()
    violations: tuple[ViolationHistory, ...] = ()
    """The open ones first, and of those the newest."""
    unread: tuple[Unread, ...] = ()
    """The files that were left out when this was written."""

    @cached_property
    def by_id(self) -> Mapping[str, PastRun]:
        """The runs by their ids."""
        return {run.id: run for run in self.runs}

    @property
    def open_violations(self) -> tuple[ViolationHistory, ...]:
        """Those that the last run which exercised their requirement saw."""
        return tuple(each for each in self.violations if each.is_open)

    @property
    def gone_violations(self) -> tuple[ViolationHistory, ...]:
        """All others."""
        return tuple(each for each in self.violations if not each.is_open)

    @property
    def targets(self) -> str:
        """The targets of the runs, each once."""
        return ", ".join(dict.fromkeys(run.target for run in self.runs))
