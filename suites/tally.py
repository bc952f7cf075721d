"""How much traffic a test has caused."""

from collections import Counter
from typing import Any

import pytest

from fixtures.exchange import Exchange
from spec.openapi import match


class Tally:
    """Counts the exchanges of a test."""

    def __init__(self) -> None:
        self._operations: Counter[str] = Counter()
        self._seconds = 0.0

    def hear(self, exchange: Exchange) -> None:
        """Counts one exchange."""
        found = match(exchange.request.method, exchange.request.path)
        self._operations[found[0].id if found else "other"] += 1
        self._seconds += exchange.seconds

    def take(self) -> dict[str, Any]:
        """What was counted since the last call."""
        taken = {
            "count": self._operations.total(),
            "seconds": self._seconds,
            "by_operation": dict(self._operations),
        }
        self._operations.clear()
        self._seconds = 0.0
        return taken


TALLY = pytest.StashKey[Tally]()
"""Where the tally of a worker is kept on its `pytest.Config`."""
