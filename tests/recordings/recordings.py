"""Recordings that tests make: HAR files of exchanges, and what is said of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fixtures.exchange import Exchange
from fixtures.settings import SETTLE_TIMEOUT
from fixtures.target import ANONYMOUS
from suites.recordings import har
from suites.recordings.judge import Counts, Judge
from suites.recordings.record import entry_of
from suites.recordings.share import Record

Json = dict[str, Any]

KEYS = {"main": "llx-key-of-main-4f1a9c27", "other": "llx-key-of-other-77b01d", "unknown": "llx-key-of-nobody-001122"}


@dataclass(frozen=True)
class Said:
    """What the oracles said of a recording, and how many exchanges they observed."""

    records: tuple[Record, ...]
    counts: Counts

    @property
    def violations(self) -> list[Json]:
        return [violation for record in self.records for violation in record["violations"]]

    @property
    def accused(self) -> set[str]:
        return {violation["requirement"] for violation in self.violations}

    @property
    def held(self) -> set[str]:
        return {requirement for record in self.records for requirement in record["held"]}

    @property
    def errors(self) -> list[str]:
        return [error for record in self.records for error in record["errors"]]


def entry(exchange: Exchange, digits: int = 6) -> Json:
    """An entry as another recorder would write it, keys and all, with so many digits of a second."""
    written = entry_of(exchange)
    del written["_caller"]
    headers = [each for each in written["request"]["headers"] if each["name"].lower() != "authorization"]
    headers.append({"name": "Accept", "value": "application/json"})
    if exchange.caller != ANONYMOUS:
        headers.append({"name": "Authorization", "value": f"Bearer {KEYS[exchange.caller]}"})
    written["request"]["headers"] = headers
    if digits < 6:
        written["startedDateTime"] = written["startedDateTime"][: 20 + digits] + "+00:00"
    return written


def document(entries: Iterable[Json], **log: Any) -> bytes:
    """A HAR file."""
    return json.dumps({"log": {"version": "1.2", **log, "entries": list(entries)}}).encode()


def judged(file: bytes, base_url: str | None = None, lag: float = SETTLE_TIMEOUT) -> Said:
    """What is said of a HAR file."""
    records = list[Record]()
    with Judge("a recording", "main", base_url, lag) as judge:
        for recorded in har.read(BytesIO(file), "a.har"):
            judge.take(recorded)
        judge.judge(records.append)
    return Said(tuple(records), judge.counts)
