"""The exit codes of a run, each with what to do about it."""

from typing import Final

from reports.model import Report, RunVerdict

CONFORMANT: Final = 0
NONCONFORMANT: Final = 1
WRONG_USAGE: Final = 4
INCONCLUSIVE: Final = 6
REGRESSED: Final = 7

OF_VERDICT: Final[dict[RunVerdict, int]] = {
    "conformant": CONFORMANT,
    "nonconformant": NONCONFORMANT,
    "inconclusive": INCONCLUSIVE,
}

ADVICE: Final[dict[int, str]] = {
    CONFORMANT: (
        "Every must that was exercised held or is waived, or with a baseline nothing got worse; see what was not "
        "exercised and why."
    ),
    NONCONFORMANT: (
        "Repeat the request that shows each violation, compare the answer with the source of the requirement, and fix "
        "the service."
    ),
    WRONG_USAGE: "Nothing was asked of the target: correct the command line and run again; --help lists the options.",
    INCONCLUSIVE: "The target was not judged: remove what stood in the way, then run the whole suite again.",
    REGRESSED: (
        "Do what the gate says: something got worse than in the baseline, a waiver does not fit what was found, or a "
        "must was not exercised."
    ),
}
"""What a code calls for in general; `reports.advice` says what one report calls for."""


def of(report: Report) -> int:
    """The exit code of a run, or of a report that is judged afterwards.

    With a baseline a known violation is none of its concern: what counts is that nothing got worse. Where something
    kept the run from judging, a requirement of which nothing is known any more may be due to that.
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
