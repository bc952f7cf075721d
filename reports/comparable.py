"""What of a report stays the same when a run is repeated."""

from typing import Any, Final

from reports.document import document
from reports.fingerprints import normalised
from reports.model import Report, Violation

_OF_THE_OCCASION: Final = frozenset({"id", "started_at", "ended_at", "seconds", "workers"})
"""Fields of a run that are others each time."""

_OF_THE_TRAFFIC: Final = ("seconds", "latencies", "coverage", "appearance", "batches", "batches_left_out")
"""Parts of the traffic that hang on times, and on which batches lists happen to show."""


def comparable(report: Report) -> dict[str, Any]:
    """Take a report down to what two runs of the same tests on the same service agree in.

    Left out are ids, times and durations, and how often each requirement was observed: a list of batches that other
    tests have made shows more of them or fewer. With another number of workers more is spent on what tests share.
    """
    content = document(report)
    for result, read in zip(content["requirements"], report.requirements, strict=True):
        for name in ("observations", "held", "violations_left_out"):
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
        "troubles": sorted({normalised(trouble) for trouble in report.troubles}),
    }


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "fingerprint": violation.fingerprint,
        "oracle": violation.oracle,
        "test": violation.test,
        "operations": [exchange.operation for exchange in violation.exchanges],
    }
