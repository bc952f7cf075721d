"""What a comparison finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spec.diff.rules import PARTIES, RULES, Breaks

What = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Finding:
    """One thing that differs, seen from one side, and the rule for it.

    `where` is an element as `spec.elements` names it, `aspect` what of it differs when it is changed.
    """

    where: str
    what: What
    rule: str
    aspect: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Acceptance:
    """A break that somebody answers for, until a day if one is named."""

    element: str
    rule: str
    reason: str
    owner: str
    expires: str | None = None


@dataclass(frozen=True)
class Change:
    """One thing that differs, with the rules of both sides, the requirements that speak of it, and who accepts it."""

    where: str
    what: What
    aspect: str
    before: str
    after: str
    rules: tuple[str, ...]
    requirements: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @property
    def breaks(self) -> tuple[Breaks, ...]:
        """Whom it breaks by a rule for which that is not accepted, callers first."""
        found = {RULES[rule].breaks for rule in self.rules if all(entry.rule != rule for entry in self.accepted)}
        return tuple(whom for whom in PARTIES if whom in found)


def broken(changes: Iterable[Change]) -> tuple[Breaks, ...]:
    """Whom the changes break together, callers first."""
    found = {whom for change in changes for whom in change.breaks}
    return tuple(whom for whom in PARTIES if whom in found)


def merged(findings: Iterable[Finding]) -> list[Change]:
    """Return the findings as changes: what is found on both sides, or in many places, is listed once."""
    rules: dict[tuple[str, What, str, str, str], dict[str, None]] = {}
    for found in findings:
        key = (found.where, found.what, found.aspect, found.before, found.after)
        rules.setdefault(key, {})[found.rule] = None
    return [Change(*key, tuple(sorted(named))) for key, named in sorted(rules.items())]
