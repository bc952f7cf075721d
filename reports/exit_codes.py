"""The exit codes of a run, each with what to do about it."""

from collections.abc import Collection
from typing import Final

from reports.model import Report, RunVerdict
from spec.codes import CONFORMANT, INCONCLUSIVE, NONCONFORMANT, REGRESSED, WRONG_USAGE

__all__ = ["CONFORMANT", "INCONCLUSIVE", "NONCONFORMANT", "REGRESSED", "WRONG_USAGE"]

OF_VERDICT: Final[dict[RunVerdict, int]] = {
    "conformant": CONFORMANT,
    "nonconformant": NONCONFORMANT,
    "inconclusive": INCONCLUSIVE,
}

RANKED: Final = (NONCONFORMANT, REGRESSED, INCONCLUSIVE, CONFORMANT)
"""The exit codes of what was completed, the one that counts most first."""

ADVICE: Final[dict[int, str]] = {
    CONFORMANT: (
        "Every must that was exercised held or is waived, or with a baseline nothing got worse; see what was not "
        "exercised and why."
    ),
    NONCONFORMANT: (
        "Repeat the request that shows each violation, compare the response with the source of the requirement, and "
        "fix the service."
    ),
    WRONG_USAGE: "Nothing was sent to the target: correct the command line and run again; --help lists the options.",
    INCONCLUSIVE: "The target was not judged: remove the cause of each error, then run the whole suite again.",
    REGRESSED: (
        "See what the gate lists: something got worse than in the baseline, a waiver does not match what was found, or "
        "a must was not exercised."
    ),
}
"""What to do after a code in general; `reports.advice` says what to do about one report."""


def worst(codes: Collection[int]) -> int:
    """Return the exit code that counts most, of codes each of which is in `RANKED`."""
    return next(code for code in RANKED if code in codes)


def of(report: Report) -> int:
    """Return the exit code of a run, or of a report that is judged afterwards.

    With a baseline, known violations do not count: only what got worse does. In a run with errors, a requirement that
    was not exercised may be due to those.
    """
    gate = report.gate
    if gate is None or report.verdict == "inconclusive":
        return OF_VERDICT[report.verdict]
    if report.verdict == "nonconformant" and gate.baseline is None:
        return NONCONFORMANT
    worse = [change for change in gate.changes if change.is_worse]
    if report.errors or report.run.interrupted:
        return REGRESSED if any(change.after == "fail" for change in worse) else INCONCLUSIVE
    return REGRESSED if worse or gate.objections else CONFORMANT
