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
LONGEST: Final = 120.0
"""Seconds after which a server is given up."""
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


class Connection(asyncio.Protocol):
    """Sends one request after the other."""

    async def ask(self, port: int, request: bytes) -> bytes:
        """Return the body of the answer, and connect before if the server has closed. Raises `Unmeasured`."""
        loop = asyncio.get_running_loop()
        if not self.is_open:
            await loop.create_connection(lambda: self, HOST, port)
        self.answer: asyncio.Future[bytes] = loop.create_future()
        self.body = bytearray()
        self.parser = httptools.HttpResponseParser(self)
        self.transport.write(request)
        return await self.answer

    is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport, self.is_open = transport, True

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
            self.answer.set_exception(Unmeasured(f"it answered {status}: {bytes(self.body[:SHOWN])!r}"))

    def connection_lost(self, _: Exception | None) -> None:
        """Fail where an answer is missing."""
        self.is_open = False
        if not self.answer.done():
            self.answer.set_exception(Unmeasured("it closed a connection in place of an answer"))

    def close(self) -> None:
        """Close the connection."""
        if self.is_open:
            self.is_open = False
            self.transport.close()


def answers_per_second(port: int, requests: Iterable[Request], number: int) -> float:
    """Send a number of requests over several connections, and return how many are answered a second.

    Raises `Unmeasured`.
    """
    return asyncio.run(_answers_per_second(port, [each.on_the_wire(port) for each in requests], number))


async def _answers_per_second(port: int, requests: list[bytes], number: int) -> float:
    turns = (requests[place % len(requests)] for place in range(number))
    began = time.perf_counter()
    try:
        async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(_send(port, turns))
    except* (OSError, TimeoutError) as errors:
        raise Unmeasured(f"it did not answer: {errors.exceptions[0]!r}") from None
    return number / (time.perf_counter() - began)


async def _send(port: int, requests: Iterator[bytes]) -> None:
    connection = Connection()
    for request in requests:
        await connection.ask(port, request)
    connection.close()
