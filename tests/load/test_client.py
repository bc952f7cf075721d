"""The client of a user, and its connection: the same answers and exchanges as every client has."""

import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from fixtures.client import Client
from fixtures.connection import Connection
from fixtures.exchange import Exchange
from fixtures.gateway import Gateway, Header
from fixtures.route import Route, route_to
from fixtures.target import MAIN
from fixtures.wire import MOST_BYTES, Answer, NoAnswer, ask, open_http
from suites.load.client import LightClient
from tests.fixtures.certificates import made_in
from tests.fixtures.loopback import Answer as Given
from tests.fixtures.loopback import Asked, Loopback, serving
from tests.fixtures.targets import FakeControl, target_at
from tests.fixtures.test_wire import ENDLESS, INCOMPLETE, SECONDS, Play, playing, saying, whole
from tests.suites.relay import relaying

HEADERS = (("Host", "service.example"),)
GATE = ("X-Gate", "open")


def asked(play: Play, seconds: float = 5.0) -> Answer:
    with playing(play) as url, closing(Connection(Route(url))) as connection:
        return connection.ask("GET", "/x", HEADERS, b"", seconds)


@pytest.mark.parametrize("play", ENDLESS.values(), ids=ENDLESS)
def test_an_exchange_ends_in_time(play: Play) -> None:
    with pytest.raises(NoAnswer, match=f"within {SECONDS:g} s|not a complete HTTP response"):
        asked(play, SECONDS)


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (whole(b"text"), b"text"),
        (whole(gzip.compress(b"text", mtime=0), "gzip"), b"text"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nte\r\n2\r\nxt\r\n0\r\n\r\n", b"text"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + whole(b"text"), b"text"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
def test_a_whole_answer_is_read(data: bytes, body: bytes) -> None:
    answer = asked(saying(data))
    assert answer.body == body
    assert "link" not in dict(answer.headers)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        *((data, "not a complete HTTP response") for data in INCOMPLETE),
        (whole(b"x" * (MOST_BYTES + 1)), "longer than"),
        (whole(b"x", "br"), "encoded as"),
    ],
    ids=lambda given: ascii(given)[:30],
)
def test_anything_else_is_no_answer(data: bytes, message: str) -> None:
    with pytest.raises(NoAnswer, match=message) as caught:
        asked(saying(data))
    assert str(caught.value).isprintable()


def test_a_port_where_nobody_listens_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NoAnswer, match="the connection failed"):
        Connection(Route(url)).ask("GET", "/", HEADERS, b"", 5)


