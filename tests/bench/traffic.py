"""How many requests a second a server answers, by a client that costs little and keeps its connections open."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httptools

from tests.bench.timed import Unmeasured

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 8
LONGEST: Final = 900.0
"""Seconds after which a server that has not answered all requests is given up."""
SHOWN: Final = 200
"""Bytes of an unexpected answer that are shown."""


@dataclass(frozen=True)
class Request:
    """A request to a server on loopback."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def on_the_wire(self, port: int) -> bytes:
        """Write it in HTTP/1.1."""
        headers = {"Host": f"{HOST}:{port}", **self.headers, "Content-Length": len(self.body)}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Answered:
    """The bodies of all answers, and how many were received a second."""

    bodies: list[bytes]
    per_second: float


class Connection(asyncio.Protocol):
    """Sends one request after the other, over another connection where the server has closed the last."""

    def __init__(self) -> None:
        """Start without a connection."""
        self.transport: asyncio.WriteTransport | None = None

    async def ask(self, port: int, request: bytes) -> bytes:
        """Return the body of the answer. Raises `Unmeasured`."""
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[bytes] = loop.create_future()
        self.body = bytearray()
        self.parser = httptools.HttpResponseParser(self)
        transport = self.transport or (await loop.create_connection(lambda: self, HOST, port))[0]
        transport.write(request)
        return await self.answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep a connection."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Read a part of an answer."""
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Read a part of its body."""
        self.body += body

    def on_message_complete(self) -> None:
        """Return an answer."""
        if not self.parser.should_keep_alive():
            self.close()
        status = self.parser.get_status_code()
        if status < 300:
            self.answer.set_result(bytes(self.body))
        else:
            self.answer.set_exception(Unmeasured(f"a server answered with {status}: {bytes(self.body[:SHOWN])!r}"))

    def connection_lost(self, _: Exception | None) -> None:
        """Forget a connection, which has to have answered."""
        if self.transport is not None:
            self.transport = None
            if not self.answer.done():
                self.answer.set_exception(Unmeasured("a server closed a connection in place of an answer"))

    def close(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            transport, self.transport = self.transport, None
            transport.close()


def send(port: int, requests: Iterable[Request]) -> Answered:
    """Send requests over several connections. Raises `Unmeasured` when one is not answered with success."""
    return asyncio.run(_send(port, [each.on_the_wire(port) for each in requests]))


async def _send(port: int, requests: list[bytes]) -> Answered:
    turns, bodies = iter(requests), list[bytes]()
    began = time.perf_counter()
    try:
        async with asyncio.timeout(LONGEST):
            await asyncio.gather(*(_take_turns(port, turns, bodies) for _ in range(CONNECTIONS)))
    except TimeoutError:
        raise Unmeasured(f"{len(requests)} requests were not answered within {LONGEST:g} s") from None
    except OSError as error:
        raise Unmeasured(f"a server cannot be reached: {error}") from None
    return Answered(bodies, len(bodies) / (time.perf_counter() - began))


async def _take_turns(port: int, requests: Iterator[bytes], bodies: list[bytes]) -> None:
    connection = Connection()
    try:
        for request in requests:
            bodies.append(await connection.ask(port, request))
    finally:
        connection.close()
