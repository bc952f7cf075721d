"""The command line, and the seams at which the service can be altered."""

import asyncio
import io
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from fixtures.mock import request_log
from fixtures.mock.host import Mock
from fixtures.mock.model import Batch, JsonObject
from fixtures.mock.render import Render
from fixtures.mock.service import ServiceSettings
from fixtures.mock.variants import variant_of
from tests.local import local_client
from tests.mock.api import BATCHES, DIRECTORIES, ROOT, Api, complaint
from tests.reports.html.browser import Browser

KEY = "llx-mock-main"
TIME_LIMIT = 20
"""Seconds after which a mock is given up."""
PIPE = 64 * 1024
"""Bytes that a pipe holds which nobody reads."""
LINE = 450
"""Characters of a long line of the log."""
STEP = 0.01
"""Seconds between two looks at the log."""
END_BOUND = 10
"""Seconds within which a mock ends, however busy the machine."""
LAST = "  console.log(batch.id, batch.status);"
"""The last line that is printed at the start."""
MODULES = ("fixtures.mock", "batches_conformance mock")
"""The ways to start a mock that run in this checkout; run.py becomes the second one."""
BODILESS = f"POST {BATCHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer llx-mock-main\r\nContent-Length: 9\r\n\r\n"
"""A request whose body never comes."""


