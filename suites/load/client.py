"""The client of a user: what has no files goes over connections that cost little, where no proxy is in the way."""

import json
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Final

from fixtures.client import Client, Params, with_query
from fixtures.connection import Connection
from fixtures.exchange import Exchange, Headers, Request
from fixtures.target import MAIN
from fixtures.wire import Answer

HEADERS_REMEMBERED: Final = 64


class LightClient(Client):
    """A client that spends less of the processor on a request, and shows the same exchanges."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._base_url = str(self._http.base_url).rstrip("/")
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
        below = with_query(path, [*params, *self._scope(caller, dict(params))])
        raw, shown = self._headers(caller, method, len(content))
        only_path, _, query = below.partition("?")
        request = Request(
            method=method,
            url=f"{self._base_url}{below}",
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
        """Return the headers of a request with so long a body of JSON, and how a report shows them."""
        content, headers = (bytes(length), {"Content-Type": "application/json"}) if length else (None, None)
        request = self._http.build_request(method, "/", content=content, headers=headers)
        self._address(request, caller)
        self.target.route.dress(request)
        raw = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        return raw, self._shown(tuple(request.headers.multi_items()))

    def _ask(self, method: str, target: str, headers: Headers, content: bytes) -> Answer:
        connection = self._idle.pop() if self._idle else Connection(self.target.route)
        answer = connection.ask(method, target, headers, content, self._timeout)
        self._idle.append(connection)
        return answer
