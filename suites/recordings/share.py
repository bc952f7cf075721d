"""Shows the oracles what was recorded: all of them, or their share of the work."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from fixtures.client import Listener
from fixtures.exchange import Exchange, Request, Response
from spec.openapi import match
from suites.oracles.memory import Memory
from suites.oracles.oracle import Oracle
from suites.oracles.panel import Panel
from suites.recordings.callers import Callers, Secrets, shown
from suites.recordings.clocks import Clocks
from suites.recordings.order import Piece, Placed, exchanges_of
from suites.recordings.recorded import NO_QUERY, Recorded, header
from suites.tally import Tally, observing
from suites.traffic import CREATE, LIST, read
from suites.verify import Verify

RECORDED_TWICE = "a create that was recorded twice, or repeated under one idempotency key"

Record = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What is known of a whole recording before the first of its exchanges is judged."""

    name: str
    worker: str
    callers: Mapping[str, Callers]
    clocks: Mapping[str, Clocks]
    shows_queries: bool


class Share:
    """Shows every exchange, in order, to some oracles, and counts the traffic if `counts_traffic`.

    Each share finds out by itself which exchanges are set aside.
    """

    def __init__(self, context: Context, oracles: Sequence[Oracle], *, counts_traffic: bool) -> None:
        self._judged = 0
        self._set_aside: Counter[str] = Counter()
        self._context = context
        self._oracles = oracles
        self._verify = Verify()
        self._tally = Tally() if counts_traffic else None
        self._secrets = Secrets()
        self._observers: dict[str, Listener] = {}
        self._twins: Memory[bytes, Exchange] = Memory()

    def found_in(self, piece: Piece) -> Record:
        """Return what is found in the exchanges that follow, as plain data with no key in it."""
        for placed in exchanges_of(piece):
            recorded = placed.recorded
            self._secrets.note(recorded)
            exchange = self._exchange(placed)
            if _is_twin(exchange, recorded, self._twins):
                self._set_aside[RECORDED_TWICE] += 1
            elif recorded.query_in == "nowhere" and not self._context.shows_queries and _rests_on_query(exchange):
                self._set_aside[NO_QUERY] += 1
            else:
                self._show(placed.address.base, exchange)
        return self._found()

    def take_counts(self) -> tuple[int, Counter[str]]:
        """Return how many exchanges were judged since the last call, and how many set aside, by the reason."""
        taken = self._judged, self._set_aside
        self._judged, self._set_aside = 0, Counter()
        return taken

    def _show(self, base: str, exchange: Exchange) -> None:
        if base not in self._observers:
            panel = Panel(self._oracles, self._verify)
            self._observers[base] = observing(self._tally, panel) if self._tally else panel.on_exchange
        if self._tally:
            self._tally.timelines.clock = lambda: exchange.received
        self._observers[base](exchange)
        self._judged += 1

    def _found(self) -> Record:
        found = self._verify.take(self._context.name)
        parts = ("expected", "actual", "difference", "case", "exchanges")
        found["violations"] = [
            {**violation, **{name: self._secrets.hide(violation[name]) for name in parts}}
            for violation in found["violations"]
        ]
        if self._tally is None:
            return found
        counted = self._tally.take([])
        del counted["spent"]
        return {**found, **counted, "batches": self._secrets.hide(counted["batches"])}

    def _exchange(self, placed: Placed) -> Exchange:
        address, stretch, recorded = placed
        clocks = self._context.clocks[address.base]
        sent = recorded.started or 0.0
        return Exchange(
            number=recorded.number,
            worker=self._context.worker,
            caller=self._context.callers[address.base].name(recorded),
            request=Request(
                method=recorded.method.upper(),
                url=address.shown,
                path=address.path,
                query=address.query,
                headers=shown(recorded.sent_headers),
                body=recorded.sent_body,
            ),
            response=Response(recorded.status, shown(recorded.headers), recorded.body),
            error=None,
            sent_at=datetime.fromtimestamp(sent, UTC),
            sent=sent,
            received=sent + (recorded.seconds or 0.0),
            slack=clocks.slack(recorded),
            stretch=stretch,
            skew=clocks.skew,
        )


def _rests_on_query(exchange: Exchange) -> bool:
    """Whether an answer may be right or wrong by a query: a list, or results."""
    call = read(exchange)
    return call is not None and (call.name == LIST or call.answer.get("results") is not None)


def _is_twin(exchange: Exchange, recorded: Recorded, twins: Memory[bytes, Exchange]) -> bool:
    """Whether a create is one that was observed before: written down twice, or sent again to be answered as before.

    Two recorders, of which nobody knows whose clock is right, show the same `Date` and the same headers beside it.
    """
    found = match(exchange.request.method, exchange.request.path)
    if found is None or found[0].id != CREATE or not 200 <= recorded.status < 300:
        return False
    retry = header(recorded.sent_headers, "idempotency-key") or ""
    identity = (recorded.url, recorded.sent_body, recorded.body, retry)
    digest = blake2b(repr(identity).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    twin = twins.get(digest)
    twins[digest] = exchange
    if twin is None or twin.response is None or exchange.response is None:
        return False
    is_same_answer = exchange.response.header("date") is not None and exchange.response.headers == twin.response.headers
    return bool(retry) or is_same_answer or exchange.seconds_after(twin) <= 0
