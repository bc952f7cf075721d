"""The proxy: what passes through it is unchanged, goes nowhere else, and is recorded."""

import asyncio
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from fixtures.wire import MOST_BYTES
from suites.recordings.proxy import MARK
from tests.fixtures.certificates import made_in
from tests.oracles.history import batch
from tests.quick_python.starting import REAL
from tests.suites.relay import relaying

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 60
"""Seconds that the proxy has for anything."""
KEY = "llx-a-key-that-passes-through-1234"
BATCH = json.dumps(batch("bat-1", "dir-1")).encode()
PACKED = gzip.compress(BATCH)
LARGE = b"[" + b" " * MOST_BYTES + b"]"


@dataclass
class Seen:
    """What the target got, and the body that it answers with, by path."""

    lines: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def target() -> Iterator[tuple[str, Seen]]:
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            seen.lines.append(self.requestline)
            seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            seen.bodies.append(self.rfile.read(length))
            body = LARGE if "large" in self.path else PACKED
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            if body is PACKED:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Listening:
    url: str
    process: "subprocess.Popen[str]"
    folder: Path

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(how)
        output, _ = self.process.communicate(timeout=TIME_LIMIT)
        return self.process.returncode, output

    def report(self) -> str:
        return (self.folder / "report.json").read_text("utf-8")


@contextmanager
def listening(to: str, folder: Path, *options: str, python: str = sys.executable) -> Iterator[Listening]:
    where = ("--listen", "0", "--target", to, "--report-dir", str(folder))
    command = [python, "-m", "batches_conformance", "proxy", *where, *options]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        command, cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        try:
            assert ready.startswith("Listening on http://127.0.0.1:"), ready
            yield Listening(ready.split()[2], process, folder)
        finally:
            process.kill()


def test_everything_passes_unchanged_and_is_judged(tmp_path: Path) -> None:
    path = "/api/v2/batches/bat-1?b=%2f&a=1&a=+%20"
    with target() as (url, seen), listening(f"{url}/prefix", tmp_path) as proxy, httpx.Client() as client:
        request = httpx.Request("GET", proxy.url + path, headers={"Authorization": f"Bearer {KEY}", "X-Own": "y"})
        answer = client.send(request, stream=True)
        assert b"".join(answer.iter_raw()) == PACKED
        assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
        sent = client.post(f"{proxy.url}/api/v1/beta/other", content=b"\x00\xff" * 1000)
        assert sent.status_code == 200
        code, output = proxy.end()
    assert seen.lines[0] == f"GET /prefix{path} HTTP/1.1"
    assert seen.headers[0]["authorization"] == f"Bearer {KEY}"
    assert seen.headers[0]["x-own"] == "y"
    assert seen.headers[0]["host"] == url.removeprefix("http://")
    assert seen.bodies[1] == b"\x00\xff" * 1000
    assert code == 0, output
    report = json.loads(proxy.report())
    assert report["target"]["base_url"] == f"{url}/prefix"
    assert (report["run"]["recording"]["judged"], report["run"]["recording"]["other"]) == (1, 1)
    assert KEY not in output + proxy.report()


def test_it_leads_nowhere_else(tmp_path: Path) -> None:
    with target() as (url, seen), listening(url, tmp_path) as proxy:
        address = proxy.url.removeprefix("http://").split(":")
        for line in ("GET http://127.0.0.1:9/api/v2/batches HTTP/1.1", "CONNECT 127.0.0.1:9 HTTP/1.1"):
            with socket.create_connection((address[0], int(address[1])), TIME_LIMIT) as raw:
                raw.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                answer = raw.recv(4096)
            assert answer.startswith(b"HTTP/1.1 403")
            assert MARK[0] in answer
        with socket.create_connection((address[0], int(address[1])), TIME_LIMIT) as raw:
            raw.sendall(f"GET {url}/api/v2/batches/bat-1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert raw.recv(4096).startswith(b"HTTP/1.1 200")
        proxy.end()
    assert seen.lines == ["GET /api/v2/batches/bat-1 HTTP/1.1"]


def test_a_target_that_is_not_there_is_never_judged(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        nowhere = f"http://127.0.0.1:{held.getsockname()[1]}"
    with listening(nowhere, tmp_path) as proxy:
        answer = httpx.get(f"{proxy.url}/api/v2/batches")
        assert answer.status_code == 502
        assert answer.headers[MARK[0].decode()] == MARK[1].decode()
        code, _ = proxy.end(signal.SIGTERM)
    assert code == 6
    recording = json.loads(proxy.report())["run"]["recording"]
    assert (recording["judged"], recording["set_aside"]) == (0, {"no answer was recorded": 1})


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    with target() as (url, _), ExitStack() as proxies:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            proxy = proxies.enter_context(listening(url, tmp_path, python=REAL))
        finally:
            signal.signal(signal.SIGHUP, before)
        status = Path(f"/proc/{proxy.process.pid}/status").read_text("ascii")
        ignored = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:")), 16)
        proxy.end()
    assert ignored & 1 << signal.SIGHUP - 1


def test_a_gateway_gets_what_it_asks_for_and_nobody_reads_it(tmp_path: Path) -> None:
    certificates, gate = made_in(tmp_path), ("X-Gate", "sesame-opens-the-gate")
    identity = (f"--ca-bundle={certificates.issuers}", f"--client-cert={certificates.client}")
    with (
        target() as (url, seen),
        relaying(url, {}, demands=gate, tls=certificates.serving) as front,
        listening(front.url, tmp_path / "report", *identity, "--secret-header", ": ".join(gate)) as proxy,
    ):
        headers = {"x-gate": "mine", "Authorization": f"Bearer {KEY}"}
        assert httpx.get(f"{proxy.url}/api/v2/batches/bat-1", headers=headers).status_code == 200
        code, output = proxy.end()
    assert code == 0, output
    assert seen.headers[0]["x-gate"] == gate[1]
    assert gate[1] not in output + proxy.report()


def test_a_body_that_is_too_long_passes_unread(tmp_path: Path) -> None:
    with target() as (url, _), listening(url, tmp_path) as proxy:
        answer = httpx.get(f"{proxy.url}/api/v2/batches/large", timeout=TIME_LIMIT)
        assert answer.content == LARGE
        proxy.end()
    assert json.loads(proxy.report())["run"]["recording"]["judged"] == 0


def test_many_at_once(tmp_path: Path) -> None:
    async def ask(url: str) -> list[httpx.Response]:
        async with httpx.AsyncClient() as client:
            return await asyncio.gather(*(client.get(f"{url}/api/v2/batches/bat-1") for _ in range(20)))

    with target() as (url, _), listening(url, tmp_path) as proxy:
        answers = asyncio.run(ask(proxy.url))
        proxy.end()
    assert [answer.content for answer in answers] == [BATCH] * 20
    assert json.loads(proxy.report())["run"]["recording"]["judged"] == 20


def test_a_port_that_is_taken_is_wrong_usage(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        number = held.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "batches_conformance",
            "proxy",
            "--listen",
            str(number),
            "--target",
            "http://127.0.0.1:1",
        ]
        ended = subprocess.run(
            [*command, "--report-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 4
    assert "take another" in ended.stderr
