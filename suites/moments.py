"""Date-times as services write them: an instant, and how finely it was written."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

NANOSECOND = 1
SECOND = 1_000_000_000
NANOSECOND_DIGITS = 9

_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):([0-5]\d|60)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


@dataclass(frozen=True)
class Moment:
    """An instant in nanoseconds since 1970, and the unit of its last written digit in nanoseconds."""

    instant: int
    unit: int
    text: str

    def same_as(self, other: "Moment") -> bool:
        """Whether both can stand for one instant, at the coarser of the two precisions."""
        return abs(self.instant - other.instant) < max(self.unit, other.unit) or self.instant == other.instant

    def surely_before(self, other: "Moment") -> bool:
        """Whether this is earlier, however the two were rounded."""
        return self.instant < other.instant and not self.same_as(other)

    def shifted(self, nanoseconds: int, offset: timedelta = timedelta(0)) -> str:
        """Return the instant moved by some nanoseconds, in another offset, and written no less finely than this."""
        seconds, fraction = divmod(self.instant + nanoseconds, SECOND)
        zone = timezone(offset) if offset else UTC
        whole = datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%dT%H:%M:%S")
        digits = f"{fraction:09}".rstrip("0").ljust(NANOSECOND_DIGITS + 1 - len(str(self.unit)), "0")
        tail = datetime.fromtimestamp(seconds, zone).isoformat()[-6:]
        return f"{whole}{'.' if digits else ''}{digits}{tail}"


def moment(value: object) -> Moment | None:
    """Read an RFC 3339 date-time; `None` for anything else."""
    return _read(value) if isinstance(value, str) else None


@lru_cache(maxsize=1024)
def _read(value: str) -> Moment | None:
    found = _DATE_TIME.fullmatch(value)
    if found is None:
        return None
    date, time, second, fraction, sign, hours, minutes = found.groups()
    try:
        whole = datetime.fromisoformat(f"{date}T{time}:{min(second, '59')}+00:00")
    except ValueError:
        return None
    offset = (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    seconds = int(whole.timestamp()) - (offset if sign == "+" else -offset)
    digits = fraction or ""
    instant = seconds * SECOND + int(digits.ljust(NANOSECOND_DIGITS, "0"))
    return Moment(instant, 10 ** (NANOSECOND_DIGITS - len(digits)), found.string)
