"""The mock inside other people's tests: `with running_mock() as mock:`.

The mock is a process of its own, so nothing of it is imported here, and no frozen clock, patched client or stopped
debugger of a test reaches it. It ends with the block, and with the process that started it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from tempfile import TemporaryFile
from typing import IO, Any, Final, Literal, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from batches_conformance.location import IS_INSTALLED, ROOT

SECONDS_TO_ANSWER: Final = 30.0
"""How long the control protocol may take to answer."""
SECONDS_TO_STOP: Final = 5.0
"""How long the mock may take to end by itself."""


class MockFailed(Exception):
    """The mock did not start, or refused what it was asked for; the message is one sentence."""


class ClientOptions(TypedDict):
    """What the official Python client takes: `LlamaCloud(**mock.client_options)`."""

    api_key: str
    base_url: str


@dataclass(frozen=True)
class Mock:
    """A mock that is running: where it listens, and what it was seeded with; what a seed has not is empty."""

    base_url: str
    control_url: str
    api_key: str = field(repr=False)
    other_api_key: str = field(repr=False)
    """The key of another project, in another organization."""
    limited_api_key: str = field(repr=False)
    """The key of a project whose plan has no batches."""
    project_id: str
    other_project_id: str
    organization_id: str
    parse_configuration_id: str
    extract_configuration_id: str

    @property
    def client_options(self) -> ClientOptions:
        """What the official Python client takes, to work with the main project."""
        return {"api_key": self.api_key, "base_url": self.base_url}

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the official clients read, for a program that gets no arguments."""
        return {"LLAMA_CLOUD_API_KEY": self.api_key, "LLAMA_CLOUD_BASE_URL": self.base_url}

    def reset(self) -> None:
        """Return to the state at the start: data, keys, clock, faults and variations, and an empty journal."""
        self.control("POST", "reset")

    def use(
        self,
        *,
        faults: Sequence[str] | None = None,
        variations: Sequence[str] | None = None,
        situations: Sequence[str] | None = None,
    ) -> None:
        """Have these on from now on, and no others of their kinds; the data stay, and so does a kind left out."""
        self.control("PUT", "variants", {"faults": faults, "variations": variations, "situations": situations})

    def script(
        self,
        *,
        end: Literal["COMPLETED", "FAILED", "CANCELLED"] = "COMPLETED",
        steps: Sequence[Mapping[str, Any]] | None = None,
        files: Mapping[str, Mapping[str, Any]] | None = None,
        batches: int = 1,
    ) -> None:
        """Choose what happens to the next batches: their steps, their end, and what becomes of their files.

        A step is `{"status": "THROTTLED", "seconds": 5}`. A file is named by its id or its name, and its outcome is
        `{"outcome": "unmapped", "error_message": "…"}` or `{"outcome": "job", "job_status": "FAILED"}`.
        """
        script: dict[str, Any] = {"end": end, "batches": batches}
        given = {"steps": steps, "files": files}
        self.control("POST", "next-batches", script | {name: each for name, each in given.items() if each is not None})

    def requests(
        self, *, method: str | None = None, path: str | None = None, status: int | str | None = None
    ) -> list[dict[str, Any]]:
        """Return the latest thousand requests, oldest first; a path may have wildcards, and a status be `4xx`."""
        given = {"method": method, "path": path, "status": status}
        query = urlencode({name: each for name, each in given.items() if each is not None})
        found: list[dict[str, Any]] = self.control("GET", f"requests?{query}")["requests"]
        return found

    def clock_rate(self, rate: float) -> None:
        """Let the clock go so many times as fast as the machine's; at 0 it stands still until it is moved."""
        self.control("PUT", "clock", {"rate": rate})

    def advance(self, seconds: float) -> None:
        """Move a clock that stands still, and let everything happen that is due by then."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer to a request of the control protocol. Raises `MockFailed` without one, or when refused."""
        request = Request(
            f"{self.control_url}/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=SECONDS_TO_ANSWER) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            raise MockFailed(_reason(json.load(error))) from None
        except OSError as error:
            raise MockFailed(f"The mock at {self.base_url} does not answer: {error}") from None


@contextmanager
def running_mock(
    *,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
    situations: Sequence[str] = (),
    clock: Literal["wall", "virtual"] = "wall",
    pace: float = 0.05,
    seed: str | os.PathLike[str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Mock]:
    """Run a mock on a free port of loopback until the block ends.

    The arguments are the options of the command, but a batch stays in a status for a twentieth of a second only;
    `options` are further words for it. Raises `MockFailed` when it does not start.
    """
    words = [
        *("--clock", clock, "--pace", str(pace), "--control"),
        *(f"--fault={name}" for name in faults),
        *(f"--variation={name}" for name in variations),
        *(f"--situation={name}" for name in situations),
        *(() if seed is None else ("--seed", os.path.abspath(seed))),
        *options,
    ]
    with (
        TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "fixtures.mock", "--port=0", "--json", "--until-stdin-closes", *words],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise MockFailed(_last_words(process, complaints))
            said: Mapping[str, str | None] = json.loads(line)
            yield Mock(**{each.name: said[each.name] or "" for each in fields(Mock)})
        finally:
            process.stdin.close()
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()


def _reason(refusal: dict[str, Any]) -> str:
    """Return in one sentence why the control protocol refuses something."""
    detail = refusal["detail"]
    if isinstance(detail, str):
        return detail
    return "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in detail)


def _environment() -> dict[str, str]:
    """Return the variables of the process.

    Python finds the mock in the folder where it starts, keeps the sentences of its variants, and writes nothing.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONSAFEPATH", "PYTHONOPTIMIZE")}
    return kept | ({"PYTHONDONTWRITEBYTECODE": "1"} if IS_INSTALLED else {})


def _last_words(process: "subprocess.Popen[str]", complaints: IO[str]) -> str:
    """Why the mock has ended before it served."""
    try:
        code = process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        return "The mock printed nothing; start it alone: batches-conformance mock"
    complaints.seek(0)
    return complaints.read().strip().rpartition("\n")[2].removeprefix("Error: ") or f"The mock ended with {code}."
