"""The figures of a worker: how many exchanges of each operation there were in each second, and how they ended."""

from collections import Counter, defaultdict
from typing import Any

from fixtures.exchange import Exchange
from suites.tally import rounded

OTHER = "other"


class Figures:
    """Counts exchanges by the second in which they were sent and by operation."""

    def __init__(self) -> None:
        self._latencies: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self._errors: Counter[tuple[int, str]] = Counter()
        self._too_many: Counter[tuple[int, str]] = Counter()

    def on_exchange(self, exchange: Exchange, operation: str | None) -> None:
        """Count one exchange."""
        key = int(exchange.sent_at.timestamp()), operation or OTHER
        self._latencies[key][rounded(exchange.seconds)] += 1
        response = exchange.response
        if response is not None and response.is_rate_limited:
            self._too_many[key] += 1
        elif response is None or response.status >= 500:
            self._errors[key] += 1

    def take(self) -> list[dict[str, Any]]:
        """Return the counts since the last call, as plain data."""
        taken = [
            {
                "second": second,
                "operation": operation,
                "latencies": dict(latencies),
                "errors": self._errors[second, operation],
                "too_many": self._too_many[second, operation],
            }
            for (second, operation), latencies in self._latencies.items()
        ]
        for counts in (self._latencies, self._errors, self._too_many):
            counts.clear()
        return taken
