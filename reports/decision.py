"""The decision about a report, in words and counts that every output shares: that of the gate, or else the verdict."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from reports import exit_codes
from reports.diff import describe_change
from reports.model import Report, ReportedViolation, RequirementChange, RequirementResult
from reports.verdicts import counts
from reports.wording import counted
from spec.requirements import profile_of

Word = Literal["green", "red", "inconclusive"]
Standing = Literal["failed", "new", "known", "waived"]
Tone = Literal["good", "bad", "doubtful"]

STANDINGS: Final[tuple[Standing, ...]] = ("failed", "new", "known", "waived")
"""How a gate classifies a violation, in the order in which violations are shown; `failed` where it has no baseline."""

_WORDS: Final[dict[int, Word]] = {
    exit_codes.CONFORMANT: "green",
    exit_codes.NONCONFORMANT: "red",
    exit_codes.REGRESSED: "red",
    exit_codes.INCONCLUSIVE: "inconclusive",
}
TONES: Final[dict[str, Tone]] = {
    "green": "good",
    "conformant": "good",
    "red": "bad",
    "nonconformant": "bad",
    "inconclusive": "doubtful",
}


@dataclass(frozen=True)
class StandingGroup:
    """The requirements that have violations of one standing, a must before a should, with those violations alone."""

    standing: Standing
    results: tuple[RequirementResult, ...]

    @property
    def is_open(self) -> bool:
        """Whether these violations are neither known nor waived."""
        return self.standing in ("failed", "new")

    @property
    def violations(self) -> int:
        """How many violations stand like this."""
        return sum(len(result.violations) for result in self.results)


class Decision:
    """The decision about a report.

    A gate decides where more than the contract is required: a baseline, waivers, or that every must is exercised. Its
    result comes before the verdict then.
    """

    def __init__(self, report: Report) -> None:
        """Take the report, whose gate has been applied already."""
        self.report = report
        self._gate = report.gate
        self._new = {change.requirement: frozenset(change.new) for change in self._gate.changes} if self._gate else {}

    @property
    def code(self) -> int:
        """The exit code."""
        return exit_codes.of(self.report)

    @property
    def word(self) -> Word | None:
        """The result of the gate, `None` where nothing is required beyond the contract, and the verdict decides."""
        gate = self._gate
        speaks = gate is not None and (gate.baseline is not None or gate.waivers > 0 or gate.require_exercised)
        return _WORDS[self.code] if speaks else None

    @property
    def title(self) -> str:
        """What every output begins with."""
        return f"gate {self.word}" if self.word else self.report.verdict

    @property
    def tone(self) -> Tone:
        """How the title is to look."""
        return TONES[self.word or self.report.verdict]

    @property
    def headline(self) -> str:
        """What follows the title: against which run, and the counts."""
        if not self.word:
            return counts(self.report.requirements)
        amounts = [f"{amount:,} {name}" for name, amount in self.amounts.items()]
        against = f"against {self.against}" if self.against else "without a baseline"
        return f"{against}: {', '.join(amounts)}"

    @property
    def sentence(self) -> str:
        """The headline as a sentence of its own."""
        return f"{self.headline[0].upper()}{self.headline[1:]}."

    @property
    def against(self) -> str | None:
        """The run that the gate compares with, for people."""
        baseline = self._gate.baseline if self._gate else None
        return f"run {baseline.id} of {baseline.started_at[:10]}" if baseline else None

    @cached_property
    def amounts(self) -> dict[str, int]:
        """How many violations there are of each standing, and how many requirements got worse.

        A violation that is gone is fixed only where everything was tested that the baseline had tested.
        """
        if self._gate is None or self._gate.baseline is None:
            return {"not waived": self.of("failed").violations, "waived": self.of("waived").violations}
        exercised = [change for change in self._gate.changes if change.after in ("pass", "fail", "waived")]
        gone = sum(len(change.gone) for change in exercised)
        fixed = sum(len(change.gone) for change in exercised if self._tested_as_much(change))
        return {
            "new": self.of("new").violations,
            "worse": len(self.worse),
            "known": self.of("known").violations,
            "waived": self.of("waived").violations,
            "fixed": fixed,
            **({"not observed again": gone - fixed} if gone > fixed else {}),
        }

    @property
    def worse(self) -> frozenset[str]:
        """The requirements that got worse since the baseline."""
        return (
            frozenset(change.requirement for change in self._gate.changes if change.is_worse)
            if self._gate
            else frozenset()
        )

    @property
    def cause(self) -> str | None:
        """The one thing that kept a run from its verdict, as the report says it; `None` where there are several."""
        causes: set[str | None] = set(self.report.errors)
        if not causes and self.report.verdict == "inconclusive":
            causes = {result.reason for result in self.report.requirements}
        return causes.pop() if len(causes) == 1 else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """What the gate objects to, a sentence each: what got worse, what no waiver covers, waivers that do not fit."""
        if self._gate is None:
            return ()
        left_out = [
            f"The profile {name} was selected in {self.against}, and is not here: "
            f"{counted(amount, 'requirement')} of it got no verdict."
            for name, amount in self.profiles_left_out.items()
        ]
        worse = sorted(
            (each for each in self._gate.changes if each.is_worse and not _left_out_with(each)),
            key=lambda each: not each.new,
        )
        uncovered = [result.id for result in self.of("failed").results if self.decides(result)]
        names = [f"No waiver covers the violations of {', '.join(uncovered)}."] if self.word and uncovered else []
        return (*map(describe_change, worse), *left_out, *names, *self._gate.objections)

    @property
    def profiles_left_out(self) -> Mapping[str, int]:
        """The profiles that the baseline had selected and this run has not, with how many requirements got worse so."""
        changes = self._gate.changes if self._gate else ()
        return Counter(name for each in changes if each.is_worse and (name := _left_out_with(each)))

    @cached_property
    def groups(self) -> tuple[StandingGroup, ...]:
        """The violations by standing, those that decide first."""
        groups = []
        for standing in STANDINGS:
            results = []
            for result in sorted(self.report.requirements, key=lambda each: each.level):
                if some := tuple(each for each in result.violations if self.standing(result, each) == standing):
                    results.append(replace(result, violations=some))
            if results:
                groups.append(StandingGroup(standing, tuple(results)))
        return tuple(groups)

    def of(self, standing: Standing) -> StandingGroup:
        """Return the violations of one standing, which may be none."""
        return next((group for group in self.groups if group.standing == standing), StandingGroup(standing, ()))

    def standing(self, result: RequirementResult, violation: ReportedViolation) -> Standing:
        """Classify a violation as the gate does: waived, new since the baseline, known to it; `failed` without one."""
        if result.is_waived(violation.fingerprint):
            return "waived"
        if self._gate is None or self._gate.baseline is None:
            return "failed"
        return "new" if violation.fingerprint in self._new.get(result.id, ()) else "known"

    def in_order(self, result: RequirementResult) -> list[tuple[Standing, ReportedViolation]]:
        """Return the violations of a requirement with their standing, those that decide first."""
        classified = [(self.standing(result, violation), violation) for violation in result.violations]
        return sorted(classified, key=lambda each: STANDINGS.index(each[0]))

    def foremost(self, result: RequirementResult) -> Standing | None:
        """Return the standing of a requirement: that of its foremost violation, `None` where it has none."""
        return next((standing for standing, _ in self.in_order(result)), None)

    def label(self, result: RequirementResult) -> str:
        """Return the verdict of a requirement, with how the gate classifies it where that differs."""
        standing = self.foremost(result)
        is_clear = standing in (None, "failed") or result.verdict == standing
        return result.verdict if is_clear else f"{result.verdict} ({standing})"

    def rank(self, result: RequirementResult) -> int:
        """Where a requirement stands among those that did not pass: violations by standing, then all others."""
        standing = self.foremost(result)
        return STANDINGS.index(standing) if standing else len(STANDINGS)

    def decides(self, result: RequirementResult) -> bool:
        """Whether a violation of this requirement is one that makes the run red."""
        standing = self.foremost(result)
        is_strict = self._gate is not None and self._gate.strict
        return standing == "new" or (standing == "failed" and (result.level == "must" or is_strict))

    def _tested_as_much(self, change: RequirementChange) -> bool:
        run = self.report.run
        is_complete = not (self.report.errors or run.interrupted or run.recording)
        return is_complete and not (run.narrowed and "options" in change.attributed_to)


def _left_out_with(change: RequirementChange) -> str | None:
    """Return the profile with which a requirement was left out, `None` where it was not."""
    is_unselected = change.after is None and change.attributed_to == ("options",)
    return profile_of(change.requirement) if is_unselected else None
