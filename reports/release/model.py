"""The models of a decision about a release, whose fields are those of `release.json`."""

from dataclasses import dataclass
from typing import Final, Literal

from reports import exit_codes
from reports.model import Model, Seconds, Spending, Time

KIND: Final = "batches-conformance release"
VERSION: Final = 1

Readiness = Literal["ready", "not ready", "cannot tell"]
PartName = Literal["conformance", "comparison", "contract", "clients", "fidelity"]


@dataclass(frozen=True)
class Point(Model):
    """One thing that was found, in a sentence."""

    about: str
    """A requirement, an element of the contract, a client, or what could not be done."""
    sentence: str
    command: str | None = None
    """What repeats or explains it in a shell."""
    requirements: tuple[str, ...] = ()
    """The requirements that it touches."""


@dataclass(frozen=True)
class Remarks(Model):
    """Points that decide nothing, under one heading."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Table(Model):
    """Figures or verdicts side by side."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part(Model):
    """The answer of one part of the question."""

    name: PartName
    answer: Readiness
    code: int
    """The exit code of the command that was run for it, or would have been."""
    sentence: str
    reasons: tuple[Point, ...] = ()
    """Why the answer is not `ready`, what counts most first."""
    remarks: tuple[Remarks, ...] = ()
    tables: tuple[Table, ...] = ()
    file: str | None = None
    """What has it in full, seen from the folder of the release."""


@dataclass(frozen=True, kw_only=True)
class ReleaseDecision(Model):
    """The decision about a release, and each part of it."""

    kind: Literal["batches-conformance release"] = KIND
    schema: Literal[1] = VERSION
    """Version of this format."""
    answer: Readiness
    sentence: str
    target: str
    against: str | None
    """The service that it was compared with; null for none."""
    made_at: Time
    seconds: Seconds
    """How long its parts took, of those that were not there before."""
    suite_version: str
    spent: Spending
    """What the conformance run, and that of the comparison, used up together."""
    not_asked: tuple[str, ...]
    """The parts that were left out, each with what it would take."""
    parts: tuple[Part, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        return exit_codes.worst([part.code for part in self.parts])
