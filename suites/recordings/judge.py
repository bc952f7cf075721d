"""Shows the oracles what was recorded, in the order of the answers, and counts what could not be judged."""

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from fixtures.settings import SETTLE_TIMEOUT
from fixtures.wire import MOST_BYTES
from spec.openapi import match
from suites.oracles import of_recordings
from suites.recordings.address import Address, address_of
from suites.recordings.callers import Callers
from suites.recordings.clocks import Clocks
from suites.recordings.order import Placed, Spool
from suites.recordings.recorded import REDACTED, Recorded
from suites.recordings.redaction import has_redacted_values
from suites.recordings.share import Context, Record, Share
from suites.recordings.sharing import most_jobs, parted, sharing
from suites.traffic import CREATE, DELETIONS

TOO_LARGE = f"the body of the answer is larger than {MOST_BYTES:,} bytes"

OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""Objects that are new before Python looks for garbage among them."""

EXPLAINING = DELETIONS | {CREATE}
"""The operations that explain why a list grows while it is read, or why a batch is not found any more."""


@dataclass
class Counts:
    """The outcome of the exchanges of a recording: judged, set aside for a reason, or none of the service's."""

    judged: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    other: int = 0
    bases: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    """Those of `other` that are calls of the Batches API below another base URL than the one that was chosen."""


class Judge:
    """Judges one recording: takes its exchanges, then gives what the oracles found.

    Every base URL has oracles of its own, which remember nothing of another. `base_url` leaves all others out. `name`
    stands for the recording in the report; `lag` is how many seconds one operation may lag behind another.
    """

    def __init__(self, name: str, worker: str, base_url: str | None = None, lag: float = SETTLE_TIMEOUT) -> None:
        self.counts = Counts()
        self._name = name
        self._worker = worker
        self._only = base_url
        self._lag = lag
        self._spool = Spool()
        self._clocks: defaultdict[str, Clocks] = defaultdict(Clocks)
        self._callers: defaultdict[str, Callers] = defaultdict(Callers)
        self._shows_queries = False
        self._collecting = gc.get_threshold()

    def __enter__(self) -> Self:
        """Let Python look for garbage seldom, as answers consist of many objects that are soon forgotten."""
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the disk back, also where the recording could not be read."""
        self._spool.close()
        gc.set_threshold(*self._collecting)

    def take(self, recorded: Recorded) -> None:
        """Take an exchange, or set it aside."""
        if recorded.lack is not None and not recorded.url:
            self.counts.set_aside[recorded.lack] += 1
            return
        found = _found(recorded)
        if found is None:
            self.counts.other += 1
            return
        address, operation = found
        base = address.base
        if self._only not in (None, base):
            self.counts.other += 1
            self.counts.left_out[base] += 1
            return
        self.counts.bases[base] += 1
        self._callers[base].note(recorded)
        self._shows_queries = self._shows_queries or (recorded.query_in == "url" and "?" in recorded.url)
        lack = recorded.lack or _lack(recorded)
        if lack is not None:
            self.counts.set_aside[lack] += 1
            return
        placed = Placed(address, self._clocks[base].note(recorded), recorded)
        self._spool.add(placed, explains=operation in EXPLAINING)

    def judge(self, add: Callable[[Record], None], jobs: int | None = None) -> None:
        """Give everything that is found to `add`, piece by piece, as plain data with no key in it.

        `jobs` processes share the work, by default as many as there are processors if the recording is large. What is
        found does not depend on them. What is interrupted has counted and given the pieces before.
        """
        context = Context(self._name, self._worker, self._callers, self._clocks, self._shows_queries)
        skew = max((clocks.skew for clocks in self._clocks.values()), default=0.0)
        parts = parted(of_recordings(self._lag + skew), most_jobs(len(self._spool), jobs))
        shares = [Share(context, oracles, counts_traffic=number == 0) for number, oracles in enumerate(parts)]
        with sharing(shares) as found_in:
            for piece in self._spool.pieces(skew):
                for found in found_in(piece):
                    add(found)
                judged, set_aside = shares[0].take_counts()
                self.counts.judged += judged
                self.counts.set_aside += set_aside


def _lack(recorded: Recorded) -> str | None:
    """Why an exchange cannot be judged that was recorded whole."""
    if len(recorded.body) > MOST_BYTES:
        return TOO_LARGE
    return REDACTED if has_redacted_values(recorded) else None


def _found(recorded: Recorded) -> tuple[Address, str] | None:
    """Return where an exchange went that is one of the service, and its operation; `None` where it is none."""
    address = address_of(recorded.url)
    found = match(recorded.method.upper(), address.path)
    return (address, found[0].id) if found else None


def merged(counts: Iterable[Counts]) -> Counts:
    """Return the counts of several recordings together."""
    whole = Counts()
    for each in counts:
        whole = replace(
            whole,
            judged=whole.judged + each.judged,
            set_aside=whole.set_aside + each.set_aside,
            other=whole.other + each.other,
            bases=whole.bases + each.bases,
            left_out=whole.left_out + each.left_out,
        )
    return whole
