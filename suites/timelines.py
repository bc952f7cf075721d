"""The statuses of each batch, as the answers to its create, to reads and to cancels of it showed them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fixtures.words import unsigned
from spec.text import shortened
from suites.oracles.memory import Memory
from suites.traffic import CANCEL, CREATE, GET, Call, job_of

TEXT_LIMIT = 80
"""Characters of an id or a status that are kept."""
TEXTS_REMEMBERED = 64
"""Texts of which it is remembered how they are shown, since there are few statuses."""


@dataclass
class _Sighting:
    """A status, when it was seen first and last, in seconds since the create was answered, and how often in a row."""

    status: str
    first: float
    last: float
    times: int
    exchange: int


@dataclass
class _Followed:
    """A batch that was created here, and the sightings that were not taken yet."""

    id: str
    job_type: str
    worker: str
    created: int
    began: float
    sightings: list[_Sighting] = field(default_factory=list)

    def see(self, status: str, now: float, exchange: int) -> None:
        """Add a sighting, or prolong the last one when nothing has changed."""
        seconds = max(round(now - self.began, 3), 0.0)  # The clock of a recording may have stepped back.
        if self.sightings and self.sightings[-1].status == status:
            self.sightings[-1].last = seconds
            self.sightings[-1].times += 1
        else:
            self.sightings.append(_Sighting(status, seconds, seconds, 1, exchange))

    def take(self) -> dict[str, Any]:
        """Return what is known, as plain data."""
        taken = {
            "id": self.id,
            "job_type": self.job_type,
            "worker": self.worker,
            "created": self.created,
            "sightings": [dict(vars(sighting)) for sighting in self.sightings],
        }
        self.sightings.clear()
        return taken


class Sightings:
    """Follows the batches that were created through one client; those of others are nobody's business.

    `clock` returns the seconds of the target. Lists are left out: on which page a batch stands is open.
    """

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self._followed: Memory[str, _Followed] = Memory()
        self._seen: dict[str, _Followed] = {}

    def on_exchange(self, call: Call) -> None:
        """Note the status of the batch that an answer shows."""
        if call.name not in (CREATE, GET, CANCEL) or not call.seen:
            return
        now, exchange = self.clock(), call.exchange
        for seen in call.seen:
            if call.name == CREATE and seen.id not in self._followed:
                job_type = shown(str(job_of(call.sent_body)[0]))
                self._followed[seen.id] = _Followed(shown(seen.id), job_type, exchange.worker, exchange.number, now)
            followed = self._followed.get(seen.id)
            if followed and seen.status is not None:
                followed.see(shown(seen.status), now, exchange.number)
                self._seen[seen.id] = followed

    def take(self) -> list[dict[str, Any]]:
        """Return the batches that were seen since the last call, with what was seen of them since."""
        taken = [followed.take() for followed in self._seen.values()]
        self._seen.clear()
        return taken


@lru_cache(maxsize=TEXTS_REMEMBERED)
def shown(text: str) -> str:
    """Return an id or a status as a report shows it."""
    return shortened(unsigned(text), TEXT_LIMIT)
