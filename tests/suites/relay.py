"""A relay between a run and a mock: keys of its own, and a server's habit of repeating what it was sent."""

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import httpx

from tests.local import local_client

NOT_RELAYED = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "content-encoding"}
LONGEST_HOLD = 30.0
"""Seconds after which a request is answered although it is held."""


@dataclass
class Relay:
    """Where a relay listens. `keys` are those of the mock by those that the relay takes.

    With `echoes` every answer has the key in a header, and every refusal in its body, in the forms in which servers
    write it. What comes without the header `demands` is refused and counted. Once `holds` is set, requests wait for
    ever; `held` tells that one does. `before` is called with each request, before it is passed on.
    """

    url: str
    mock_url: str
    keys: Mapping[str, str]
    echoes: bool = False
    demands: tuple[str, str] | None = None
    before: Callable[[], None] = lambda: None
    passed: int = 0
    refused: int = 0
    holds: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


def repeated(authorization: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The body of a refusal that repeats the request's headers."""
    key = authorization.removeprefix("Bearer ")
    return json.dumps(
        {
            "detail": body.decode("utf-8", "replace"),
            "request": {"headers": dict(headers)},
            "login": f"https://login.example.com/?token={quote(key, safe='')}",
            "basic": base64.b64encode(key.encode()).decode(),
        }
    ).encode()


def handler(relay: Relay, client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if relay.holds.is_set():
                relay.held.set()
                relay.released.wait(LONGEST_HOLD)
                self.close_connection = True
                return
            if relay.demands and self.headers.get(relay.demands[0]) != relay.demands[1]:
                relay.refused += 1
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            relay.before()
            relay.passed += 1
            headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_RELAYED}
            given = headers.get("Authorization", "")
            key = given.removeprefix("Bearer ")
            sent = {**headers, "Authorization": f"Bearer {relay.keys.get(key, key)}"} if given else headers
            answer = client.request(self.command, relay.mock_url + self.path, headers=sent, content=body)
            content = answer.content
            if relay.echoes and answer.is_client_error:
                content = repeated(given, headers, content)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in NOT_RELAYED:
                    self.send_header(name, value)
            if relay.echoes:
                self.send_header("X-Request-Authorization", given)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = handle_any

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


class Server(ThreadingHTTPServer):
    """Does not speak of clients that went away."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def relaying(
    mock_url: str,
    keys: Mapping[str, str],
    *,
    echoes: bool = False,
    demands: tuple[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Relay]:
    """Runs a relay for as long as the context lasts, over TLS where that is given."""
    relay = Relay("", mock_url, keys, echoes, demands)
    with (
        local_client(timeout=LONGEST_HOLD) as client,
        Server(("127.0.0.1", 0), handler(relay, client)) as server,
    ):
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        relay.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield relay
        finally:
            relay.released.set()
            server.shutdown()
            thread.join()
