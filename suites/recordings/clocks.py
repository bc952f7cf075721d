"""How far the clock of a recorder can be trusted."""

import math
from email.utils import parsedate_to_datetime
from functools import lru_cache

from suites.recordings.recorded import Recorded, header

DATE_UNIT = 2.0
"""Seconds that a `Date` may lag behind the moment at which it was sent: its own unit, and a server's cache."""

DATES_REMEMBERED = 64
"""Dates of answers that are known again, as many are of one second."""

MOST_APART = 86_400.0
"""Seconds between a time and the `Date` of its answer beyond which one is wrong, and no clock explains it."""


class Clocks:
    """Compares the times of exchanges with the `Date` of their answers.

    One clock runs ahead of the server's by the same time in all of them; where the answers give no such time, several
    clocks were at work, and nothing closer together than their distance has an order.
    """

    def __init__(self) -> None:
        self._least = -math.inf
        self._most = math.inf

    def note(self, recorded: Recorded) -> None:
        """Take in an exchange."""
        date = _date(recorded)
        if date is None or recorded.started is None or recorded.seconds is None:
            return
        if abs(recorded.started - date) > MOST_APART:
            return
        self._least = max(self._least, recorded.started - date - DATE_UNIT)
        self._most = min(self._most, recorded.started + recorded.seconds - date)

    def slack(self, recorded: Recorded) -> float:
        """How many seconds the times of an exchange may be off; infinitely many where it has none."""
        if recorded.started is None or recorded.seconds is None:
            return math.inf
        date = _date(recorded)
        if date is not None and abs(recorded.started - date) > MOST_APART:
            return math.inf
        apart = self._least - self._most
        return recorded.slack + (apart + DATE_UNIT if apart > 0 else 0.0)


def _date(recorded: Recorded) -> float | None:
    date = header(recorded.headers, "date")
    return None if date is None else _seconds_of(date)


@lru_cache(maxsize=DATES_REMEMBERED)
def _seconds_of(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
