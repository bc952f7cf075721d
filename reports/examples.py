"""Which example of a violation is shown: the simplest, whatever the worker and the order."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from reports.model import ReportedExchange, ReportedViolation

ORDINARY_YEARS: Final = 1
"""Years before and after a request in which a date is an ordinary one."""

_YEAR: Final = re.compile(r"(?<![\w-])(\d{4})-\d\d-\d\d")


def joined(one: ReportedViolation, other: ReportedViolation) -> ReportedViolation:
    """Merge two violations of one fingerprint: the simpler one is the example, counts and tests are of both."""
    return replace(
        min(one, other, key=_complexity),
        count=one.count + other.count,
        tests=tuple(sorted({*one.tests, *other.tests})),
    )


def in_order(violations: Iterable[ReportedViolation]) -> list[ReportedViolation]:
    """Sort the violations of a requirement, the one with the simplest example first."""
    return sorted(violations, key=_complexity)


def _complexity(violation: ReportedViolation) -> tuple[Any, ...]:
    """Rank an example by what makes it hard to read; the last values only decide between equal ones."""
    evidence = violation.evidence
    values = json.dumps([violation.difference, violation.expected, violation.actual], sort_keys=True)
    return (
        evidence is None,
        violation.generated,
        evidence is not None and _has_unusual_date(evidence),
        _length(evidence) if evidence else 0,
        len(violation.exchanges),
        violation.case,
        values,
        violation.fingerprint,
        _text(evidence) if evidence else "",
        evidence.sent_at if evidence else "",
    )


def _has_unusual_date(exchange: ReportedExchange) -> bool:
    now = int(exchange.sent_at[:4]) if exchange.sent_at[:4].isdecimal() else 0
    return any(abs(int(year) - now) > ORDINARY_YEARS for year in _YEAR.findall(_text(exchange)))


def _length(exchange: ReportedExchange) -> int:
    return len(exchange.request.url) + len(exchange.request.body or "")


def _text(exchange: ReportedExchange) -> str:
    return f"{exchange.request.method} {exchange.request.url} {exchange.request.body or ''}"
