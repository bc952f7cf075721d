"""A proxy that passes every request on to one target, and every answer back, as they are, and records each exchange."""

import json
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from types import FrameType
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from fixtures.route import Route
from fixtures.settings import LOOPBACK
from fixtures.wire import MOST_BYTES, NoAnswer, NoCookies, unpacked
from spec.signals import ENDING, is_free, leave_terminal
from spec.usage import WrongUsage
from suites.recordings.har import PROXY_MARK
from suites.recordings.recorded import BROKEN_OFF, NO_ANSWER, Headers, Recorded, header

OnExchange = Callable[[Recorded], None]

HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
MARK = (PROXY_MARK.encode(), b"said by the proxy, not by the target")
"""The header by which an answer of the proxy's own is known."""
TIMES = httpx.Timeout(600.0, connect=30.0)
"""Seconds that the target may let a part of an exchange wait."""
SECONDS_TO_FINISH = 5
"""Seconds that exchanges have to end when the proxy is to end."""
SLACK = 0.000_002
"""Seconds that its times may be off."""

TOO_LONG = f"the body of the answer is longer than {MOST_BYTES:,} bytes, and was passed on unread"


class CannotListen(WrongUsage):
    """The proxy cannot take its place. The message is a sentence that says why and what to do."""


class NotPassedOn(Exception):
    """A request that is not passed on. The message is a clause that says why."""


