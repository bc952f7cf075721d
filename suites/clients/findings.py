"""What was found of a client: one verdict for each thing that it was made to do."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

ClientVerdict = Literal["pass", "not-exercised", "limit", "error", "fail"]
"""`limit`: the contract allows what the target did, and the client cannot cope with it. It speaks against nobody.

`error`: something that is not part of the contract stood in the way, which leaves the run inconclusive.
"""
MARKS: Final[dict[ClientVerdict, str]] = {
    "pass": "pass",
    "not-exercised": "-",
    "limit": "limit",
    "error": "?",
    "fail": "FAIL",
}


@dataclass(frozen=True)
class ClientFinding:
    """The verdict of a client on one operation, what it is due to, and the requirements that it is about."""

    client: str
    operation: str
    verdict: ClientVerdict
    detail: str = ""
    requirements: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data for the report."""
        return asdict(self)


class Ended(Exception):
    """An operation ended with another verdict than `pass`."""

    def __init__(self, verdict: ClientVerdict, detail: str, requirement: str | None = None) -> None:
        super().__init__(detail)
        self.verdict: ClientVerdict = verdict
        self.detail = detail
        self.requirements = (requirement,) if requirement else ()


def of_verdict(findings: Iterable[ClientFinding], *verdicts: ClientVerdict) -> list[ClientFinding]:
    """Return the findings that have one of some verdicts."""
    return [finding for finding in findings if finding.verdict in verdicts]
