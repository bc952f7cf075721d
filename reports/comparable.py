"""What of a report stays the same when a run is repeated."""

import re
from typing import Any, Final

from reports.document import document
from reports.model import Report, ReportedViolation
from spec.enumerations import transient_statuses

_OF_THE_OCCASION: Final = frozenset({"id", "started_at", "ended_at", "seconds", "workers"})
"""Fields of a run that are others each time."""

_OF_THE_TRAFFIC: Final = ("seconds", "latencies", "coverage", "appearance", "batches", "batches_omitted")
"""Parts of the traffic that hang on times, and on which batches lists happen to show."""

_PLACE: Final = re.compile(r"https?://[^\s/'\"]+")
_FRACTION: Final = re.compile(r"(?<![\w.-])\d+\.\d+(?!\w)")
_NUMBER: Final = re.compile(r"#?(?<![\w.])(?<!code )-?\d+(?!\w)")
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:T| |%20)\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d)?(?:[.,]\d+)?(Z|(?:[+-]|%2B)\d\d(?::|%3A)?\d\d)?"
)
_DATE: Final = re.compile(r"(?<!\w)\d{4}-\d\d-\d\d(?!\w)")
_ID: Final = re.compile(
    r"(?<![\w-])(?:"
    r"[\w-]*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=\d*[a-f])[0-9a-f]{8,}"
    r"|[A-Za-z]{2,8}[-_][A-Za-z0-9]{16,}"
    r"|(?=[\w+/-]*\d[\w+/-]*\d)[\w+/-]{24,}=*"
    r"|(?=[\w-]*\d[\w-]*\d)[A-Za-z][\w-]{7,}"
    r")(?![\w-])"
)
_TRANSIENT: Final = re.compile(rf"(?i:\b(?:{'|'.join(transient_statuses())})\b)")


def comparable(report: Report) -> dict[str, Any]:
    """Take a report down to what two runs of the same tests on the same service agree in.

    Left out are ids, times and durations, and how often each requirement was observed: a list of batches that other
    tests have made shows more of them or fewer. With another number of workers more is spent on what tests share.
    """
    content = document(report)
    for result, read in zip(content["requirements"], report.requirements, strict=True):
        for name in ("observations", "held"):
            del result[name]
        result["violations"] = sorted((_violation(each) for each in read.violations), key=str)
    tests = [{"id": test.id, "outcome": test.outcome} for test in report.tests]
    for name in _OF_THE_TRAFFIC:
        del content["run"]["exchanges"][name]
    return {
        "verdict": content["verdict"],
        "requirements": content["requirements"],
        "target": content["target"],
        "run": {name: value for name, value in content["run"].items() if name not in _OF_THE_OCCASION},
        "tests": sorted(tests, key=lambda test: test["id"]),
        "errors": sorted({normalised(error) for error in report.errors}),
    }


def _violation(violation: ReportedViolation) -> dict[str, Any]:
    return {
        "fingerprint": violation.fingerprint,
        "check": violation.check,
        "kind": violation.kind,
        "operation": violation.operation,
    }


def normalised(text: str) -> str:
    """Take out of a sentence what another run would say otherwise: ids, times, numbers, ports, statuses of passage."""
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


_REPLACEMENTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (_PLACE, "<place>"),
    (_TIME, "<time>"),
    (_DATE, "<date>"),
    (_FRACTION, "<n>"),
    (_ID, "<id>"),
    (_NUMBER, "<n>"),
    (_TRANSIENT, "<passage>"),
)