def listen(port: int, route: Route, on_exchange: OnExchange) -> None:
    """Pass on what comes to a port of loopback until Ctrl-C or SIGTERM. Raises `CannotListen`."""
    try:
        opened = socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise CannotListen(f"port {port} of {LOOPBACK} cannot be listened on ({error}): take another.") from None
    with opened:
        config = uvicorn.Config(
            RecordingProxy(route, on_exchange),
            http="h11",  # Tells an absolute URL from a path.
            lifespan="on",
            access_log=False,
            log_level="critical",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
        address = f"http://{LOOPBACK}:{opened.getsockname()[1]}"
        server = _Server(config)
        with server.capture_signals():
            print(f"Listening on {address} for {route.url}; Ctrl-C ends it with the report.", flush=True)
            server.run([opened])


class _Server(uvicorn.Server):
    """Ends at a signal, and leaves it at that."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, and write no more to a terminal that is gone."""
        leave_terminal(sig)
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and the end of the terminal as the wish to end, where they are not ignored."""
        before = {each: signal.signal(each, self.handle_exit) for each in ENDING if is_free(each)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class RecordingProxy:
    """The ASGI application. What it is asked goes to `target` and nowhere else, and the exchange to `on_exchange`."""

    def __init__(self, route: Route, on_exchange: OnExchange) -> None:
        parts = urlsplit(route.url.rstrip("/"))
        self._route = route
        self._origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._prefix = parts.path.encode("ascii")
        self._on_exchange = on_exchange
        self._numbers = count(1)
        self._client: httpx.AsyncClient
        self._zero = time.time() - time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and its answer back."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        if scope["type"] != "http":
            return
        try:
            target = _target_of(scope, self._origin, self._prefix)
        except NotPassedOn as reason:
            await _answer(send, 403, f"This proxy passes requests on to {self._origin} alone: {reason}.")
            return
        exchange = _PassingExchange(scope, receive)
        request = httpx.Request(
            scope["method"],
            self._origin,
            headers=_passed_on(scope["headers"], without=(b"host",)),
            content=exchange.sending() if exchange.has_body else None,
            extensions={"target": target, "timeout": TIMES.as_dict()},
        )
        number, began = next(self._numbers), time.monotonic()
        try:
            async with self._asked(request) as response:
                await exchange.pass_back(response, send)
        except httpx.HTTPError as error:
            exchange.lack = BROKEN_OFF if exchange.status else NO_ANSWER
            if exchange.status:
                raise
            cause = error if isinstance(error, httpx.ProxyError) else type(error).__name__
            await _answer(send, 502, f"{self._origin} gave no answer: {cause}.")
        except _Gone:
            exchange.lack = BROKEN_OFF
        finally:
            url = f"{self._origin}{target.decode('latin-1')}"
            self._on_exchange(exchange.recorded(number, url, self._zero + began, time.monotonic() - began))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Hold the connections to the target while the server lives."""
        await receive()
        self._client = httpx.AsyncClient(transport=_Transport(self._route), trust_env=False, cookies=NoCookies())
        async with self._client:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _asked(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()


class _Transport(httpx.AsyncHTTPTransport):
    """Takes a route, and reports what fails on it; for as many as ask at a time."""

    def __init__(self, route: Route) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        super().__init__(verify=route.verify, trust_env=False, limits=limits, proxy=route.httpx_proxy())
        self._route = route

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, with what the way puts to it."""
        self._route.dress(request)
        try:
            response = await super().handle_async_request(request)
        except httpx.TransportError as error:
            raise self._route.blame(error) or error from error.__cause__
        try:
            self._route.check(response)
        except httpx.ProxyError:
            await response.aclose()
            raise
        return response


class _Gone(Exception):
    """Who asked has left before the whole request was there."""


class _PassingExchange:
    """An exchange on its way through, of which no more is kept than can be judged."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.status = 0
        self.lack: str | None = None
        self._scope = scope
        self._receive = receive
        self._sent_body = _Bounded()
        self._headers: Headers = ()
        self._body = _Bounded()

    @property
    def has_body(self) -> bool:
        """Whether the request announces a body."""
        return any(name in (b"content-length", b"transfer-encoding") for name, _ in self._scope["headers"])

    async def sending(self) -> AsyncIterator[bytes]:
        """Yield the body of the request, as it comes in."""
        is_more = True
        while is_more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            is_more = message.get("more_body", False)
            self._sent_body.add(message.get("body", b""))
            yield message.get("body", b"")

    async def pass_back(self, response: httpx.Response, send: Send) -> None:
        """Send the answer on, as it comes in."""
        self.status = response.status_code
        self._headers = _text(response.headers.raw)
        headers = _passed_on(response.headers.raw)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        async for chunk in response.aiter_raw():
            self._body.add(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def recorded(self, number: int, url: str, started: float, seconds: float) -> Recorded:
        """Return the exchange as it is recorded."""
        body, lack = b"", self.lack or (TOO_LONG if self._body.is_over else None)
        if lack is None:
            try:
                body = unpacked(self._body.kept, header(self._headers, "content-encoding") or "")
            except NoAnswer as reason:
                lack = str(reason)
        return Recorded(
            number=number,
            method=self._scope["method"],
            url=url,
            sent_headers=_text(self._scope["headers"]),
            sent_body=self._sent_body.kept,
            status=self.status,
            headers=self._headers,
            body=body,
            started=started,
            seconds=seconds,
            slack=SLACK,
            is_whole=True,
            lack=lack,
        )


class _Bounded:
    """A body, kept as long as it is not too long."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def add(self, part: bytes) -> None:
        """Take a part."""
        self._length += len(part)
        if self.is_over:
            self._parts.clear()
        else:
            self._parts.append(part)

    @property
    def is_over(self) -> bool:
        """Whether it is too long, and was not kept."""
        return self._length > MOST_BYTES

    @property
    def kept(self) -> bytes:
        """The body; empty if it was too long."""
        return b"".join(self._parts)


def _target_of(scope: Scope, origin: str, prefix: bytes) -> bytes:
    """Return the path and the query of a request, byte by byte. Raises `NotPassedOn` for what leads elsewhere."""
    path: bytes = scope["raw_path"]
    if scope["method"] == "CONNECT":
        raise NotPassedOn("it opens no tunnels")
    if path.startswith(b"/"):
        path = prefix + path
    else:
        scheme, _, rest = path.partition(b"://")
        host, slash, below = rest.partition(b"/")
        if f"{scheme.decode('latin-1')}://{host.decode('latin-1')}".lower() != origin.lower():
            raise NotPassedOn("the URL of the request is another's")
        path = b"/" + below if slash else b"/"
    query: bytes = scope["query_string"]
    return b"?".join([path, query]) if query else path


def _passed_on(headers: Iterable[tuple[bytes, bytes]], without: tuple[bytes, ...] = ()) -> list[tuple[bytes, bytes]]:
    """Return headers but those that are for one connection alone."""
    listed = list(headers)
    named = b",".join(value for name, value in listed if name.lower() == b"connection").lower().split(b",")
    dropped = {*(name.encode() for name in HOP_BY_HOP), *(name.strip() for name in named), *without}
    return [(name, value) for name, value in listed if name.lower() not in dropped]


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


async def _answer(send: Send, status: int, sentence: str) -> None:
    """Return an answer of the proxy's own."""
    body = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), MARK]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
