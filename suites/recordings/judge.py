"""Shows the oracles what was recorded, in the order of the answers, and counts what could not be judged."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Self
from urllib.parse import urlsplit

from fixtures.exchange import Exchange, Request, Response
from fixtures.wire import MOST_BYTES
from spec.openapi import match
from suites.oracles import of_recordings
from suites.oracles.memory import Memory
from suites.oracles.panel import Panel
from suites.oracles.settled import SETTLED
from suites.recordings.callers import Callers, Secrets, shown
from suites.recordings.clocks import Clocks
from suites.recordings.order import Spool
from suites.recordings.recorded import NO_QUERY, REDACTED, Recorded, header
from suites.recordings.redaction import has_redacted_values
from suites.tally import Tally
from suites.traffic import CREATE, LIST, read
from suites.verify import Verify

TOO_LARGE = f"the body of the answer is larger than {MOST_BYTES:,} bytes"
RECORDED_TWICE = "a create that was recorded twice, or repeated under one idempotency key"
AT_ONCE = 1_000
"""Exchanges after which what was found is handed on."""

_BELOW_BASE = re.compile(r"/api/v\d+/")

Record = dict[str, Any]


@dataclass
class Counts:
    """The outcome of the exchanges of a recording: judged, set aside for a reason, or none of the service's."""

    judged: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    other: int = 0
    bases: Counter[str] = field(default_factory=Counter)


class Judge:
    """Judges one recording: takes its exchanges, then gives what the oracles found.

    Every base URL has oracles of its own, which remember nothing of another. `base_url` leaves all others out. `name`
    stands for the recording in the report; `lag` is how many seconds one operation may lag behind another.
    """

    def __init__(self, name: str, worker: str, base_url: str | None = None, lag: float = SETTLED) -> None:
        self.counts = Counts()
        self._name = name
        self._worker = worker
        self._only = base_url
        self._lag = lag
        self._spool = Spool()
        self._clocks = Clocks()
        self._secrets = Secrets()
        self._callers: defaultdict[str, Callers] = defaultdict(Callers)
        self._shows_queries = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give the disk back, also where the recording could not be read."""
        self._spool.close()

    def take(self, recorded: Recorded) -> None:
        """Take an exchange, or set it aside."""
        if recorded.lack is not None and not recorded.url:
            self.counts.set_aside[recorded.lack] += 1
            return
        base = base_of(recorded)
        if base is None or self._only not in (None, base):
            self.counts.other += 1
            return
        self.counts.bases[base] += 1
        self._callers[base].note(recorded)
        self._shows_queries = self._shows_queries or (recorded.query_in == "url" and "?" in recorded.url)
        lack = recorded.lack or _lack(recorded)
        if lack is not None:
            self.counts.set_aside[lack] += 1
            return
        self._clocks.note(recorded)
        self._spool.add(base, recorded)

    def judge(self, add: Callable[[Record], None]) -> None:
        """Give everything that is found to `add`, piece by piece, as plain data with no key in it."""
        verify, tally = Verify(), Tally()
        panels: dict[str, Panel] = {}
        twins: Memory[bytes, Exchange] = Memory()
        now = 0.0
        tally.timelines.clock = lambda: now
        with self._spool:
            for number, (base, recorded) in enumerate(self._spool, start=1):
                self._secrets.note(recorded)
                exchange = self._exchange(base, recorded)
                if _is_twin(exchange, recorded, twins):
                    self.counts.set_aside[RECORDED_TWICE] += 1
                    continue
                if recorded.query_in == "nowhere" and not self._shows_queries and _rests_on_query(exchange):
                    self.counts.set_aside[NO_QUERY] += 1
                    continue
                now = exchange.received
                tally.on_exchange(exchange)
                if base not in panels:
                    panels[base] = Panel(of_recordings(self._lag), verify)
                panels[base].on_exchange(exchange)
                self.counts.judged += 1
                if number % AT_ONCE == 0:
                    add(self._found(verify, tally))
            add(self._found(verify, tally))

    def _found(self, verify: Verify, tally: Tally) -> Record:
        found = verify.take(self._name)
        shown = ("expected", "actual", "difference", "case", "exchanges")
        found["violations"] = [
            {**violation, **{name: self._secrets.hide(violation[name]) for name in shown}}
            for violation in found["violations"]
        ]
        counted = tally.take([])
        del counted["spent"]
        return {**found, **counted, "batches": self._secrets.hide(counted["batches"])}

    def _exchange(self, base: str, recorded: Recorded) -> Exchange:
        parts = urlsplit(recorded.url)
        sent = recorded.started or 0.0
        return Exchange(
            number=recorded.number,
            worker=self._worker,
            caller=self._callers[base].name(recorded),
            request=Request(
                method=recorded.method.upper(),
                url=parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl(),
                path=_below(parts.path),
                query=parts.query,
                headers=shown(recorded.sent_headers),
                body=recorded.sent_body,
            ),
            response=Response(recorded.status, shown(recorded.headers), recorded.body),
            error=None,
            sent_at=datetime.fromtimestamp(sent, UTC),
            sent=sent,
            received=sent + (recorded.seconds or 0.0),
            slack=self._clocks.slack(recorded),
        )


def _lack(recorded: Recorded) -> str | None:
    """Why an exchange cannot be judged that was recorded whole."""
    if len(recorded.body) > MOST_BYTES:
        return TOO_LARGE
    return REDACTED if has_redacted_values(recorded) else None


def _rests_on_query(exchange: Exchange) -> bool:
    """Whether an answer may be right or wrong by a query: a list, or results."""
    call = read(exchange)
    return call is not None and (call.name == LIST or call.answer.get("results") is not None)


def base_of(recorded: Recorded) -> str | None:
    """Return the base URL below which an exchange is one of the service; `None` where it is none."""
    try:
        parts = urlsplit(recorded.url)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    below = _below(parts.path)
    if not host or match(recorded.method.upper(), below) is None:
        return None
    return f"{parts.scheme.lower()}://{host}{parts.path.removesuffix(below)}"


def _below(path: str) -> str:
    """Return the part of a path that follows the base URL, which may have a path of its own."""
    begins = [found.start() for found in _BELOW_BASE.finditer(path)]
    return path[begins[-1] :] if begins else path


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
    return bool(retry) or is_same_answer or exchange.sent - exchange.slack <= twin.received + twin.slack


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
        )
    return whole
