"""A pen for timelines: exchanges with numbers and times, as a client would have recorded them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fixtures.exchange import Exchange, Request, Response
from fixtures.target import MAIN
from suites.oracles import of_run
from suites.oracles.panel import Panel
from suites.verify import Observation, Verify

BASE_URL = "http://127.0.0.1:1"
BATCHES = "/api/v2/batches"
DIRECTORIES = "/api/v1/beta/directories"
TEST = "suites/test_something.py::test_it"
SETTLED = 5.0
"""Seconds that one operation may lag behind another in the timelines."""
EPOCH = datetime(2030, 1, 1, tzinfo=UTC)

Pairs = Sequence[tuple[str, str]]


def _as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def exchange(
    method: str,
    path: str,
    status: int,
    answer: Any = None,
    *,
    sent: float,
    received: float,
    params: Pairs = (),
    body: Any = None,
    caller: str = MAIN,
    media_type: str = "application/json",
    headers: Pairs = (),
    number: int = 0,
) -> Exchange:
    """One exchange; `answer` and `body` are JSON, or bytes that are taken as they are."""
    query = urlencode(params)
    return Exchange(
        number=number,
        worker="main",
        caller=caller,
        request=Request(
            method=method,
            url=f"{BASE_URL}{path}{'?' if query else ''}{query}",
            path=path,
            query=query,
            headers=(("authorization", "***"),),
            body=b"" if body is None else _as_bytes(body),
        ),
        response=Response(
            status,
            (("content-type", media_type), *headers),
            _as_bytes(answer),
        ),
        error=None,
        sent_at=EPOCH + timedelta(seconds=sent),
        sent=sent,
        received=received,
    )


def answered(original: Exchange, answer: Any, **changes: Any) -> Exchange:
    """The exchange with another body, and perhaps another status or other headers."""
    assert original.response is not None
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return replace(original, response=replace(original.response, body=body, **changes))


def in_order_of_answers(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """The exchanges as a client reports them, numbered."""
    ordered = sorted(exchanges, key=lambda one: one.received)
    return [replace(one, number=number) for number, one in enumerate(ordered, start=1)]


class Witness(Verify):
    """Keeps observations as they are, beside what the report gets."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Observation] = []
        self.taken: dict[str, Any] = {}

    def record(self, *observations: Observation) -> None:
        self.seen += observations
        super().record(*observations)

    @property
    def accused(self) -> set[str]:
        return {one.requirement for one in self.seen if not one.holds}

    @property
    def complaints(self) -> str:
        return "\n".join(str(one) for one in self.seen if not one.holds)

    @property
    def praised(self) -> set[str]:
        return {one.requirement for one in self.seen if one.holds}


def observed(timeline: Iterable[Exchange]) -> Witness:
    """What all oracles say of a timeline. None of them may break."""
    witness = Witness()
    panel = Panel(of_run(SETTLED, waiting=False), witness)
    for one in timeline:
        panel.on_exchange(one)
    witness.taken = witness.take(TEST)
    assert witness.taken["errors"] == []
    return witness