def test_a_connection_that_was_closed_meanwhile_is_opened_again_before_anything_is_sent() -> None:
    closed = threading.Semaphore(0)

    def play(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(whole(b"{}"))
        connection.shutdown(socket.SHUT_RDWR)
        closed.release()

    with playing(play) as url, closing(Connection(Route(url))) as connection:
        for _ in range(3):
            assert connection.ask("POST", "/x", HEADERS, b"", 5).status == 200
            assert closed.acquire(timeout=5)


class Ask(Protocol):
    """Sends so many requests by a method, one after the other."""

    def __call__(self, method: str, count: int, seconds: float = 5) -> list[Answer]: ...


@contextmanager
def by_connection(url: str) -> Iterator[Ask]:
    with closing(Connection(Route(url))) as connection:
        yield lambda method, count, seconds=5: [
            connection.ask(method, "/x", HEADERS, b"", seconds) for _ in range(count)
        ]


@contextmanager
def by_client_of_a_run(url: str) -> Iterator[Ask]:
    with open_http(Route(url)) as http:
        yield lambda method, count, seconds=5: [
            ask(http, http.build_request(method, "/x"), seconds) for _ in range(count)
        ]


def gently(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def abruptly(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Closing:
    """Answers the first request of each connection, but for `silent` connections, and closes at the next."""

    def __init__(self, end: Callable[[socket.socket], None], begins_with: bytes = b"", silent: int = 0) -> None:
        self.received: list[bytes] = []
        self._end, self._begins_with, self._silent = end, begins_with, silent

    def play(self, connection: socket.socket, _over: threading.Event) -> None:
        self.received.append(b"first")
        if len(self.received) > self._silent:
            connection.sendall(whole(b"{}"))
            self.received.append(connection.recv(65536))
            connection.sendall(self._begins_with)
        self._end(connection)


WAYS = pytest.mark.parametrize("way", [by_connection, by_client_of_a_run])


@WAYS
@pytest.mark.parametrize("end", [gently, abruptly])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_only_reads_is_sent_once_more_where_a_kept_connection_breaks(
    way: Callable[[str], AbstractContextManager[Ask]], end: Callable[[socket.socket], None], method: str
) -> None:
    with playing(Closing(end).play) as url, way(url) as asking:
        assert [answer.status for answer in asking(method, 3)] == [200] * 3


@WAYS
def test_what_changes_something_takes_no_connection_that_its_server_may_be_closing(
    way: Callable[[str], AbstractContextManager[Ask]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had nothing to do for a while, and would break at the next request."""
    for module in ("wire", "connection"):
        monkeypatch.setattr(f"fixtures.{module}.KEPT_FOR_CHANGES", 0.0)
    with playing(Closing(gently).play) as url, way(url) as asking:
        assert [answer.status for answer in asking("POST", 3)] == [200] * 3


@WAYS
@pytest.mark.parametrize("end", [gently, abruptly])
@pytest.mark.parametrize(
    ("method", "count", "begins_with", "silent", "message"),
    [
        ("POST", 2, b"", 0, "may have received the request, which is not sent again"),
        ("GET", 2, b"HTTP/1.1 200 OK\r\n", 0, "not a complete HTTP response|the connection broke"),
        ("GET", 1, b"", 1, "not a complete HTTP response|the connection broke"),
    ],
    ids=["a create would be billed twice", "an answer has begun", "a new connection"],
)
def test_nothing_else_is_sent_again(
    way: Callable[[str], AbstractContextManager[Ask]],
    end: Callable[[socket.socket], None],
    method: str,
    count: int,
    begins_with: bytes,
    silent: int,
    message: str,
) -> None:
    server = Closing(end, begins_with, silent)
    with playing(server.play) as url, way(url) as asking, pytest.raises(NoAnswer, match=message):
        asking(method, count)
    assert len(server.received) == count


@WAYS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_kept_connection_that_stays_silent_is_late_and_not_closed(
    way: Callable[[str], AbstractContextManager[Ask]], method: str
) -> None:
    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(whole(b"{}"))
        over.wait()

    with (
        playing(play) as url,
        way(url) as asking,
        pytest.raises(NoAnswer, match=f"no whole answer within {SECONDS:g} s"),
    ):
        asking(method, 2, SECONDS)


@WAYS
def test_it_is_sent_once_more_and_no_oftener(way: Callable[[str], AbstractContextManager[Ask]]) -> None:
    """The first connection breaks at its second request, and the next one at once."""
    received: list[bytes] = []

    def play(connection: socket.socket, _over: threading.Event) -> None:
        received.append(b"first")
        if len(received) == 1:
            connection.sendall(whole(b"{}"))
            received.append(connection.recv(65536))

    with playing(play) as url, way(url) as asking, pytest.raises(NoAnswer):
        asking("GET", 2)
    assert len(received) == 3


def test_a_connection_with_certificates_is_kept(tmp_path: Path) -> None:
    certificates = made_in(tmp_path)
    files = [str(path) for path in (certificates.certificate, certificates.key, certificates.issuers)]
    with serving() as server, relaying(server.url, {}, demands=GATE, tls=certificates.serving) as front:
        with closing(Connection(route_to(front.url, Gateway((), *files)))) as connection:
            for _ in range(3):
                assert connection.ask("GET", "/x", (*HEADERS, GATE), b"", 5).body == b"{}"
        with pytest.raises(NoAnswer, match="the connection failed"):
            Connection(route_to(front.url)).ask("GET", "/x", HEADERS, b"", 5)
    assert front.passed == 3


# --- beside the client of a run ---


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving() as loopback:
        yield loopback


def exchanged(kind: type[Client], server: Loopback) -> tuple[list[Exchange], list[Asked]]:
    gateway = Gateway((Header("X-Gate", "open", True), Header("User-Agent", "mine", False)), None, None, None)
    target = target_at(server.url, FakeControl(), route=Route(server.url, gateway), scopes={MAIN: {"project_id": "p"}})
    server.asked.clear()
    server.answers[:] = [Given(201, headers=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))), Given(429), Given()]
    exchanges: list[Exchange] = []
    with kind(target, 5.0, 30.0, "one") as client:
        client.observers.append(exchanges.append)
        client.send("POST", "/api/v2/batches", json={"a": "ü"})
        client.send("GET", "/api/v2/batches", params=[("status", "a b&c"), ("expand", "x")])
        client.send("DELETE", "/api/v2/batches/a%2Fb")
        client.send("POST", "/files", files={"upload_file": ("a.txt", b"text")})
    return exchanges, list(server.asked)


def comparable(exchange: Exchange) -> tuple[object, ...]:
    """What is the same whoever sends it: the order of headers is not, nor the boundary of a form."""
    request, response = exchange.request, exchange.response
    headers = {(name.lower(), value.partition("=")[0]) for name, value in request.headers}
    body = b"" if b"form-data" in request.body else request.body
    return exchange.number, request.method, request.url, request.path, request.query, headers, body, response


def test_it_sends_and_shows_what_every_client_does(server: Loopback) -> None:
    light, usual = exchanged(LightClient, server), exchanged(Client, server)
    assert [comparable(each) for each in light[0]] == [comparable(each) for each in usual[0]]
    for one, other in zip(light[1], usual[1], strict=True):
        assert (one.method, one.target) == (other.method, other.target)
        assert one.header("authorization") == other.header("authorization") is not None
        assert one.header("x-gate") == other.header("x-gate") == "open"
        assert one.header("user-agent") == other.header("user-agent") == "mine"


def test_it_has_no_key_in_what_it_shows(server: Loopback) -> None:
    exchanges, _ = exchanged(LightClient, server)
    assert "llx-main-secret" not in repr([each.as_json(None) for each in exchanges])
