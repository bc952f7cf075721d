"""A server in front of the mock that passes everything on until a behaviour takes over."""

import json
import os
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

Kind = Literal["preflight", "list", "create", "get", "upload", "other"]
Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("Content-Type", "application/json"),)
MALFORMED = b"{"
PAUSE = 0.1
"""Seconds between two bytes of one that dribbles."""
UPSTREAM_TIMEOUT = 10.0
BATCHES = "/api/v2/batches"

_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("list", "GET", BATCHES),
    ("create", "POST", BATCHES),
    ("get", "GET", f"{BATCHES}/[^/]+"),
    ("upload", "POST", "/api/v1/beta/directories/[^/]+/files/upload"),
)


def http(
    body: bytes = b"{}",
    status: int = 200,
    headers: Headers = JSON,
    *,
    version: str = "1.1",
    length: int | None = None,
) -> bytes:
    """An answer as bytes; `length` is what its Content-Length says, where that is not the truth."""
    shown = (*headers, ("Content-Length", str(len(body) if length is None else length)))
    lines = [f"HTTP/{version} {status} So", *(f"{name}: {value}" for name, value in shown)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass(frozen=True)
class Genuine:
    """What the mock answers."""

    status: int
    headers: Headers
    body: bytes

    @property
    def wire(self) -> bytes:
        """The same answer as bytes."""
        return http(self.body, self.status, self.headers)

    @cached_property
    def json(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded

    def with_fields(self, **fields: Any) -> bytes:
        """The answer with further fields, or others in the place of its own."""
        return http(json.dumps({**self.json, **fields}).encode(), self.status)

    def with_raw(self, field: bytes) -> bytes:
        """The answer with a further field that `json` would not write."""
        return http(self.body.replace(b"{", b"{" + field + b",", 1), self.status)


@dataclass
class Talk:
    """One request, and its connection."""

    kind: Kind
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    server: "Hostile"
    socket: socket.socket
    turns: int
    """How often a behaviour had its turn before."""

    @cached_property
    def genuine(self) -> Genuine:
        """The mock's answer to this request."""
        return self.server.pass_on(self.method, self.path, self.headers, self.body)

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.socket.sendall(data)

    def dribble(self, data: bytes, then: bytes) -> None:
        """Sends bytes one by one, and some others over and over, for as long as somebody listens."""
        for byte in data:
            self._slowly(bytes([byte]))
        while not self.server.stopped.is_set():
            for byte in then:
                self._slowly(bytes([byte]))

    def flood(self, head: bytes, block: bytes, times: int) -> None:
        """Sends a block over and over, as long as somebody listens."""
        self.send(head)
        for _ in range(times):
            self.send(block)

    def hold(self) -> None:
        """Says nothing more, and keeps the connection."""
        self.server.stopped.wait()

    def reset(self) -> None:
        """Breaks the connection off."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.socket.detach())

    def _slowly(self, data: bytes) -> None:
        self.send(data)
        if self.server.stopped.wait(PAUSE):
            raise ConnectionAbortedError


Act = Callable[[Talk], None]


@dataclass
class Hostile:
    """Where the server listens, and what it has seen."""

    mock: str
    when: frozenset[Kind]
    act: Act
    elsewhere: str = ""
    """The address of another server, which has no business with the key."""
    certificate: Path | None = None
    port: int = 0
    turns: int = 0
    paths: list[str] = field(default_factory=list)
    """The path of each request."""
    leave: Callable[[], None] = lambda: None
    """Ends the server, so that nobody listens any more."""
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def kind_of(self, method: str, path: str, body: bytes) -> Kind:
        """What a request is for; the first of all, and those whose body is cut off, are the look before the tests."""
        with self.lock:
            self.paths.append(path)
            if len(self.paths) == 1 or body == MALFORMED:
                return "preflight"
        bare = path.partition("?")[0]
        return next((kind for kind, verb, form in _KINDS if verb == method and re.fullmatch(form, bare)), "other")

    def turn(self) -> int:
        """Counts a turn of the behaviour, and says how many there were before."""
        with self.lock:
            self.turns += 1
            return self.turns - 1

    def pass_on(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Genuine:
        """The mock's answer."""
        connection = HTTPConnection(self.mock.removeprefix("http://"), timeout=UPSTREAM_TIMEOUT)
        kept = {name: value for name, value in headers.items() if name.lower() not in ("connection", "host")}
        try:
            connection.request(method, path, body, {**kept, "Connection": "close"})
            answer = connection.getresponse()
            shown = tuple((name, value) for name, value in answer.getheaders() if name.lower() == "content-type")
            return Genuine(answer.status, shown, answer.read())
        finally:
            connection.close()


def _handler(hostile: Hostile) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if hostile.stopped.is_set():
                self.close_connection = True
                return
            kind = hostile.kind_of(self.command, self.path, body)
            is_its_turn = kind in hostile.when
            turns = hostile.turn() if is_its_turn else 0
            talk = Talk(kind, self.command, self.path, dict(self.headers), body, hostile, self.connection, turns)
            try:
                if is_its_turn:
                    hostile.act(talk)
                else:
                    talk.send(talk.genuine.wire)
            except OSError:
                self.close_connection = True
            if hostile.stopped.is_set():
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_any

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Says nothing: a client that goes away is part of the game."""


@contextmanager
def serving(hostile: Hostile) -> Iterator[Hostile]:
    """Runs the server for as long as the context lasts."""
    with _Server(("127.0.0.1", 0), _handler(hostile)) as server:
        hostile.port = server.server_address[1]
        if hostile.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(hostile.certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

        def leave() -> None:
            hostile.stopped.set()
            server.shutdown()
            server.server_close()

        hostile.leave = leave
        thread.start()
        try:
            yield hostile
        finally:
            hostile.stopped.set()
            server.shutdown()
            thread.join()
