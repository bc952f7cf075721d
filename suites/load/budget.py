"""What all users together may spend: the master grants it, and each worker asks before anything is sent."""

import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from fixtures.settings import Settings, billable_files, requests

LEASE: Final = 20
"""Requests that a worker is granted at most at a time; those that it does not send are not sent by another."""
LEASES: Final = 2
"""So many leases for each worker are made of what is left, so that all come to their end at about the same time."""
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
    lessees: set[str] = field(default_factory=set)
    """The workers that have a lease, and have not used it as far as is known."""

    def lease(self, worker: str, most: int, workers: int) -> int:
        """Grant requests to one of so many workers, which has used what it had; nothing where none are left."""
        left = self._left(REQUESTS)
        given = int(min(left, most, max(1, left / (LEASES * workers))))
        self.granted[REQUESTS] += given
        (self.lessees.add if given else self.lessees.discard)(worker)
        return given

    def grant(self, what: str, count: int) -> int:
        """Grant so many, or nothing where there are fewer left."""
        given = count if self._left(what) >= count else 0
        self.granted[what] += given
        return given

    def are_used(self, living: AbstractSet[str]) -> bool:
        """Whether no request is left, and no worker that lives has a lease."""
        return self._left(REQUESTS) < 1 and not self.lessees & living

    def _left(self, what: str) -> float:
        return self.limits[what] - self.granted[what]


@dataclass(frozen=True)
class Grant:
    """How many were granted, and among how many workers the rate is shared."""

    count: int
    workers: int


Ask = Callable[[str, int, bool], Grant]
"""Asks the master for so many of something: all of them or none, or a lease of at most so many."""


class Allowance:
    """What a worker may still spend of what it was granted; it asks for more when that is used.

    One user asks at a time, and the others wait for what it gets. `rate` is how many requests a second all workers
    together may send.
    """

    def __init__(self, limits: Mapping[str, float], rate: float | None, ask: Ask) -> None:
        self._limits = limits
        self._rate = rate
        self._ask = ask
        self._asking = threading.Lock()
        self._is_used_up = False
        self._left = 0
        self._interval = 0.0
        self._turn = 0.0

    def spend_request(self) -> None:
        """Count a request that is about to be sent, and wait for its turn. Raises `NothingLeft`."""
        if self._limits[REQUESTS] == float("inf") and self._rate is None:
            return
        with self._asking:
            if not self._left and not self._is_used_up:
                self._renew()
            if not self._left:
                raise NothingLeft(used_up(REQUESTS, self._limits))
            self._left -= 1
            now = time.monotonic()
            self._turn = max(now, self._turn + self._interval)
            seconds = self._turn - now
        if seconds:
            time.sleep(seconds)

    def _renew(self) -> None:
        grant = self._ask(REQUESTS, LEASE, False)
        self._left, self._is_used_up = grant.count, not grant.count
        self._interval = grant.workers / self._rate if self._rate else 0.0

    def spend_files(self, count: int) -> bool:
        """Count files that are about to be billed; whether they may be."""
        return self._limits[FILES] == float("inf") or self._ask(FILES, count, True).count == count


def used_up(what: str, limits: Mapping[str, Any]) -> str:
    """Say that a limit is reached."""
    return f"the {limits[what]:g} {what} of {OPTION[what]} are used"