@contextmanager
def start(*arguments: str, module: str = MODULES[0], **streams: Any) -> Iterator["subprocess.Popen[str]"]:
    """A mock that does not outlive the block."""
    with subprocess.Popen(
        [sys.executable, "-m", *module.split(), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        text=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Shown:
    """A mock that talks to a person: what it has printed, and the file with its log."""

    lines: list[str]
    log: Path
    client: httpx.Client = field(init=False)
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self.lines[0].rpartition(" ")[2]
        self.client = local_client(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"})

    def block(self, title: str) -> str:
        """The lines below a title."""
        below = self.lines[self.lines.index(f"{title}:") + 2 :]
        return "\n".join(below[: below.index("")] if "" in below else below)

    def logged(self, *asked: tuple[str, str]) -> list[str]:
        """The lines of the log about some requests, which are sent one by one."""
        before = self.log.read_text(encoding="utf-8")
        for number, (method, path) in enumerate(asked, start=1):
            self.client.request(method, path)
            end = time.monotonic() + TIME_LIMIT
            while len(lines := self.log.read_text(encoding="utf-8").removeprefix(before).splitlines()) < number:
                assert time.monotonic() < end, "the request is not logged"
                time.sleep(STEP)
        return lines


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A mock that a person has started, with a page of another origin in mind."""
    log = tmp_path_factory.mktemp("mock") / "log"
    with (
        log.open("w") as stderr,
        start("--port=0", "--cors=http://localhost:3000", "--cors=http://[::1]:3000", stderr=stderr) as process,
    ):
        found = Shown(read_start(process), log)
        with found.client:
            yield found
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=TIME_LIMIT)
    assert (process.returncode, output) == (0, "")
    assert KEY not in log.read_text(encoding="utf-8")


def read_start(process: "subprocess.Popen[str]") -> list[str]:
    """What a mock prints at its start."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == LAST:
            return lines
    raise AssertionError(f"the mock has ended: {lines}")


def test_what_is_printed_at_the_start_fits_a_terminal(shown: Shown) -> None:
    assert max(map(len, shown.lines)) <= 80
    text = "\n".join(shown.lines)
    for part in ("/docs", "/health", "/control", KEY, "llx-mock-other", "llx-mock-limited"):
        assert part in text


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_lines_for_a_shell_create_a_batch(shown: Shown, shell: str) -> None:
    ended = subprocess.run(
        [shell, "-e", "-c", shown.block("A shell")], capture_output=True, text=True, timeout=TIME_LIMIT, check=True
    )
    file, batch = (json.loads(part) for part in ended.stdout.replace("}{", "}\n{").splitlines())
    assert batch["source_directory_id"] == file["directory_id"]
    assert file["display_name"] == "invoice.pdf"


def test_the_lines_for_python_list_batches(shown: Shown) -> None:
    directory = shown.client.post(DIRECTORIES, json={"name": "d"}).json()
    job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
    body = {"source_directory_id": directory["id"], "config": {"job": job}}
    batch_id = shown.client.post(BATCHES, json=body).json()["id"]
    with redirect_stdout(io.StringIO()) as printed:
        exec(shown.block("Python"), {})
    assert f"{batch_id} " in printed.getvalue()


NODE_CLIENT = """
export class LlamaCloud {
  constructor({ apiKey, baseURL }) {
    this.batches = { list: async function* () {
      const answer = await fetch(`${baseURL}/api/v2/batches`, { headers: { Authorization: `Bearer ${apiKey}` } });
      yield { id: answer.status, status: "listed" };
    } };
  }
}
"""
"""What the lines use of the Node client, of which a run of `clients` shows that it is so."""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_lines_for_node_are_a_module(shown: Shown, tmp_path: Path) -> None:
    package = tmp_path / "node_modules/@llamaindex/llama-cloud"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@llamaindex/llama-cloud", "main": "index.mjs"}')
    (package / "index.mjs").write_text(NODE_CLIENT)
    (tmp_path / "lines.mjs").write_text(shown.block("Node"))
    ended = subprocess.run(
        ["node", "lines.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    )
    assert (ended.stdout, ended.stderr) == ("200 listed\n", "")


def test_each_request_is_a_line(shown: Shown) -> None:
    lines = shown.logged(("GET", f"{BATCHES}?page_size=1"), ("PUT", BATCHES), ("HEAD", "/health"), ("GET", "/nothing"))
    words = [line.split() for line in lines]
    assert [each[1:4] for each in words] == [
        ["GET", f"{BATCHES}?page_size=1", "200"],
        ["PUT", BATCHES, "405"],
        ["HEAD", "/health", "200"],
        ["GET", "/nothing", "404"],
    ]
    for moment, *_, milliseconds, unit in words:
        assert datetime.strptime(moment, "%H:%M:%S")
        assert (milliseconds.isdigit(), unit) == (True, "ms")


def test_the_log_shows_no_key(shown: Shown) -> None:
    (line,) = shown.logged(("GET", f"/?key={KEY}&other=llx-AbC123&again=LLX%2DAbC123&x=%0a%1b{'y' * 2000}"))
    assert " /?key=***&other=***&again=***&x=%0a%1byyy" in line.lower()
    assert len(line) < 600


@pytest.mark.parametrize("odd", [b"\x1b[31m", b"a b", b"\n00:00:00", b"\xe2\x80\xae", b"\xff", b"\x7f", b"\x9b1m"])
def test_no_path_writes_a_line_of_its_own(odd: bytes) -> None:
    """Whichever server hands it over; the one of today refuses most of them."""
    scope = {"method": "GET", "path": "", "raw_path": b"/" + odd, "query_string": odd}
    written = click.unstyle(request_log.line(scope, None, 0.0015, []))
    _, method, where, status, milliseconds, unit = written.split(" ")
    assert (method, status, milliseconds, unit) == ("GET", "---", "2", "ms")
    assert where.isascii()
    assert written.isprintable()


@pytest.mark.parametrize("quiet", [["--quiet"], ["-q"], ["--json"]], ids=" ".join)
def test_the_log_can_be_turned_off(quiet: list[str]) -> None:
    with start("--port=0", *quiet) as process:
        assert process.stdout is not None
        if "--json" in quiet:
            url = json.loads(process.stdout.readline())["base_url"]
        else:
            url = read_start(process)[0].rpartition(" ")[2]
        assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=TIME_LIMIT)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_log_that_nobody_reads_harms_no_request() -> None:
    """Neither where its pipe is full, nor where it is closed."""
    with start("--port=0") as process:
        assert process.stderr is not None
        url = read_start(process)[0].rpartition(" ")[2]
        requests_to_fill = 2 * PIPE // LINE
        with local_client(timeout=TIME_LIMIT) as client:
            for _ in range(requests_to_fill):
                assert client.get(f"{url}/health?{'x' * LINE}").status_code == 200
            process.stderr.close()
            assert [client.get(f"{url}/health").status_code for _ in range(3)] == [200, 200, 200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIME_LIMIT) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("module", MODULES)
def test_it_ends_at_once_and_leaves_its_port(module: str, number: signal.Signals) -> None:
    with start("--port=0", module=module) as process:
        port = int(read_start(process)[0].rpartition(":")[2])
        with ExitStack() as open_ones:
            for sent in (BODILESS, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", ""):
                connection = socket.create_connection(("127.0.0.1", port), timeout=TIME_LIMIT)
                open_ones.enter_context(connection)
                connection.sendall(sent.encode())
            process.send_signal(number)
            process.wait(END_BOUND)
            assert process.returncode == 0
            with start("--json", f"--port={port}", module=module) as again:
                assert again.stdout is not None
                assert json.loads(again.stdout.readline())["base_url"].endswith(f":{port}")
                again.send_signal(number)
                assert again.wait(END_BOUND) == 0


def test_a_signal_while_it_starts_is_no_crash() -> None:
    """From the guard on, which is the first module that it imports."""
    program = "import signal; from fixtures.mock import process; signal.raise_signal(signal.SIGTERM)"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("port", ["taken", "65536", "-1", "http", "9" * 5000], ids=lambda port: port[:6])
def test_a_port_that_cannot_be_used_is_said_in_one_sentence(module: str, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = str(taken.getsockname()[1]) if port == "taken" else port
        with start("--port", given, module=module) as process:
            output, errors = process.communicate(timeout=TIME_LIMIT)
    assert (process.returncode, output) == (4, "")
    assert errors.count("\n") == 1
    assert given in errors
    assert "--port" in errors


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
@pytest.mark.parametrize("option", ["--pace", "--latency"])
def test_seconds_that_no_clock_counts_are_refused(option: str, seconds: str) -> None:
    with start("--port=0", option, seconds) as process:
        output, errors = process.communicate(timeout=TIME_LIMIT)
    assert (process.returncode, output) == (4, "")
    assert option in errors


@pytest.mark.parametrize("host", ["192.0.2.1", "no.host.invalid", "a" * 300, ""], ids=lambda host: host[:9])
def test_a_host_that_cannot_be_used_is_said_in_one_sentence(host: str) -> None:
    assert "--host" in complaint("--host", host)


@pytest.mark.parametrize("origin", ["localhost:3000", "http://localhost:3000/", "http://a b", "null", ""])
def test_what_is_no_origin_is_said_in_one_sentence(origin: str) -> None:
    assert "http://localhost:3000, or *" in complaint("--cors", origin)


def preflight(method: str, origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type",
    }


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://[::1]:3000"])
def test_a_page_of_a_named_origin_may_use_it(shown: Shown, origin: str) -> None:
    for method in ("POST", "PATCH", "PUT", "DELETE"):
        allowed = shown.client.options(BATCHES, headers=preflight(method, origin))
        assert allowed.is_success
        assert allowed.headers["access-control-allow-origin"] == origin
        assert method in allowed.headers["access-control-allow-methods"]
        assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    for path, status in ((BATCHES, 200), (f"{BATCHES}/x", 404), ("/nothing", 404), ("/health", 200)):
        answer = shown.client.get(path, headers={"Origin": origin})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, origin)
    refused = httpx.get(f"{shown.url}{BATCHES}", headers={"Origin": origin}, trust_env=False)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, origin)
    assert shown.client.put(BATCHES, headers={"Origin": origin}).headers["access-control-allow-origin"] == origin


CALLS = """(async () => {
  const headers = { Authorization: "Bearer llx-mock-main", "Content-Type": "application/json" };
  const answers = [];
  for (const [method, path, body] of [["GET", "BATCHES"], ["POST", "BATCHES", "{}"], ["PUT", "BATCHES", "{}"]]) {
    const answer = await fetch(`URL${path}`, { method, headers, body });
    answers.push([answer.status, Object.keys(await answer.json())[0], answer.headers.get("allow")]);
  }
  return answers;
})()"""


def test_a_page_of_any_origin_may_use_it_if_all_may(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>A page</title>", encoding="utf-8")
    with start("--port=0", "--json", "--cors=*") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["base_url"]
        browser.open(tmp_path / "page.html")
        answers = browser.evaluate(CALLS.replace("BATCHES", BATCHES).replace("URL", url))
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_BOUND) == 0
    assert answers == [[200, "items", None], [422, "detail", None], [405, "detail", "GET, HEAD, OPTIONS, POST"]]


def test_a_page_of_another_origin_may_not(shown: Shown) -> None:
    for origin in ("http://localhost:3001", "https://localhost:3000", "null"):
        assert shown.client.options(BATCHES, headers=preflight("POST", origin)).status_code == 400
        assert "access-control-allow-origin" not in shown.client.get(BATCHES, headers={"Origin": origin}).headers


def test_many_callers_at_once(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: api.create(directory_id)["id"], range(40)))
        list(pool.map(lambda _: api.advance(1), range(8)))
    assert len(set(made)) == 40
    page = api.batches(source_directory_id=directory_id, status="COMPLETED", page_size=1000)
    assert len(page["items"]) == 40
    stamps = [item["created_at"] for item in page["items"]]
    assert stamps == sorted(set(stamps), reverse=True)


class Shouting(Render):
    def listed_batch(self, batch: Batch) -> JsonObject:
        return {"LOUD": batch.id}


def test_a_part_can_be_replaced() -> None:
    mock = Mock(ServiceSettings(rate=0), [variant_of(Shouting)])
    transport = httpx.ASGITransport(mock)
    headers = {"Authorization": f"Bearer {mock.seeds.main_key}"}

    async def created_and_listed() -> Any:
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=headers) as client:
            directory = await client.post("/api/v1/beta/directories", json={"name": "d"})
            job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
            body = {"source_directory_id": directory.json()["id"], "config": {"job": job}}
            created = await client.post(BATCHES, json=body)
            listed = await client.get(BATCHES)
            return created.json()["id"], listed.json()["items"]

    batch_id, items = asyncio.run(created_and_listed())
    assert items == [{"LOUD": batch_id}]
