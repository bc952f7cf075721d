"""What the tests of the mock share: a server in a process of its own, and short ways to call it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.local import local_client

ROOT = Path(__file__).parents[2]
BATCHES = "/api/v2/batches"
DIRECTORIES = "/api/v1/beta/directories"
CONFIGURATIONS = "/api/v1/beta/configurations"
SAVED_WEBHOOKS = "/api/v1/beta/webhook-configs"
PDF = b"%PDF-1.4\n%%EOF\n"


@dataclass
class Api:
    """One key's view of a running mock."""

    info: dict[str, Any]
    client: httpx.Client
    key: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.key}"}

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        more.setdefault("headers", {})
        more["headers"] = {**self.headers, **more["headers"]}
        return self.client.request(method, path, **more)

    def ok(self, method: str, path: str, **more: Any) -> Any:
        response = self.call(method, path, **more)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def status(self, method: str, path: str, **more: Any) -> int:
        response = self.call(method, path, **more)
        if response.status_code >= 400:
            assert "detail" in response.json()
        return response.status_code

    def directory(self, *files: str, **more: Any) -> str:
        body = {"name": "a directory", "type": "user", **more}
        directory_id: str = self.ok("POST", DIRECTORIES, json=body)["id"]
        for name in files:
            self.upload(directory_id, name)
        return directory_id

    def upload(self, directory_id: str, name: str = "a.pdf", content: bytes = PDF) -> str:
        path = f"{DIRECTORIES}/{directory_id}/files/upload"
        uploaded = self.ok("POST", path, files={"upload_file": (name, content)})
        return str(uploaded["id"])

    def batch_body(
        self, directory_id: str, product: str = "parse_v2", config: str = "cfg-PARSE_AGENTIC"
    ) -> dict[str, Any]:
        job = {"type": product, "configuration_id": config}
        return {"source_directory_id": directory_id, "config": {"job": job}}

    def create(self, directory_id: str, *job: str) -> dict[str, Any]:
        created: dict[str, Any] = self.ok("POST", BATCHES, json=self.batch_body(directory_id, *job))
        return created

    def get(self, batch_id: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ok("GET", f"{BATCHES}/{batch_id}", params=params)
        return found

    def results(self, batch_id: str) -> Any:
        return self.get(batch_id, expand="results")["results"]

    def batches(self, **params: Any) -> dict[str, Any]:
        page: dict[str, Any] = self.ok("GET", BATCHES, params=params)
        return page

    def advance(self, seconds: float) -> None:
        url = f"{self.info['control_url']}/clock/advance"
        assert self.client.post(url, json={"seconds": seconds}).status_code == 200

    def set_script(self, directory_id: str, end: str, *steps: tuple[str, float], **files: Any) -> None:
        script = {
            "steps": [{"status": status, "seconds": seconds} for status, seconds in steps],
            "end": end,
            **files,
        }
        url = f"{self.info['control_url']}/scripts/{directory_id}"
        response = self.client.put(url, json=script)
        assert response.status_code == 200, response.text


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fixtures.mock", "--port", "0", *arguments]


@contextmanager
def running(*arguments: str) -> Iterator[Api]:
    """Run a mock until the block ends."""
    with subprocess.Popen(
        command("--json", "--until-stdin-closes", *arguments),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        with local_client(base_url=info["base_url"]) as client:
            yield Api(info, client, info["api_key"])
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, output, errors) == (0, "", "")


@contextmanager
def killed_at_the_end(*arguments: str, program: Sequence[str] = ("-m", "fixtures.mock")) -> Iterator[Api]:
    """Run a mock that is killed when the block ends."""
    with subprocess.Popen(
        [sys.executable, *program, "--port=0", "--json", "--until-stdin-closes", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        with local_client(base_url=info["base_url"]) as client:
            yield Api(info, client, info["api_key"])
        process.kill()
        process.stdout.read()  # To the end of what has served, which may be a fork for the process that was killed.


def complaint(*arguments: str) -> str:
    """Return the one sentence by which a start is refused."""
    ended = subprocess.run(
        command(*arguments), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20
    )
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr
