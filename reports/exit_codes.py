"""The exit codes of a run, each with what to do about it."""

from typing import Final

from reports.model import RunVerdict

CONFORMANT: Final = 0
NONCONFORMANT: Final = 1
WRONG_USAGE: Final = 4
INCONCLUSIVE: Final = 6

OF_VERDICT: Final[dict[RunVerdict, int]] = {
    "conformant": CONFORMANT,
    "nonconformant": NONCONFORMANT,
    "inconclusive": INCONCLUSIVE,
}

ADVICE: Final[dict[int, str]] = {
    CONFORMANT: (
        "No promise that was exercised was broken; before you rely on the others, see what was not exercised and why."
    ),
    NONCONFORMANT: (
        "Repeat the curl line of each failed must, compare the answer with the source of the "
        "requirement, and mend the service."
    ),
    WRONG_USAGE: ("Nothing was asked of the target: correct the command line and run again; --help lists the options."),
    INCONCLUSIVE: ("The target was not judged: remove what stood in the way, then run the whole suite again."),
}
