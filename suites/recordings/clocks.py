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

NEWEST_FIRST = 10
"""How many times as often an exchange precedes its neighbour as it follows it where the newest come first."""


class Clocks:
    """Compares the times of exchanges with their order in the recording, and with the `Date` of their answers.

    No exchange has ended before one began that stands before it, unless a clock has stepped back, several were at work,
    or the recording is sorted otherwise. There a new stretch begins, and between two of them times may be `skew`
    seconds off: the most by which any two contradict their order. Where the newest come first, all do, and none is off.

    One clock runs ahead of the server's by the same time in all of them; where the answers give no such time, several
    clocks were at work, and nothing closer together than their distance has an order.
    """

    def __init__(self) -> None:
        self._skew = 0.0
        self._stretch = 0
        self._followed = 0
        self._ended = math.inf
        self._begun = -math.inf
        self._begun_of_all = -math.inf
        self._least = -math.inf
        self._most = math.inf

    def note(self, recorded: Recorded) -> int:
        """Take in an exchange, after those that stand before it, and return the stretch to which it belongs."""
        times = _times(recorded)
        if times is not None:
            began, ended, date = times
            self._note_order(began, ended)
            if date is not None:
                self._least = max(self._least, began - date - DATE_UNIT)
                self._most = min(self._most, ended - date)
        return self._stretch

    def _note_order(self, began: float, ended: float) -> None:
        self._followed += self._ended <= began
        self._ended = ended
        self._skew = max(self._skew, self._begun_of_all - ended)
        self._begun_of_all = max(self._begun_of_all, began)
        if ended < self._begun:
            self._stretch += 1
            self._begun = began
        else:
            self._begun = max(self._begun, began)

    @property
    def skew(self) -> float:
        """How many seconds further off the times of exchanges of different stretches may be."""
        return 0.0 if self._stretch >= NEWEST_FIRST * max(self._followed, 1) else self._skew

    def slack(self, recorded: Recorded) -> float:
        """How many seconds the times of an exchange may be off; infinitely many where it has none."""
        if _times(recorded) is None:
            return math.inf
        apart = self._least - self._most
        return recorded.slack + (apart + DATE_UNIT if apart > 0 else 0.0)


def _times(recorded: Recorded) -> tuple[float, float, float | None] | None:
    """Return when an exchange began and ended, with its `Date`; `None` where its times are not known, or wrong."""
    if recorded.started is None or recorded.seconds is None:
        return None
    date = _date(recorded)
    if date is not None and abs(recorded.started - date) > MOST_APART:
        return None
    return recorded.started, recorded.started + recorded.seconds, date


def _date(recorded: Recorded) -> float | None:
    date = header(recorded.headers, "date")
    return None if date is None else _seconds_of(date)


@lru_cache(maxsize=DATES_REMEMBERED)
def _seconds_of(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
