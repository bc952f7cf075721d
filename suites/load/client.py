"""The client of a user: what has no files goes over connections that cost little, where no proxy is in the way."""

import json
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from fixtures.client import Client, Params, with_query
from fixtures.connection import Connection
from fixtures.exchange import Exchange, Headers, Request
from fixtures.target import MAIN
from fixtures.wire import ACCEPTED, Answer

HEADERS_REMEMBERED: Final = 64


class LightClient(Client):
    """A client that spends less of the processor on a request, and shows the same exchanges."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        parts = urlsplit(self.target.route.url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._common = (
            ("Host", parts.netloc),
            ("Accept", "*/*"),
            ("Accept-Encoding", ACCEPTED),
            ("User-Agent", f"python-httpx/{httpx.__version__}"),
        )
        self._headers = lru_cache(maxsize=HEADERS_REMEMBERED)(self._written)
        self._idle: list[Connection] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        caller: str = MAIN,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Exchange:
        """One request as every client sends it."""
        if self.target.route.proxy or headers or body.keys() - {"json"}:
            return super().send(method, path, caller=caller, params=params, headers=headers, **body)
        content = json.dumps(body["json"], ensure_ascii=False, separators=(",", ":")).encode() if body else b""
        scope = [pair for pair in self.target.scopes.get(caller, {}).items() if pair[0] not in dict(params)]
        below = with_query(path, [*params, *scope])
        raw, shown = self._headers(caller, method, len(content))
        only_path, _, query = below.partition("?")
        request = Request(
            method=method,
            url=f"{self._origin}{self._base_path}{below}",
            path=only_path,
            query=query,
            headers=shown,
            body=content,
        )
        ask_once = partial(self._ask, method, f"{self._base_path}{below}", raw, content)
        return self._taken(caller, ask_once, lambda: request)

    def __exit__(self, *reason: object) -> None:
        """Close the connections."""
        for connection in self._idle:
            connection.close()
        super().__exit__(*reason)

    def _written(self, caller: str, method: str, length: int) -> tuple[Headers, Headers]:
        """Return the headers of a request, and how a report shows them."""
        gateway = [(header.name, header.value) for header in self.target.route.gateway.headers]
        key = self.target.keys[caller]
        own = [
            *self._common,
            *([("Authorization", f"Bearer {key.value}")] if key else []),
            *([("Content-Type", "application/json")] if length else []),
            *([("Content-Length", f"{length}")] if method == "POST" else []),
        ]
        names = {name.lower() for name, _ in gateway}
        headers = (*(each for each in own if each[0].lower() not in names), *gateway)
        return headers, self._shown(httpx.Headers(headers))

    def _ask(self, method: str, target: str, headers: Headers, content: bytes) -> Answer:
        connection = self._idle.pop() if self._idle else Connection(self.target.route)
        answer = connection.ask(method, target, headers, content, self._timeout)
        self._idle.append(connection)
        return answer
