"""The suite's own `report.json`, as a recording of the exchanges that it shows."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from fixtures.exchange import CUT
from suites.recordings.fields import Odd, body_of, headers_of, object_of, status_of, text_of, url_of
from suites.recordings.recorded import NO_ANSWER, PART_OF_BODY, CutOff, Recorded, unread
from suites.recordings.times import moment_of, number_of, span_of
from suites.recordings.values import EndOfText, Text, decoded

MARK = b'"kind": "batches-conformance report"'
"""What such a report begins with, behind its bracket."""
AT_ONCE = 1 << 16
"""Bytes that are read at once of the exchanges of a violation."""
SLACK = 0.000_002
"""Seconds that its times may be off."""

_EXCHANGES = re.compile(rb'"exchanges":\s*(?=\[)')
"""What stands before the exchanges of a violation, and never within a text, where quotes are escaped."""


def read(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """Yield the exchanges that stand as evidence in a report, each once, as they were made. Raises `CutOff`."""
    begin = file.tell()
    whole = file.read()
    seen: set[tuple[str, str]] = set()
    exchanges: list[Any] = []
    for found in _EXCHANGES.finditer(whole):
        file.seek(begin + found.end())
        text = Text(file, AT_ONCE)
        text.peek()
        try:
            for exchange in text.items():
                which = _identity(exchange)
                if which is None or which not in seen:
                    exchanges.append(exchange)
                if which is not None:
                    seen.add(which)
        except EndOfText:
            break
    made = sorted(exchanges, key=_made_by_one if len({worker for worker, _ in seen}) < 2 else _made_by_several)
    yield from (_recorded(number, exchange) for number, exchange in enumerate(made, start=1))
    if not _is_whole(whole):
        raise CutOff(f"{name} is a report that is cut off or damaged; take a complete copy.")


def _is_whole(report: bytes) -> bool:
    try:
        return isinstance(decoded(report), dict)
    except ValueError:
        return False


def _identity(exchange: Any) -> tuple[str, str] | None:
    """Return what an exchange is known by in its run, however often it is shown."""
    if not isinstance(exchange, dict):
        return None
    return str(exchange.get("worker")), str(exchange.get("number"))


def _made_by_one(exchange: Any) -> float:
    """Return when an exchange was made: as one worker has numbered them."""
    return number_of(exchange.get("number") if isinstance(exchange, dict) else None) or 0.0


def _made_by_several(exchange: Any) -> float:
    """Return when an exchange was made: by its time alone, where workers have numbered their own."""
    return moment_of(exchange.get("sent_at") if isinstance(exchange, dict) else None).seconds or 0.0


def _recorded(number: int, exchange: Any) -> Recorded:
    if not isinstance(exchange, dict):
        return unread(number)
    try:
        request, response = object_of(exchange.get("request")), object_of(exchange.get("response"))
        body, sent_body = text_of(response.get("body")), text_of(request.get("body"))
        return Recorded(
            number=number,
            method=text_of(request.get("method")),
            url=url_of(request),
            sent_headers=headers_of(request.get("headers")),
            sent_body=b"" if CUT.search(sent_body) else body_of(sent_body, None),
            status=status_of(response.get("status")),
            headers=headers_of(response.get("headers")),
            body=body_of(body, None),
            started=moment_of(exchange.get("sent_at")).seconds,
            seconds=span_of(exchange.get("seconds")),
            slack=SLACK,
            caller=text_of(exchange.get("caller")) or None,
            lack=NO_ANSWER if not response else PART_OF_BODY if CUT.search(body) else None,
        )
    except Odd as odd:
        return unread(number, str(odd))
