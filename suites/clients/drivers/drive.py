"""Makes the calls of the Python client that it is asked for, one JSON line for each, and writes the result of each.

Runs inside the client's environment. Key and base URL come from the variables that the client itself reads. A line
asks for a `call`, such as `batches.get`, with `path` for arguments by position and `arguments` for those by name;
`style` says whether the synchronous or the asynchronous client makes it, or `raw` for the response behind the model;
`pages` is how many pages of a list are followed at most; `key` is a key to be sent in place of the user's own.

Every exchange of the client is written too, so that the requests and answers themselves can be judged. The variable
GATEWAY has, as JSON, the `headers` and the `certificate` (with its `key`) that a gateway before the service asks for.
"""

import asyncio
import base64
import importlib
import json
import os
import sys
from datetime import datetime
from typing import Any

llama_cloud: Any = importlib.import_module("llama_cloud")
httpx: Any = importlib.import_module("httpx")

GATEWAY = json.loads(os.environ.get("GATEWAY", "{}"))
RETRIES = 4
TEXT_LIMIT = 2_000


class Hands:
    """The clients of one process, and the exchanges of the present call."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.exchanges: list[dict[str, Any]] = []
        self._clients: dict[tuple[bool, str | None], Any] = {}

    def client(self, is_async: bool, key: str | None) -> Any:
        """Return a client with response validation on that reports its exchanges."""
        if (is_async, key) not in self._clients:
            kind, http, dress, hook = (
                (llama_cloud.AsyncLlamaCloud, llama_cloud.DefaultAsyncHttpxClient, _dress_later, self._note_later)
                if is_async
                else (llama_cloud.LlamaCloud, llama_cloud.DefaultHttpxClient, _dress, self._note)
            )
            self._clients[is_async, key] = kind(
                **({"api_key": key} if key else {}),
                max_retries=RETRIES,
                timeout=float(os.environ["REQUEST_TIMEOUT"]),
                http_client=http(verify=_trusted(), event_hooks={"request": [dress], "response": [hook]}),
                _strict_response_validation=True,
            )
        return self._clients[is_async, key]

    def _note(self, response: Any) -> None:
        response.read()
        self._keep(response)

    async def _note_later(self, response: Any) -> None:
        await response.aread()
        self._keep(response)

    def _keep(self, response: Any) -> None:
        request = response.request
        try:
            body = request.content
        except httpx.RequestNotRead:
            body = b""
        self.exchanges.append(
            {
                "method": request.method,
                "url": str(request.url),
                "sent": _encoded(body),
                "status": response.status_code,
                "headers": response.headers.multi_items(),
                "received": _encoded(response.content),
            }
        )

    def perform(self, order: dict[str, Any]) -> Any:
        """Return what the client gives for one order, as plain data."""
        is_async = order["style"] == "async"
        resource = self.client(is_async, order.get("key"))
        *names, name = order["call"].split(".")
        for each in names:
            resource = getattr(resource, each)
        if order["style"] == "raw":
            resource = resource.with_raw_response
        method = getattr(resource, name)
        path, arguments = _real(order["path"]), _real(order["arguments"])
        if is_async:
            return self.loop.run_until_complete(_later(method, path, arguments, order["pages"]))
        found = method(*path, **arguments)
        if order["style"] == "raw":
            return {"status": found.http_response.status_code, "value": _plain(found.parse())}
        if not order["pages"]:
            return _plain(found)
        pages = [_page(found)]
        while len(pages) < order["pages"] and found.has_next_page():
            found = found.get_next_page()
            pages.append(_page(found))
        return {"pages": pages, "goes_on": found.has_next_page()}


def _trusted() -> Any:
    """Return the certificates that count, and the one that is shown."""
    tls = httpx.create_ssl_context()
    if GATEWAY.get("certificate"):
        tls.load_cert_chain(GATEWAY["certificate"], GATEWAY["key"])
    return tls


def _dress(request: Any) -> None:
    """Put the gateway's headers to a request to the service, and take them off one to where a redirect leads."""
    url, own = request.url, httpx.URL(os.environ["LLAMA_CLOUD_BASE_URL"])
    given = {name.encode(): value.encode("latin-1") for name, value in GATEWAY.get("headers", {}).items()}
    names = {name.lower() for name in given}
    kept = [(name, value) for name, value in request.headers.raw if name.lower() not in names]
    is_own = (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
    request.headers = httpx.Headers([*kept, *(given.items() if is_own else ())])


async def _dress_later(request: Any) -> None:
    _dress(request)


async def _later(method: Any, path: list[Any], arguments: dict[str, Any], most: int) -> Any:
    found = await method(*path, **arguments)
    if not most:
        return _plain(found)
    pages = [_page(found)]
    while len(pages) < most and found.has_next_page():
        found = await found.get_next_page()
        pages.append(_page(found))
    return {"pages": pages, "goes_on": found.has_next_page()}


def _page(page: Any) -> dict[str, Any]:
    return {"items": [_plain(item) for item in page.items], "next_page_token": page.next_page_token}


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _real(value: Any) -> Any:
    """Return arguments as the client takes them: files and instants are described in JSON."""
    if isinstance(value, list):
        return [_real(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$file" in value:
        return (value["$file"], value["text"].encode(), "application/pdf")
    if "$instant" in value:
        return datetime.fromisoformat(value["$instant"])
    return {name: _real(each) for name, each in value.items()}


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def answer(hands: Hands, order: dict[str, Any]) -> dict[str, Any]:
    """Return the result of one order: the client's value or its exception, and the exchanges."""
    hands.exchanges = []
    try:
        reply: dict[str, Any] = {"value": hands.perform(order), "error": None}
    except Exception as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        reply = {
            "value": None,
            "error": {
                "classes": [each.__name__ for each in type(error).__mro__],
                "message": f"{error}{cause}"[:TEXT_LIMIT],
            },
        }
    return {**reply, "exchanges": hands.exchanges}


def main() -> None:
    """Answer until there are no more orders."""
    hands = Hands()
    for line in sys.stdin:
        print(json.dumps(answer(hands, json.loads(line)), default=str), flush=True)


if __name__ == "__main__":
    main()
