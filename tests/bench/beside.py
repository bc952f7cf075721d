"""The mock beside another server: creates, gets and lists a second, and memory, with thousands of objects in both."""

import json
import statistics
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from tests.bench import servers
from tests.bench.servers import Server
from tests.bench.traffic import Request, send

OBJECTS: Final = 10_000
FEW: Final = 40
"""Two pages."""
ROUNDS: Final = 15
BURST: Final = 100
"""Requests of one kind in a round."""
LISTS: Final = 2000
LOOKED_UP: Final = 100
"""How many objects are got in turn."""


@dataclass(frozen=True)
class ServerFigures:
    """Of each kind of request the answers a second, the median of the rounds, and the bytes of memory at the end."""

    per_second: Mapping[str, float]
    memory: int | None


def figures(other: AbstractContextManager[Server]) -> tuple[ServerFigures, ServerFigures]:
    """Measure the mock and another server in turn. Raises `Unmeasured`."""
    with servers.mock() as ours, other as theirs:
        both = [(server, _filled(server)) for server in (ours, theirs)]
        rounds = [[_round(server, kinds) for server, kinds in both] for _ in range(ROUNDS)]
        taken = zip(*rounds, strict=True)
        mine, others = (_figures(server, each) for (server, _), each in zip(both, taken, strict=True))
    return mine, others


def growth() -> tuple[float, float]:
    """Measure the processor seconds of a list of the mock with few batches, and with many, all at their end.

    Raises `Unmeasured`.
    """
    with servers.mock("--pace=0") as few, servers.mock("--pace=0") as many:
        for server, number in ((few, FEW), (many, OBJECTS)):
            send(server.process.port, [server.create] * number)
        with_few, with_many = (_seconds_of_a_list(server) for server in (few, many))
    return with_few, with_many


def _seconds_of_a_list(server: Server) -> float:
    before = server.process.processor_seconds()
    send(server.process.port, [server.list] * LISTS)
    return (server.process.processor_seconds() - before) / LISTS


def _filled(server: Server) -> dict[str, list[Request]]:
    """Create the objects, and return the requests of each kind."""
    bodies = send(server.process.port, [server.create] * OBJECTS).bodies
    gets = [server.get(json.loads(body)) for body in bodies[:: OBJECTS // LOOKED_UP]]
    return {"creates": [server.create], "gets": gets, "lists": [server.list]}


def _figures(server: Server, rounds: Sequence[Mapping[str, float]]) -> ServerFigures:
    medians = {kind: statistics.median(each[kind] for each in rounds) for kind in rounds[0]}
    return ServerFigures(medians, server.process.memory())


def _round(server: Server, kinds: Mapping[str, list[Request]]) -> dict[str, float]:
    return {kind: _rate(server, requests) for kind, requests in kinds.items()}


def _rate(server: Server, requests: list[Request]) -> float:
    return send(server.process.port, islice(cycle(requests), BURST)).per_second
