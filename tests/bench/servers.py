"""The mock, and the servers that it is compared with: each started on loopback, with a request of each kind."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from fixtures.errors import ClientFailed
from spec.lint.__main__ import find_node
from spec.text import end_of
from suites.clients import environments
from suites.clients.environments import NoRuntime, prepare_node, prepare_python
from tests.bench.timed import LAST_WORDS, ROOT, SUITE, Unmeasured
from tests.bench.traffic import HOST, Request, send

PLACE: Final = environments.PLACE.parent / "bench"
MOTO: Final = ROOT / "requirements" / "bench.lock"
PRISM: Final = Path(__file__).parent / "prism"
START_TIMEOUT: Final = 60.0
"""Seconds that a server may take until it accepts connections."""
LOOK: Final = 0.1
"""Seconds between two looks at whether it does."""
STOP_TIMEOUT: Final = 5.0

BATCHES: Final = "/api/v2/batches"
DIRECTORIES: Final = "/api/v1/beta/directories"
KEY: Final = {"Authorization": "Bearer llx-mock-main"}
JSON: Final = {"Content-Type": "application/json"}
FORM: Final = {"Content-Type": "multipart/form-data; boundary=-"}
UPLOAD: Final = (
    b'---\r\nContent-Disposition: form-data; name="upload_file"; filename="a.txt"\r\n\r\none line\r\n-----\r\n'
)
PASS: Final = {"StartAt": "pass", "States": {"pass": {"Type": "Pass", "End": True}}}


@dataclass(frozen=True)
class Process:
    """A server under way."""

    id: int
    port: int

    def answer(self, request: Request) -> Any:
        """Return the JSON of one answer. Raises `Unmeasured`."""
        return json.loads(send(self.port, [request]).bodies[0])

    def memory(self) -> int | None:
        """Return the bytes that it has in memory, where the system says it."""
        try:
            _, pages, *_ = Path(f"/proc/{self.id}/statm").read_text(encoding="ascii").split()
        except OSError:
            return None
        return int(pages) * resource.getpagesize()

    def processor_seconds(self) -> float:
        """Return the time that it had a processor, or raise `Unmeasured`."""
        try:
            _, _, fields = Path(f"/proc/{self.id}/stat").read_text(encoding="ascii").rpartition(")")
        except OSError:
            raise Unmeasured("its processor time is read from /proc, as Linux has it") from None
        *_, user, system = fields.split()[:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server with a request that creates an object, one that gets it by what was answered, and one for a page."""

    process: Process
    create: Request
    get: Callable[[Any], Request]
    list: Request


@contextmanager
def mock(*options: str) -> Iterator[Server]:
    """Serve the mock, with a directory of one file for batches."""
    with _started("The mock", [sys.executable, "-m", SUITE, "mock", *options, "--port"]) as process:
        directory = process.answer(Request("POST", DIRECTORIES, {**KEY, **JSON}, b'{"name": "bench"}'))
        process.answer(Request("POST", f"{DIRECTORIES}/{directory['id']}/files/upload", {**KEY, **FORM}, UPLOAD))
        yield _of_batches(process, directory["id"])


@contextmanager
def prism() -> Iterator[Server]:
    """Serve Prism's mock of the contract, which keeps nothing, in one process as the others are."""
    node = find_node()
    manifest = json.loads((PRISM / "package.json").read_text(encoding="utf-8"))
    folder = _prepared(lambda: prepare_node("prism", manifest, PRISM / "package-lock.json", PLACE))
    assert node is not None
    program = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    contract = ROOT / "spec" / "openapi.yaml"
    options = ["--multiprocess=false", "--verboseLevel=silent", "--host", HOST, "--port"]
    with _started("Prism", [node[0], str(program), "mock", str(contract), *options]) as process:
        yield _of_batches(process, "dir-1")


def _of_batches(process: Process, directory_id: str) -> Server:
    job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
    body = json.dumps({"source_directory_id": directory_id, "config": {"job": job}}).encode()
    return Server(
        process,
        create=Request("POST", BATCHES, {**KEY, **JSON}, body),
        get=lambda created: Request("GET", f"{BATCHES}/{created['id']}", KEY),
        list=Request("GET", BATCHES, KEY),
    )


@contextmanager
def moto() -> Iterator[Server]:
    """Serve the executions of a state machine by moto: work that is started, looked up by its id, and listed in pages.

    Of what moto serves, they are most like batches, and among its fastest lists.
    """
    python = _prepared(lambda: prepare_python("moto", MOTO, PLACE))
    with _started("moto", [str(python), "-I", "-m", "moto.server", "--host", HOST, "--port"]) as process:
        role = "arn:aws:iam::123456789012:role/bench"
        machine = {"name": "bench", "definition": json.dumps(PASS), "roleArn": role}
        arn = process.answer(_to_moto("CreateStateMachine", machine))["stateMachineArn"]
        yield Server(
            process,
            create=_to_moto("StartExecution", {"stateMachineArn": arn, "input": json.dumps({"directory": "dir-1"})}),
            get=lambda created: _to_moto("DescribeExecution", {"executionArn": created["executionArn"]}),
            list=_to_moto("ListExecutions", {"stateMachineArn": arn, "maxResults": 20}),
        )


def _to_moto(operation: str, body: Mapping[str, object]) -> Request:
    scope = "Credential=none/20300101/us-east-1/states/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"AWSStepFunctions.{operation}",
    }
    return Request("POST", "/", headers, json.dumps(body).encode())


def _prepared(prepare: Callable[[], Path]) -> Path:
    try:
        return prepare()
    except (NoRuntime, ClientFailed) as error:
        raise Unmeasured(f"it {error}" if isinstance(error, NoRuntime) else str(error)) from None


@contextmanager
def _started(name: str, command: Sequence[str]) -> Iterator[Process]:
    """Start a server on a free port, which is the last word of its command. Raises `Unmeasured` when it does not."""
    port = _free_port()
    with (
        TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
        subprocess.Popen(
            [*command, str(port)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            if not _accepts(process, port):
                output.seek(0)
                raise Unmeasured(f"{name} did not serve: {end_of(' '.join(output.read().split()), LAST_WORDS)}")
            yield Process(process.pid, port)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _accepts(process: "subprocess.Popen[bytes]", port: int) -> bool:
    until = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection((HOST, port), START_TIMEOUT).close()
        except OSError:
            time.sleep(LOOK)
        else:
            return True
    return False
