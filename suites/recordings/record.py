"""Writes exchanges down as HAR while they are made."""

import json
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fixtures.exchange import Exchange, Headers
from fixtures.mask import MASK

CREATOR = "batches-conformance"
HEAD = json.dumps({"log": {"version": "1.2", "creator": {"name": CREATOR, "version": "1"}, "entries": []}})
OPEN, CLOSED = HEAD.removesuffix("]}}") + "\n", "\n]}}\n"
BETWEEN = ",\n"


def begin(path: Path) -> None:
    """Begin a HAR file. Raises `OSError`."""
    path.write_bytes(OPEN.encode())


def end(path: Path) -> None:
    """End a HAR file that was begun, after all who write to it, unless it was cut off. Raises `OSError`."""
    with path.open("r+b") as file:
        file.seek(-len(BETWEEN), os.SEEK_END)
        last = file.read()
        if last == BETWEEN.encode():
            file.seek(-len(BETWEEN), os.SEEK_END)
            file.truncate()
        elif file.tell() != len(OPEN):
            return
        file.write(CLOSED.encode())


class Recorder:
    """Appends exchanges to a HAR file that has been begun, whole entries each, whoever else does so too.

    `ahead` returns how many seconds the target's clock has been moved; its times are those that are written, and no
    `Date`, which is of another clock. Where the file cannot be written any more, it is left cut off, and `failed` is
    called with the reason, once. Raises `OSError` where it cannot be opened.
    """

    def __init__(self, path: Path, failed: Callable[[OSError], None], ahead: Callable[[], float] | None = None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._failed = failed
        self._ahead = ahead
        self._is_cut_off = False

    def on_exchange(self, exchange: Exchange) -> None:
        """Write an exchange down."""
        if self._is_cut_off:
            return
        if self._ahead is not None:
            exchange = replace(exchange, sent_at=exchange.sent_at + timedelta(seconds=self._ahead()))
        entry = entry_of(exchange, without=() if self._ahead is None else ("date",))
        try:
            _write(self._file, (MASK.hide(json.dumps(entry)) + BETWEEN).encode())
        except OSError as error:
            self._is_cut_off = True
            self._failed(error)
            with suppress(OSError):
                os.ftruncate(self._file, os.fstat(self._file).st_size - 1)  # It is not to look whole.

    def close(self) -> None:
        """End the writing, of this process."""
        os.close(self._file)


def _write(file: int, data: bytes) -> None:
    """Write all of it; a disk that becomes full takes a part first, and refuses the rest."""
    while data:
        data = data[os.write(file, data) :]


def entry_of(exchange: Exchange, without: Sequence[str] = ()) -> dict[str, Any]:
    """Return an exchange as an entry of a HAR file, some headers left out, and the caller beside it."""
    request, response = exchange.request, exchange.response
    milliseconds = round(exchange.seconds * 1000, 3)
    return {
        "startedDateTime": exchange.sent_at.isoformat(timespec="microseconds"),
        "time": milliseconds,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "headers": _headers(request.headers),
            "cookies": [],
            "queryString": [{"name": name, "value": value} for name, value in request.params],
            **({"postData": _post(request.headers, request.body)} if request.body else {}),
            "headersSize": -1,
            "bodySize": len(request.body),
        },
        "response": {
            "status": response.status if response else 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": [each for each in _headers(response.headers) if each["name"].lower() not in without]
            if response
            else [],
            "cookies": [],
            "content": _content(response.body, response.media_type) if response else {"size": 0, "mimeType": ""},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(response.body) if response else -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **({"comment": exchange.error} if exchange.error else {}),
        "_caller": exchange.caller,
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _post(headers: Headers, body: bytes) -> dict[str, str]:
    media_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    return {"mimeType": media_type, **_text(body)}


def _content(body: bytes, media_type: str) -> dict[str, Any]:
    return {"size": len(body), "mimeType": media_type, **_text(body)}


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": b64encode(body).decode(), "encoding": "base64"}
