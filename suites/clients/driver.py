"""A client at work: a process in its environment that makes one call after the other and reports its exchanges."""

import base64
import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import IO, Any, Final, Literal
from urllib.parse import urlsplit

from fixtures.errors import ClientFailed
from fixtures.exchange import SECRET_HEADERS, Exchange, Request, Response
from fixtures.gateway import Gateway
from fixtures.key import Key, spellings
from fixtures.route import Route
from fixtures.settings import BASE_URL, KEY
from fixtures.target import MAIN, Target
from fixtures.words import HIDDEN, unsigned
from spec.text import visible
from suites.clients.environments import Environment
from suites.traffic import json_object

CALL_TIMEOUT: Final = 300.0
"""Seconds that a call may take with all its retries and pages."""
STOP_TIMEOUT: Final = 5.0
"""Seconds that a driver has to end by itself."""

CallStyle = Literal["sync", "async", "raw"]
Listener = Callable[[Exchange], None]

_drivers: set["subprocess.Popen[str]"] = set()
"""Those at work, of all threads."""


@dataclass(frozen=True)
class Reply:
    """What a client gave for a call, or the classes and message of what it raised, and the exchanges that it made."""

    value: Any
    classes: tuple[str, ...]
    message: str
    exchanges: tuple[Exchange, ...]

    @property
    def answered(self) -> bool:
        """Whether the client gave a value."""
        return not self.classes

    @property
    def status(self) -> int | None:
        """The status of the last answer that the client got; `None` when it got none."""
        last = self.exchanges[-1].response if self.exchanges else None
        return last.status if last else None

    @property
    def is_unsupported(self) -> bool:
        """Whether the client has no such method or parameter."""
        return not self.exchanges and bool({"TypeError", "AttributeError"} & set(self.classes))

    @property
    def is_refused(self) -> bool:
        """Whether the request was refused with a 4xx."""
        return bool(self.exchanges and self.exchanges[-1].response and self.exchanges[-1].response.is_refusal)

    @property
    def succeeded(self) -> bool:
        """Whether the last answer was a 2xx, whatever the client made of it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def body(self) -> dict[str, Any]:
        """The last answer as a JSON object; empty when it is not one."""
        last = self.exchanges[-1].response if self.exchanges else None
        return json_object(last.body) if last else {}

    def __str__(self) -> str:
        return f"{self.classes[0]}: {self.message}" if self.classes else "a value"


class Driver:
    """The process of one client. Not for several threads at a time."""

    def __init__(self, process: "subprocess.Popen[str]", name: str, target: Target) -> None:
        self._process = process
        self._name = name
        self._target = target
        self._secrets = spellings(target.secrets)
        self._secret_headers = SECRET_HEADERS | target.route.gateway.secret_names
        self._base_path = urlsplit(target.base_url).path.rstrip("/")
        self._moments = count()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.observers: list[Listener] = []
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def call(
        self,
        method: str,
        /,
        *path: str,
        style: CallStyle = "sync",
        pages: int = 0,
        caller: str = MAIN,
        **arguments: Any,
    ) -> Reply:
        """Let the client call a method, such as `batches.get`. Raises `ClientFailed` when the driver gives no answer.

        `pages` is how many pages of a list are followed at most; 0 is for what is not a list. The exchanges reach the
        observers before the reply is given.
        """
        key = None if caller == MAIN else self._target.keys[caller]
        order = {
            "call": method,
            "path": path,
            "arguments": {**self._target.scopes.get(caller, {}), **arguments},
            "style": style,
            "pages": pages,
            "key": key.value if key else None,
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=CALL_TIMEOUT)
            reported = json.loads(line)
        except (OSError, ValueError, queue.Empty):
            raise ClientFailed(
                f"the driver of {self._name} gave no answer to {method}; run it again, or leave it out"
            ) from None
        exchanges = tuple(self._exchange(each, caller) for each in reported["exchanges"])
        for exchange in exchanges:
            for listener in self.observers:
                listener(exchange)
        error = reported["error"] or {"classes": [], "message": ""}
        message = visible(unsigned(self._without_keys(error["message"].encode()).decode()))
        return Reply(reported["value"], tuple(error["classes"]), message, exchanges)

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self._lines.put(line)
        self._lines.put("")

    def _exchange(self, reported: dict[str, Any], caller: str) -> Exchange:
        """Return an exchange as the rest of the project knows it; a client does one after the other."""
        url = urlsplit(reported["url"])
        sent, received = next(self._moments), next(self._moments)
        return Exchange(
            number=sent // 2 + 1,
            worker=self._name,
            caller=caller,
            request=Request(
                method=reported["method"],
                url=reported["url"],
                path=url.path.removeprefix(self._base_path),
                query=url.query,
                headers=(),
                body=base64.b64decode(reported["sent"]),
            ),
            response=Response(
                reported["status"],
                tuple(
                    (header, HIDDEN if header.lower() in self._secret_headers else value)
                    for header, value in reported["headers"]
                ),
                self._without_keys(base64.b64decode(reported["received"])),
            ),
            error=None,
            sent_at=datetime.now(UTC),
            sent=float(sent),
            received=float(received),
        )

    def _without_keys(self, text: bytes) -> bytes:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN.encode())
        return text


@contextmanager
def driving(environment: Environment, target: Target, request_timeout: float) -> Iterator[Driver]:
    """Start the driver of a client for a target, and end it afterwards."""
    key, route = target.keys[MAIN], target.route
    assert key is not None
    if route.gateway.client_cert and environment.client.registry == "npm":
        raise ClientFailed(f"{environment.client.name} cannot show a client certificate; leave it out with --client")
    with subprocess.Popen(
        environment.command,
        env=_variables(target.route, key, request_timeout),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        _drivers.add(process)
        try:
            yield Driver(process, environment.client.name, target)
        finally:
            _drivers.discard(process)
            process.stdin.close()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


def stop_driving() -> None:
    """End the drivers that are at work."""
    for process in tuple(_drivers):
        process.kill()


def _variables(route: Route, key: Key, request_timeout: float) -> dict[str, str]:
    """Return the variables of this process without the user's settings of the client, and with those that count."""
    others = ("LLAMA_", "PYTHON", *(() if route.tls else ("SSL_CERT_",)))
    own = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    given = {
        KEY: key.value,
        BASE_URL: route.url,
        "REQUEST_TIMEOUT": f"{request_timeout:g}",
        "GATEWAY": _gateway_as_json(route.gateway),
        "PYTHONUTF8": "1",
    }
    direct = {} if route.proxy else {"NO_PROXY": "*", "no_proxy": "*"}
    issuers = route.gateway.ca_bundle
    trusted = {"SSL_CERT_FILE": issuers, "NODE_EXTRA_CA_CERTS": issuers} if issuers else {}
    return {**own, **given, **direct, **trusted}


def _gateway_as_json(gateway: Gateway) -> str:
    """Return what a driver has to know to pass a gateway, as JSON."""
    headers = {header.name: header.value for header in gateway.headers}
    return json.dumps({"headers": headers, "certificate": gateway.client_cert, "key": gateway.client_key})
