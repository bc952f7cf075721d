"""Which batches were seen to end, which were not, and for how long they were watched: observed, and no verdict."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from heapq import nlargest
from typing import Any, Final

from suites.tally import rounded
from suites.timelines import shown
from suites.traffic import CANCEL, CREATE, GET, TERMINAL, Call

LONGEST_REPORTED: Final = 5
"""Batches that are reported by id: those that went on for longest."""
NO_STATUS: Final = "no status"


@dataclass
class _Watched:
    """A batch that goes on: when its create was answered, its last status, and until when it surely went on."""

    began: float
    status: str = NO_STATUS
    seconds: float = 0.0


class Ends:
    """Follows the batches that the users of one process create.

    How long one took is measured up to the first answer that showed its end, and how long one went on up to the last
    request that was answered without: the one is an upper bound, the other a lower one. Lists are left out, since they
    may lag behind.
    """

    def __init__(self) -> None:
        self._going_on: dict[str, _Watched] = {}
        self._ended: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def on_exchange(self, call: Call) -> None:
        """Take in one call of a user."""
        if call.name not in (CREATE, GET, CANCEL):
            return
        for seen in call.seen:
            if call.name == CREATE:
                self._going_on.setdefault(seen.id, _Watched(call.exchange.received))
            if (watched := self._going_on.get(seen.id)) is None:
                continue
            if seen.status in TERMINAL:
                del self._going_on[seen.id]
                self._ended[seen.status][rounded(max(0.0, call.exchange.received - watched.began))] += 1
            else:
                watched.status = shown(seen.status or watched.status)
                watched.seconds = max(watched.seconds, call.exchange.sent - watched.began)

    def take(self) -> dict[str, Any]:
        """Return as plain data what has ended since the last call, and all that goes on."""
        ended = {status: dict(seconds) for status, seconds in self._ended.items()}
        self._ended.clear()
        going_on: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for watched in self._going_on.values():
            going_on[watched.status][rounded(watched.seconds)] += 1
        longest = nlargest(LONGEST_REPORTED, self._going_on.items(), key=lambda item: item[1].seconds)
        return {
            "ended": ended,
            "going_on": {status: dict(seconds) for status, seconds in going_on.items()},
            "longest": [
                {"id": shown(id_), "status": watched.status, "seconds": round(watched.seconds, 3)}
                for id_, watched in longest
            ],
        }
