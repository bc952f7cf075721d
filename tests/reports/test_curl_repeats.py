"""A curl line sends what the exchange says that was sent."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from reports.curl import curl_line
from reports.model import ReportedTarget
from tests.fixtures.certificates import made_in
from tests.reports import samples

pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


class Received(NamedTuple):
    method: str
    path: str
    key: str | None
    content_type: str | None
    body: str


class Listener(HTTPServer):
    received: list[Received]

    def handle_error(self, *_: object) -> None:
        """Keep quiet of a client that shows no certificate."""


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def answer(self) -> None:
        size = int(self.headers.get("content-length", 0))
        self.server.received.append(
            Received(
                self.command,
                self.path,
                self.headers.get("authorization"),
                self.headers.get("content-type"),
                self.rfile.read(size).decode(),
            )
        )
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST = do_DELETE = do_HEAD = answer

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), Handler) as server:
        server.received = []
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def repeat(target: ReportedTarget | None = None, **request: object) -> str:
    record = {"violations": [samples.violation(exchanges=[samples.exchange(request=samples.request(**request))])]}
    line = curl_line(samples.findings(record).violations[0].exchanges[0], target)
    subprocess.run(
        ["bash", "-c", f"{line} --silent --noproxy '*' --max-time 10"],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "LLAMA_CLOUD_API_KEY": "k-1"},
        capture_output=True,
        check=True,
    )
    return line


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v2/batches?status=a%20b&x[]={1,2}", None),
        ("GET", "/api/v2/batches/../secret", None),
        ("HEAD", "/api/v2/batches", None),
        ("DELETE", "/api/v1/beta/directories/dir-1", None),
        ("POST", "/api/v2/batches", '{"name": "it\'s $HOME `x` \\" !! ü\n\t\u202e"}'),
        ("POST", "/api/v2/batches", "@/etc/hostname"),
        ("GET", "/api/v2/batches", "{}"),
    ],
)
def test_curl_repeats_the_exchange(method: str, path: str, body: str | None) -> None:
    with listening() as listener:
        repeat(
            method=method,
            url=f"http://127.0.0.1:{listener.server_port}{path}",
            headers=[["content-type", "application/json"]] if body else [],
            body=body,
        )
    content_type = "application/json" if body else None
    assert listener.received == [Received(method, path, "Bearer k-1", content_type, body or "")]


@pytest.mark.parametrize("has_key_file", [True, False])
def test_curl_shows_the_certificate_that_was_shown(tmp_path: Path, has_key_file: bool) -> None:
    """To the target alone, and from files whose names curl could take for a password."""
    folder = tmp_path / "it's: a\\:b"
    folder.mkdir()
    certificates = made_in(folder)
    identity = {"client_cert": str(certificates.client)}
    if has_key_file:
        identity = {"client_cert": str(certificates.certificate), "client_key": str(certificates.key)}
    with listening(certificates.serving) as listener:
        url = f"https://127.0.0.1:{listener.server_port}"
        settings = {**identity, "ca_bundle": str(certificates.issuers)}
        target = replace(samples.target(), base_url=url, settings=settings)
        repeat(target, url=f"{url}/api/v2/batches")
        with pytest.raises(subprocess.CalledProcessError):
            repeat(replace(target, base_url="https://127.0.0.1:1"), url=f"{url}/api/v2/batches")
    assert [each.path for each in listener.received] == ["/api/v2/batches"]
