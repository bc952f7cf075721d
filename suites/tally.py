"""How much traffic a test has caused, and what it has spent."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from fixtures.client import Listener
from fixtures.exchange import Exchange
from suites.appearance import Appearance
from suites.coverage import Coverage
from suites.oracles.panel import Panel
from suites.timelines import Sightings
from suites.traffic import CREATE, UPLOAD, Call, read


class Tally:
    """Counts the exchanges of a test, its uploads and batches, and the files that a service bills for these.

    How long each operation took, what of the contract was met, what the answers look like and which way the batches
    went is kept beside it.

    It remembers how many files each directory was given, and bills them with every accepted create over it, whoever
    sent that.
    """

    def __init__(self) -> None:
        self._operations: Counter[str] = Counter()
        self._seconds = 0.0
        self._latencies: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._coverage = Coverage()
        self._appearance = Appearance()
        self.timelines = Sightings()
        self._batches = 0
        self._billable_files = 0
        self._files: Counter[str] = Counter()

    def count(self, exchange: Exchange, call: Call | None) -> None:
        """Count an exchange, and the call that it is, if it is one."""
        name = call.name if call else "other"
        self._operations[name] += 1
        self._seconds += exchange.seconds
        self._latencies[name][rounded(exchange.seconds)] += 1
        if call:
            self._coverage.on_exchange(call)
            self._appearance.on_exchange(call)
            self.timelines.on_exchange(call)
        if call and call.succeeded:
            self._account(call)

    def bill(self, files: int) -> None:
        """Count files of a batch that was accepted."""
        self._billable_files += files

    def take(self, requirements: list[str]) -> dict[str, Any]:
        """Return the counts since the last call, as plain data; `requirements` are those that the test exercises."""
        taken = {
            "exchanges": {
                "count": self._operations.total(),
                "seconds": self._seconds,
                "by_operation": dict(self._operations),
            },
            "latencies": {name: dict(counts) for name, counts in self._latencies.items()},
            "coverage": self._coverage.take(),
            "appearance": self._appearance.take(),
            "batches": self.timelines.take(),
            "spent": {
                "requests": self._operations.total(),
                "uploads": self._operations[UPLOAD],
                "batches": self._batches,
                "billable_files": self._billable_files,
                "requirements": requirements,
            },
        }
        self._operations.clear()
        self._latencies.clear()
        self._seconds = 0.0
        self._batches = self._billable_files = 0
        return taken

    def _account(self, call: Call) -> None:
        if call.name == UPLOAD:
            self._files[call.path["directory_id"]] += 1
        elif call.name == CREATE:
            self._batches += 1
            self.bill(self._files[str(call.sent_body.get("source_directory_id"))])


def observing(tally: Tally, panel: Panel) -> Listener:
    """Return what reads each exchange once, for a tally and for the oracles, and then forgets what was read of it."""

    def on_exchange(exchange: Exchange) -> None:
        call = read(exchange)
        tally.count(exchange, call)
        if call is not None:
            panel.on_call(call)
            call.forget()

    return on_exchange


def rounded(seconds: float) -> str:
    """Return seconds to two digits, so that many exchanges have few latencies."""
    return f"{seconds:.1e}"


TALLY = pytest.StashKey[Tally]()
"""Where the tally of a worker is kept on its `pytest.Config`."""
