"""What all users together may spend: the master grants it, and each worker asks before anything is sent."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fixtures.settings import Settings, billable_files, requests

LEASE: Final = 20
"""Requests that a worker is granted at a time; those that it does not send are not sent by another."""
REQUESTS, FILES = "requests", "files"
OPTION: Final = {REQUESTS: "--max-requests", FILES: "--max-billable-files"}


def limits_of(settings: Settings) -> dict[str, float]:
    """Return what a load may spend, which is infinite where nothing holds it back."""
    return {REQUESTS: requests(settings), FILES: billable_files(settings)}


class NothingLeft(Exception):
    """All that may be spent is spent. The message is a sentence."""


@dataclass
class Grants:
    """What the master has granted of the limits, which are infinite where there are none."""

    limits: Mapping[str, float]
    granted: dict[str, int] = field(default_factory=lambda: {REQUESTS: 0, FILES: 0})

    def grant(self, what: str, count: int, *, whole: bool) -> int:
        """Grant so many, or what is left of them; nothing where that is not all and it has to be."""
        left = self.limits[what] - self.granted[what]
        given = count if left >= count else 0 if whole else int(max(left, 0))
        self.granted[what] += given
        return given


@dataclass(frozen=True)
class Grant:
    """How many were granted, and among how many workers the rate is shared."""

    count: int
    workers: int


Ask = Callable[[str, int, bool], Grant]
"""Asks the master for so many of something: all of them or none, or what there is."""


class Allowance:
    """What a worker may still spend of what it was granted; it asks for more when that is used.

    `rate` is how many requests a second all workers together may send.
    """

    def __init__(self, limits: Mapping[str, float], rate: float | None, ask: Ask) -> None:
        self._limits = limits
        self._rate = rate
        self._ask = ask
        self._left = 0
        self._interval = 0.0
        self._turn = 0.0

    def spend_request(self) -> None:
        """Count a request that is about to be sent, and wait for its turn. Raises `NothingLeft`."""
        if self._limits[REQUESTS] == float("inf") and self._rate is None:
            return
        while self._left < 1:
            grant = self._ask(REQUESTS, LEASE, False)
            if not grant.count:
                raise NothingLeft(used_up(REQUESTS, self._limits))
            self._left += grant.count
            self._interval = grant.workers / self._rate if self._rate else 0.0
        self._left -= 1
        now = time.monotonic()
        self._turn = max(now, self._turn + self._interval)
        if self._turn > now:
            time.sleep(self._turn - now)

    def spend_files(self, count: int) -> bool:
        """Count files that are about to be billed; whether they may be."""
        return self._limits[FILES] == float("inf") or self._ask(FILES, count, True).count == count


def used_up(what: str, limits: Mapping[str, Any]) -> str:
    """Say that a limit is reached."""
    return f"the {limits[what]:g} {what} of {OPTION[what]} are used"
