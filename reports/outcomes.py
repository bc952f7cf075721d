"""How each test of a run ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from reports.model import TestOutcome, TestResult

_FROM_BEST: Final[tuple[TestOutcome, ...]] = ("passed", "skipped", "failed", "error")


class Outcomes:
    """Sums up the phases of tests, in whatever order workers report them."""

    def __init__(self) -> None:
        self._tests: dict[str, TestResult] = {}

    def add(self, report: pytest.TestReport, record: Mapping[str, Any]) -> None:
        """Add one phase or subtest of one test, and what its record has of requests and requirements."""
        spent = record.get("spent")
        record_spent = spent if isinstance(spent, Mapping) else {}
        name = self._test_of(report)
        known = self._tests.get(name) or TestResult(name, "passed", 0.0, 0)
        is_part = name != report.nodeid
        self._tests[name] = replace(
            known,
            outcome=max(known.outcome, _outcome(report), key=_FROM_BEST.index),
            seconds=known.seconds if is_part else round(known.seconds + report.duration, 3),
            requests=known.requests + _requests(record_spent),
            requirements=tuple(sorted({*known.requirements, *_requirements(record_spent)})),
        )

    @property
    def all(self) -> tuple[TestResult, ...]:
        """The tests of which a phase has ended, by id."""
        return tuple(test for _, test in sorted(self._tests.items()))

    def _test_of(self, report: pytest.TestReport) -> str:
        """Return the id of a test; the id of a subtest begins with that of its test."""
        if report.when == "setup" or report.nodeid in self._tests:
            return report.nodeid
        return next((name for name in self._tests if report.nodeid.startswith(f"{name}[")), report.nodeid)


def _requests(spent: Mapping[str, Any]) -> int:
    count = spent.get("requests")
    return count if isinstance(count, int) else 0


def _requirements(spent: Mapping[str, Any]) -> list[str]:
    names = spent.get("requirements")
    return [str(name) for name in names] if isinstance(names, list) else []


def _outcome(report: pytest.TestReport) -> TestOutcome:
    if report.failed and report.when != "call":
        return "error"
    return report.outcome
