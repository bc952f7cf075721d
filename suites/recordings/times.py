"""The times of a recording, in whatever form its recorder wrote them."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple

FRACTION_DIGITS = 6
"""Digits of a second that are read."""
NUMBERS = (int, float)
"""What numbers of JSON are read as."""
EARLIEST = 946_684_800.0
"""Seconds since 1970 before which a moment is no moment: the beginning of the year 2000."""
LATEST = 1e11
"""Seconds since 1970 from which on a moment is no moment."""
LONGEST = 1e9
"""Milliseconds from which on a time is no time."""
LONGEST_DATE = 100
"""Characters of a written moment."""
DATES_REMEMBERED = 64
"""Written moments that are known again, since one is looked at in several ways, and some are of one second."""
UNITS = ((1e17, 1e9), (1e14, 1e6), (2e10, 1e3))
"""From which number on the seconds since 1970 are given in which part of a second."""

_FRACTION = re.compile(r":\d\d[.,](\d+)")
_TO_THE_SECOND = re.compile(r"\d\d:?\d\d:?\d\d")
_NUMBER = re.compile(r"-?\d{1,25}(?:\.\d{1,25})?(?:[eE][+-]?\d{1,3})?")
_OF_A_BROWSER = re.compile(r"([A-Z][a-z]{2}),? ([A-Z][a-z]{2}) (\d{1,2}),? (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4}).*")
"""How JavaScript writes a date."""
_UNREADABLE = (ValueError, TypeError, LookupError, OverflowError)
"""What the standard library raises for what is no date-time."""


class WrittenMoment(NamedTuple):
    """Seconds since 1970, how far off their last digit lets them be, and whether it is said where on earth it was."""

    seconds: float | None
    slack: float
    has_offset: bool = True


NO_MOMENT = WrittenMoment(None, 0.0)


def number_of(value: object) -> float | None:
    """Return a number, which may be written as text; `None` for anything else."""
    is_number = type(value) in NUMBERS
    if not is_number and not (isinstance(value, str) and _NUMBER.fullmatch(value.strip())):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None


def moment_of(value: object) -> WrittenMoment:
    """Return the moment that a recorder has written, which has no seconds if it cannot be read.

    A date-time without an offset is taken for UTC, as all those beside it.
    """
    if isinstance(value, str) and len(value) <= LONGEST_DATE:
        return _of_text(value)
    if isinstance(value, datetime):
        return _of_date_time(value, str(value))
    number = number_of(value)
    return NO_MOMENT if number is None else _since_1970(number)


@lru_cache(maxsize=DATES_REMEMBERED)
def _of_text(text: str) -> WrittenMoment:
    number = None if ":" in text else number_of(text)
    if number is not None:
        return _since_1970(number)
    found = _date_time(text)
    return NO_MOMENT if found is None else _of_date_time(found, text)


def _of_date_time(found: datetime, text: str) -> WrittenMoment:
    has_offset = found.tzinfo is not None
    try:
        seconds = (found if has_offset else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return NO_MOMENT
    if not EARLIEST < seconds < LATEST:
        return NO_MOMENT
    fraction = _FRACTION.search(text)
    digits = len(fraction[1]) if fraction else 0
    return WrittenMoment(seconds, 10.0 ** -min(digits, FRACTION_DIGITS), has_offset)


def _date_time(value: str) -> datetime | None:
    """Return a date-time to the second."""
    if not _TO_THE_SECOND.search(value):
        return None
    text = value.strip()
    try:
        return datetime.fromisoformat(text)
    except _UNREADABLE:
        found = _OF_A_BROWSER.fullmatch(text)
    parts = found and found.groups()
    try:
        return parsedate_to_datetime("{0}, {2} {1} {3} {4} {5}".format(*parts) if parts else text)
    except _UNREADABLE:
        return None


def _since_1970(number: float) -> WrittenMoment:
    unit = next((unit for least, unit in UNITS if number >= least), 1.0)
    seconds = number / unit
    if not EARLIEST < seconds < LATEST:
        return NO_MOMENT
    return WrittenMoment(seconds, 1.0 / unit if number.is_integer() else 10.0**-FRACTION_DIGITS)


def span_of(value: object) -> float | None:
    """Seconds that something took."""
    seconds = number_of(value)
    return seconds if seconds is not None and 0 <= seconds < LONGEST / 1000 else None


def seconds_of(entry: dict[str, Any]) -> tuple[float | None, float]:
    """How long an entry took, which is given in milliseconds, and how far off that may be."""
    timings = entry.get("timings")
    taken = _duration(entry.get("time")) or sum(map(_duration, timings.values() if isinstance(timings, dict) else ()))
    return (taken / 1000, 0.0005 if taken == int(taken) else 0.000001) if taken else (None, 0.0)


def _duration(value: object) -> float:
    number = number_of(value)
    return number if number is not None and 0 < number < LONGEST else 0.0
