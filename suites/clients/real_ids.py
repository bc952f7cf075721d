"""A gateway before a service that puts real ids in the place of those that a client's own tests make up.

Such tests are written for a server that answers anything. Each request gets objects of its own, which are created for
it, so a test may delete what it names. Answers pass as they are.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from fixtures.batches import BATCHES
from fixtures.client import segment
from fixtures.configurations import CONFIGURATIONS, WEBHOOK_CONFIGURATIONS
from fixtures.directories import DIRECTORIES
from fixtures.errors import SetupFailed
from fixtures.settings import LOOPBACK, PARSE_PRESET

WITH_ID: Final = re.compile(r"(?P<collection>/api/v\d/(?:beta/)?[a-z-]+)/[^/]+(?P<files>/files)?(?P<rest>/[^/]+)?")
"""A path with the id of an object, and perhaps that of a file in it."""
NOWHERE: Final = "http://127.0.0.1:9/"
"""A URL at which nobody listens."""
UPLOAD: Final = {"upload_file": ("a.pdf", b"%PDF-1.4\n%%EOF\n")}
DROPPED: Final = frozenset({"connection", "content-encoding", "content-length", "host", "transfer-encoding"})
"""Headers that belong to one connection, or to a body as it was sent over it."""


class RealIds:
    """Rewrites requests for one service, on which it creates what they name."""

    def __init__(self, service: httpx.Client) -> None:
        self._service = service
        project = self._created("GET", "/api/v2/projects")["items"][0]
        self._scope = {"project_id": project["id"], "organization_id": project["organization_id"]}
        self._makers: dict[str, Callable[[], str]] = {
            BATCHES: self._batch,
            DIRECTORIES: self._directory,
            CONFIGURATIONS: self._configuration,
            WEBHOOK_CONFIGURATIONS: self._webhook,
        }
        self._fields: dict[str, Callable[[], Any]] = {
            "source_directory_id": self._directory,
            "target_directory_id": self._directory,
            "file_id": lambda: self._file(self._directory())["file_id"],
            "webhook_configuration_ids": lambda: [self._webhook(), self._webhook()],
            "webhook_url": lambda: NOWHERE,
        }

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Send a request with real ids, and return the answer."""
        parts = urlsplit(target)
        path = self._path(method, parts.path)
        query = urlencode(self._query(path, parse_qsl(parts.query, keep_blank_values=True)))
        if body and headers.get("content-type", "").startswith("application/json"):
            body = json.dumps(self._body(json.loads(body))).encode()
        kept = {name: value for name, value in headers.items() if name not in {*DROPPED, "authorization"}}
        return self._service.request(method, f"{path}?{query}", headers=kept, content=body)

    def _path(self, method: str, path: str) -> str:
        found = WITH_ID.fullmatch(path)
        if not found or found["collection"] not in self._makers:
            return path
        id_, files, rest = self._makers[found["collection"]](), found["files"] or "", found["rest"] or ""
        if files and rest and method != "POST":
            rest = f"/{segment(self._file(id_)['id'])}"
        return f"{found['collection']}/{segment(id_)}{files}{rest}"

    def _query(self, path: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        scoped = [(name, self._scope.get(name, value)) for name, value in pairs]
        others = [pair for pair in scoped if pair[0] != "page_token"]
        return others if others == scoped else [*others, *self._page_token(path, others)]

    def _page_token(self, path: str, filters: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Yield the token of the second page of a list, which has none where nothing matches its filters."""
        given = dict(filters)
        for _ in range(2):
            if path == DIRECTORIES:
                self._directory(name=given["name"], type=given["type"])
            elif path == CONFIGURATIONS:
                self._configuration(given["name"])
            else:
                self._webhook()
        first = [pair for pair in filters if pair[0] != "page_size"]
        token = self._created("GET", f"{path}?{urlencode([*first, ('page_size', '1')])}")["next_page_token"]
        if token:
            yield "page_token", token

    def _body(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: self._fields[name]() if name in self._fields and item else self._body(item)
                for name, item in value.items()
            }
        return [self._body(item) for item in value] if isinstance(value, list) else value

    def _batch(self) -> str:
        job = {"type": "parse_v2", "configuration_id": PARSE_PRESET}
        body = {"source_directory_id": self._directory(), "config": {"job": job}}
        return str(self._created("POST", BATCHES, json=body)["id"])

    def _directory(self, **fields: str) -> str:
        return str(self._created("POST", DIRECTORIES, json={"name": "d", **fields})["id"])

    def _file(self, directory_id: str) -> dict[str, Any]:
        return self._created("POST", f"{DIRECTORIES}/{segment(directory_id)}/files/upload", files=UPLOAD)

    def _configuration(self, name: str = "c") -> str:
        body = {"name": name, "parameters": {"product_type": "classify_v2", "rules": []}}
        return str(self._created("POST", CONFIGURATIONS, json=body)["id"])

    def _webhook(self) -> str:
        return str(self._created("POST", WEBHOOK_CONFIGURATIONS, json={"webhook_url": NOWHERE})["id"])

    def _created(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = self._service.request(method, path, **content)
        if not answer.is_success:
            raise SetupFailed(f"{method} {path} was answered with {answer.status_code}; the tests need what it gives")
        answered: dict[str, Any] = answer.json()
        return answered


@contextmanager
def with_real_ids(base_url: str, key: str) -> Iterator[str]:
    """Yield the URL of a gateway before a service, which also puts a real key in the place of any other."""
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as service:
        real_ids = RealIds(service)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    answer = real_ids.send(self.command, self.path, headers, body)
                except SetupFailed as error:
                    answer = httpx.Response(500, headers={"x-should-retry": "false"}, json={"detail": str(error)})
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in DROPPED:
                        self.send_header(name, value)
                if answer.status_code != httpx.codes.NO_CONTENT:
                    self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()
