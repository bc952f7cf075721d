"""HAR files, as browsers, proxies and HTTP clients write them, read entry by entry."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]

from suites.passive.recorded import (
    FROM_CACHE,
    NO_ANSWER,
    NO_BODY,
    NO_HEADERS,
    PART_OF_BODY,
    CutOff,
    Headers,
    NoRecording,
    Recorded,
)

ENTRIES = "log.entries"
NO_CONTENT = 204
NO_TYPE = frozenset({"", "x-unknown"})
"""What recorders write where an answer had no content type."""
FRACTION_DIGITS = 6
"""Digits of a second that are read."""
STAMPED_AT_END = frozenset({"harfile"})
"""Creators that note the moment at which they had the answer in the place of the start."""
LONGEST = 1e9
"""Milliseconds beyond which a time is no time."""
LATEST = 1e11
"""Seconds since 1970 beyond which a moment is no moment."""
DELAY = 0.02
"""Seconds that such a recorder may have taken to note it."""


def read(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """The entries of a HAR file. Raises `NoRecording` or `CutOff`."""
    number, begin = 0, file.tell()
    is_late = _creator(file) in STAMPED_AT_END
    file.seek(begin)
    try:
        for number, entry in enumerate(ijson.items(file, f"{ENTRIES}.item", use_float=True), start=1):
            found = recorded(number, entry)
            yield stamped_at_end(found) if is_late else found
    except (ijson.JSONError, UnicodeDecodeError) as error:
        if number == 0 and not _has_entries(file):
            raise NoRecording(f"{name} is no HAR file, as it is not JSON: name a recording.") from error
        raise CutOff(f"{name} is cut off or damaged after entry {number}; record it again.") from error
    if number == 0 and not _has_entries(file):
        raise NoRecording(f"{name} is JSON, and no HAR file, as it has no log.entries: name a recording.")


def _creator(file: BinaryIO) -> str | None:
    """Who wrote a HAR file, where that stands before its entries, as it should."""
    try:
        for prefix, _, value in ijson.parse(file, use_float=True):
            if prefix == "log.creator.name":
                return str(value)
            if prefix == ENTRIES:
                return None
    except (ijson.JSONError, UnicodeDecodeError):
        return None
    return None


def stamped_at_end(found: Recorded) -> Recorded:
    """An exchange whose start is told, where the recorder has noted its end."""
    if found.started is None or found.seconds is None:
        return replace(found, started=None)
    return replace(found, started=found.started - found.seconds, slack=found.slack + DELAY)


def _has_entries(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        return any(
            prefix == ENTRIES and event == "start_array"
            for prefix, event, _ in ijson.parse(without_mark(file), use_float=True)
        )
    except (ijson.JSONError, UnicodeDecodeError):
        return False


def without_mark(file: BinaryIO) -> BinaryIO:
    """The file, moved behind a byte order mark if there is one where it stands."""
    begin = file.tell()
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(begin)
    return file


def recorded(number: int, entry: Any) -> Recorded:
    """An entry of a HAR file; what has not the form of one has no answer."""
    entry = _object(entry)
    request, response = _object(entry.get("request")), _object(entry.get("response"))
    headers = _headers(response.get("headers"))
    content = _object(response.get("content"))
    typed = _with_type(headers, str(content.get("mimeType") or ""))
    status = response.get("status")
    status = status if isinstance(status, int) else 0
    body, lack = _body(content, response, headers)
    started, start_slack = moment_of(entry.get("startedDateTime"))
    seconds, time_slack = _seconds(entry)
    return Recorded(
        number=number,
        method=str(request.get("method") or ""),
        url=str(request.get("url") or ""),
        sent_headers=_headers(request.get("headers")),
        sent_body=_sent_body(_object(request.get("postData"))),
        status=status,
        headers=typed,
        body=body,
        started=started,
        seconds=seconds,
        slack=start_slack + time_slack,
        caller=entry["_caller"] if isinstance(entry.get("_caller"), str) else None,
        lack=_lack(entry, status, headers, typed, lack),
    )


def _lack(entry: dict[str, Any], status: int, headers: Headers, typed: Headers, of_body: str | None) -> str | None:
    if status == 0:
        return NO_ANSWER
    if entry.get("_fromCache") or entry.get("_fetchedViaServiceWorker") or _is_aged(headers):
        return FROM_CACHE
    if status == NO_CONTENT:
        return None
    if 200 <= status < 300:
        return of_body or (None if typed else NO_HEADERS)
    return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _headers(entries: Any) -> Headers:
    """Headers as pairs, without the pseudo-headers of HTTP/2."""
    pairs = (_object(entry) for entry in (entries if isinstance(entries, list) else ()))
    named = ((str(pair.get("name") or ""), str(pair.get("value") or "")) for pair in pairs)
    return tuple((name, value) for name, value in named if name and not name.startswith(":"))


def _with_type(headers: Headers, media_type: str) -> Headers:
    """Headers with the content type that the recorder has kept elsewhere."""
    if media_type in NO_TYPE or header(headers, "content-type") is not None:
        return headers
    return (*headers, ("content-type", media_type))


def header(headers: Headers, name: str) -> str | None:
    """The first value of a header, by its name in lower case."""
    return next((value for key, value in headers if key.lower() == name), None)


def _is_aged(headers: Headers) -> bool:
    age = (header(headers, "age") or "").strip()
    return age.isascii() and age.isdecimal() and age.strip("0") != ""


def _body(content: dict[str, Any], response: dict[str, Any], headers: Headers) -> tuple[bytes, str | None]:
    """The body of an answer, and what is lacking of it, if that can be told."""
    text, size = content.get("text"), content.get("size")
    if not isinstance(text, str) or not text:
        is_empty = size == 0 and (_length(headers) == 0 or (text == "" and response.get("bodySize") == 0))
        return b"", None if is_empty else NO_BODY
    try:
        is_packed = content.get("encoding") == "base64"
        body = b64decode(text) if is_packed else text.encode("utf-8", "surrogatepass")
    except ValueError:
        return b"", PART_OF_BODY
    return body, None if _is_whole(body, size, headers, content.get("comment")) else PART_OF_BODY


def _is_whole(body: bytes, size: object, headers: Headers, comment: object) -> bool:
    """Whether nothing of a body was left out; JSON that can be read is whole in any case."""
    length = _length(headers)
    if size == len(body) and length in (len(body), None) and not comment:
        return True
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _length(headers: Headers) -> int | None:
    """The length of the body by its header, where it was not packed for the way."""
    told = header(headers, "content-length")
    if told is None or not told.isascii() or not told.isdecimal() or header(headers, "content-encoding"):
        return None
    return int(told)


def _sent_body(post: dict[str, Any]) -> bytes:
    text = post.get("text")
    if not isinstance(text, str):
        return b""
    try:
        return b64decode(text) if post.get("encoding") == "base64" else text.encode("utf-8", "surrogatepass")
    except ValueError:
        return b""


def moment_of(value: object) -> tuple[float | None, float]:
    """Seconds since 1970 of a written date-time, and how far off its last digit lets it be; `None` for anything else.

    One without an offset is taken for UTC, as all those beside it.
    """
    if not isinstance(value, str):
        return None, 0.0
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None, 0.0
    fraction = value.partition(".")[2]
    digits = next((place for place, digit in enumerate(fraction) if not digit.isdecimal()), len(fraction))
    seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return (seconds, 10.0 ** -min(digits, FRACTION_DIGITS)) if 0 < seconds < LATEST else (None, 0.0)


def _seconds(entry: dict[str, Any]) -> tuple[float | None, float]:
    """How long an entry took, which is told in milliseconds, and how far off that may be."""
    told = _duration(entry.get("time")) or sum(map(_duration, _object(entry.get("timings")).values()))
    return (told / 1000, 0.0005 if told == int(told) else 0.000001) if told else (None, 0.0)


def _duration(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return float(value) if 0 < value < LONGEST else 0.0
