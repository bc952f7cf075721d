"""Every combination of a verdict and a gate, made of what a run met, and what is true in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from typing import Any, Final, Literal

from reports import gate
from reports.gate import Terms
from reports.model import Recording, Report, Waiver
from tests.reports import samples

TODAY: Final = date(2030, 6, 15)
EXPIRES: Final = "2030-06-30"
MUST, SHOULD, OTHER = "results-null-unless-expanded", "page-size-respected", "status-known"
LEVELS: Final = {MUST: "must", SHOULD: "should", OTHER: "must"}
SOME: Final = (samples.requirement(MUST), samples.requirement(SHOULD, "should"), samples.requirement(OTHER))

State = frozenset[str] | Literal["pass", "not-exercised"]
"""What became of a requirement: the kinds in which it was violated, or that it held, or that nobody asked."""
TWO: Final = frozenset({"unexpected", "missing"})
ONE: Final = frozenset({"unexpected"})
ELSE: Final = frozenset({"missing"})
Circumstance = Literal["whole", "error", "interrupted", "shard", "recording", "narrowed"]
Waived = Literal["none", "any", "one", "expired", "unneeded"]


@dataclass(frozen=True)
class Case:
    """What a run met, what the run before met, and what was asked of it."""

    before: State
    after: State
    should: State
    other: State
    has_baseline: bool
    waived: Waived
    strict: bool
    require_exercised: bool
    circumstance: Circumstance

    @property
    def now(self) -> dict[str, State]:
        """What became of each requirement."""
        return {MUST: self.after, SHOULD: self.should, OTHER: self.other}

    @property
    def then(self) -> dict[str, State]:
        """What had become of each requirement in the run before."""
        return {MUST: self.before, SHOULD: "pass", OTHER: "pass"}

    @property
    def terms(self) -> Terms:
        """What is asked of the run."""
        return Terms(
            baseline=_report(*self.then.values(), "whole") if self.has_baseline else None,
            waivers=tuple(waivers(self.waived)),
            strict=self.strict,
            require_exercised=self.require_exercised,
        )

    @property
    def report(self) -> Report:
        """The report of the run, gate and all."""
        return gate.apply(self.terms, _report(*self.now.values(), self.circumstance), TODAY)


def waivers(waived: Waived) -> Iterator[Waiver]:
    details = ("The gateway is replaced", "the-team", None)
    match waived:
        case "any":
            yield Waiver(MUST, None, "*", *details, EXPIRES)
        case "one":
            yield Waiver(MUST, fingerprint("unexpected"), "*", *details, EXPIRES)
        case "expired":
            yield Waiver(MUST, None, "*", *details, "2030-06-14")
        case "unneeded":
            yield Waiver(OTHER, None, "*", *details, EXPIRES)


@cache
def fingerprint(kind: str, requirement: str = MUST) -> str:
    (violation,) = samples.findings({"violations": [_violation(requirement, kind)]}).violations
    return violation.fingerprint


def combinations() -> Iterator[Case]:
    """All that differ in what is to be shown.

    A part of a run is judged by the contract alone, as no other way leads there, and what narrows a run or what it was
    made of is looked at without stricter terms.
    """
    dimensions: tuple[tuple[Any, ...], ...] = (
        ("pass", ONE),
        ("pass", ONE, ELSE, TWO, "not-exercised"),
        ("pass", ONE),
        ("pass", "not-exercised"),
        (False, True),
        ("none", "any", "one", "expired", "unneeded"),
        (False, True),
        (False, True),
        ("whole", "error", "interrupted", "shard", "recording", "narrowed"),
    )
    for values in product(*dimensions):
        case = Case(*values)
        is_gated = case.has_baseline or case.waived != "none" or case.require_exercised
        is_stricter = case.strict or case.require_exercised
        if case.before != "pass" and not case.has_baseline:
            continue
        if case.circumstance == "shard" and is_gated:
            continue
        if case.circumstance in ("recording", "narrowed") and is_stricter:
            continue
        yield case


def _violation(requirement: str, kind: str) -> dict[str, Any]:
    return samples.violation(requirement, kind=kind, difference=f"something is {kind}")


@cache
def _report(must: State, should: State, other: State, circumstance: Circumstance) -> Report:
    states = {MUST: must, SHOULD: should, OTHER: other}
    violations = [
        _violation(name, kind)
        for name, state in states.items()
        if isinstance(state, frozenset)
        for kind in sorted(state)
    ]
    run = samples.run(
        interrupted=circumstance == "interrupted",
        shard=samples.shard(1, 2) if circumstance == "shard" else None,
        narrowed="-k page" if circumstance == "narrowed" else None,
        recording=Recording(("a.har",), 12, {}, 0) if circumstance == "recording" else None,
    )
    record = {
        "held": {name: 1 for name, state in states.items() if state == "pass"},
        "violations": violations,
        "errors": ["The service did not answer."] if circumstance == "error" else [],
    }
    return samples.report(record, some=SOME, in_run=run)
