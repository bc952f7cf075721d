"""HAR files, as browsers, proxies and HTTP clients write them, read entry by entry."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import IO, Any

from fixtures.wire import NoAnswer, unpacked
from suites.recordings.fields import (
    BASE64,
    Odd,
    Pairs,
    body_of,
    headers_of,
    object_of,
    pairs_of,
    sent_body_of,
    status_of,
    text_of,
    url_of,
    with_query,
)
from suites.recordings.recorded import (
    BROKEN_OFF,
    FROM_CACHE,
    NO_ANSWER,
    NO_BODY,
    NO_HEADERS,
    NOT_OF_SERVICE,
    NOT_TEXT,
    PACKED,
    PART_OF_BODY,
    CutOff,
    Headers,
    NoRecording,
    Recorded,
    by_name,
    header,
    unread,
)
from suites.recordings.redaction import is_redacted
from suites.recordings.times import moment_of, seconds_of
from suites.recordings.values import EndOfText, Text

NO_CONTENT = 204
NO_TYPE = frozenset({"", "x-unknown"})
"""What recorders write where an answer had no content type."""
STAMPED_AT_END = frozenset({"harfile"})
"""Creators that note the moment at which they had the answer in the place of the start."""
DELAY = 0.02
"""Seconds that such a recorder may have taken to note it."""
OF_CACHE = frozenset(
    {
        *("fromcache", "fromdiskcache", "frommemorycache", "fromprefetchcache", "fromserviceworker", "cached"),
        *("servedfromcache", "fetchedviaserviceworker", "servedfromserviceworker", "wasfulfilled"),
    }
)
"""What browsers note of an answer that was not the service's, in small letters."""
OF_BREAK = frozenset({"error", "errortext", "failuretext", "wasaborted"})
"""What they note of an exchange that was not ended."""
NO = frozenset({"", "0", "false", "no", "none", "null", "network"})
"""How they deny it, if they do not leave it out."""
PROXY_MARK = "x-batches-conformance"
"""The header by which an answer of our own proxy is known."""
BODIES = ("_body", "body", "text")
"""Where else recorders keep the body of an answer."""


def _as_it_is(entry: Any) -> Any:
    return entry


def read(file: IO[bytes], name: str, completed: Callable[[Any], Any] = _as_it_is) -> Iterator[Recorded]:
    """Yield the entries of a HAR file, each as `completed` returns it. Raises `NoRecording` or `CutOff`.

    Where several files were put together, one after the other, those of all are read.
    """
    text, number = Text(file), 0
    is_begun, is_absolute = False, None
    try:
        for creator in _lists(text, name):
            is_begun = True
            for entry in text.items():
                number += 1
                found = recorded(number, completed(entry))
                if found.started is not None:
                    own = moment_of(entry.get("startedDateTime")).has_offset
                    is_absolute = own if is_absolute is None else is_absolute
                    found = found if own == is_absolute else found._replace(started=None)
                yield stamped_at_end(found) if creator in STAMPED_AT_END else found
    except EndOfText:
        if not is_begun:
            raise NoRecording(
                f"{name} is not a complete HAR file: it ends before its log.entries; record it again."
            ) from None
        raise CutOff(f"{name} is cut off or damaged after entry {number}; record it again.") from None


def _lists(text: Text, name: str) -> Iterator[str | None]:
    """Go to each list of entries, which is then read, and give who wrote it, where that stands before it."""
    if text.peek() != "{":
        raise NoRecording(f"{name} is not a HAR file, as it is not JSON: name a recording.")
    is_first = True
    while text.peek() == "{":
        is_found = False
        try:
            for creator in _lists_of_one(text):
                is_found = True
                yield creator
        except EndOfText:
            if not is_found:
                raise
        if not is_found and is_first:
            raise NoRecording(f"{name} is JSON, but not a HAR file, as it has no log.entries: name a recording.")
        if not is_found:
            raise CutOff(f"{name} goes on behind its end with JSON that has no log.entries; record it again.")
        is_first = False


def _lists_of_one(text: Text) -> Iterator[str | None]:
    for part in text.members():
        creator: object = None
        for part_of_log in text.members() if part == "log" and text.peek() == "{" else ():
            if part_of_log == "creator":
                described = text.value()
                creator = described.get("name") if isinstance(described, dict) else None
            elif part_of_log == "entries" and text.peek() == "[":
                yield creator if isinstance(creator, str) else None


def stamped_at_end(found: Recorded) -> Recorded:
    """Return an exchange with its start, where the recorder has noted its end."""
    if found.started is None or found.seconds is None:
        return found._replace(started=None)
    return found._replace(started=found.started - found.seconds, slack=found.slack + DELAY)


def recorded(number: int, entry: Any) -> Recorded:
    """Return an entry of a HAR file; what cannot be read of it is what it lacks."""
    if not isinstance(entry, dict) or not isinstance(entry.get("request"), dict):
        return unread(number)
    request = entry["request"]
    try:
        url, method = url_of(request), request.get("method")
        if not isinstance(method, str) or not method.strip():
            return unread(number)
    except Odd as odd:
        return unread(number, str(odd))
    method = method.strip().upper()
    try:
        return _exchange(number, method, url, entry)
    except Odd as odd:
        return unread(number, str(odd))._replace(method=method, url=url)


def _exchange(number: int, method: str, url: str, entry: dict[str, Any]) -> Recorded:
    """Return an entry of which it is known whom it was with. Raises `Odd`."""
    request: dict[str, Any] = entry["request"]
    query = request.get("queryString")
    sent_headers = _with_cookies(headers_of(request.get("headers")), pairs_of(request.get("cookies")))
    whole_url = with_query(url, _pairs_of_query(query))
    sent_body = sent_body_of(request.get("postData"))
    response = object_of(entry.get("response"))
    given = response.get("content")
    content = {"text": given} if isinstance(given, str) else object_of(given)
    headers = _with_type(headers_of(response.get("headers")), content.get("mimeType"))
    named = by_name(headers)
    status = status_of(response.get("status"))
    started, start_slack, _ = moment_of(entry.get("startedDateTime"))
    seconds, time_slack = seconds_of(entry)
    body, lack = _body(content, response, named) if 200 <= status < 300 else _refusal(content)
    caller = entry.get("_caller")
    return Recorded(
        number=number,
        method=method,
        url=whole_url,
        sent_headers=sent_headers,
        sent_body=sent_body,
        status=status,
        headers=headers,
        body=body,
        started=started,
        seconds=seconds,
        slack=start_slack + time_slack,
        caller=caller if isinstance(caller, str) else None,
        lack=_lack(entry, response, status, named, lack),
        query_in="url" if "?" in url else "nowhere" if query is None else "beside",
    )


def _with_cookies(headers: Headers, cookies: Pairs) -> Headers:
    if not cookies or header(headers, "cookie") is not None:
        return headers
    return (*headers, ("cookie", "; ".join(f"{name}={value}" for name, value in cookies)))


def _pairs_of_query(query: object) -> tuple[tuple[str, str], ...]:
    if isinstance(query, str):
        parts = (part.partition("=") for part in query.lstrip("?").split("&"))
        return tuple((name, value) for name, _, value in parts)
    return pairs_of(query)


def _lack(
    entry: dict[str, Any], response: dict[str, Any], status: int, headers: Mapping[str, str], of_body: str | None
) -> str | None:
    if status == 0:
        return NO_ANSWER
    notes = [(lack, part[name]) for part in (entry, response) for name, lack in _names_of_notes(tuple(part))]
    if _says(notes, FROM_CACHE) or _was_cached(entry) or _is_aged(headers):
        return FROM_CACHE
    if PROXY_MARK in headers:
        return NOT_OF_SERVICE
    if status >= 500 and not headers:
        return NO_HEADERS
    if status == NO_CONTENT or not 200 <= status < 300:
        return None
    if _says(notes, BROKEN_OFF):
        return BROKEN_OFF
    return of_body or (None if headers else NO_HEADERS)


@lru_cache(maxsize=256)
def _names_of_notes(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return those of the names of an entry, which are the same in most, that say what an exchange lacks."""
    plain = [(name, name.lstrip("_").lower()) for name in names]
    of_cache = [(name, FROM_CACHE) for name, known in plain if known in OF_CACHE]
    return of_cache + [(name, BROKEN_OFF) for name, known in plain if known in OF_BREAK]


def _says(notes: list[tuple[str, Any]], lack: str) -> bool:
    return any(noted == lack and str(value).strip().lower() not in NO for noted, value in notes)


def _was_cached(entry: dict[str, Any]) -> bool:
    """Whether the recorder mentions an entry of its cache, or names another source than the network."""
    cache, source = entry.get("cache"), entry.get("_fetchType")
    is_known = isinstance(cache, dict) and (cache.get("beforeRequest") or cache.get("afterRequest"))
    return bool(is_known) or (isinstance(source, str) and not source.lower().startswith("network"))


def _with_type(headers: Headers, media_type: object) -> Headers:
    """Return headers with the content type that the recorder has kept elsewhere, or has redacted."""
    own = header(headers, "content-type")
    if own is not None and "/" in own:
        if "\ufffd" in own:
            raise Odd(NOT_TEXT)
        return headers
    if isinstance(media_type, str) and media_type not in NO_TYPE and not is_redacted(media_type):
        return (*(pair for pair in headers if pair[0].lower() != "content-type"), ("content-type", media_type))
    return () if own is not None and (not own.strip() or is_redacted(own)) else headers


def _is_aged(headers: Mapping[str, str]) -> bool:
    age = headers.get("age", "").strip()
    return age.isascii() and age.isdecimal() and age.strip("0") != ""


def _refusal(content: dict[str, Any]) -> tuple[bytes, None]:
    """Return the body of an answer that promises none; nothing is said against it."""
    try:
        return body_of(content.get("text"), content.get("encoding")), None
    except (Odd, ValueError):
        return b"", None


def _body(content: dict[str, Any], response: dict[str, Any], headers: Mapping[str, str]) -> tuple[bytes, str | None]:
    """Return the body of a 2xx, and what is lacking of it, if that is known. Raises `Odd`."""
    size, encoding = content.get("size"), content.get("encoding")
    text = content.get("text") or _body_elsewhere(content, response)
    if text is None or text == "":
        is_empty = size == 0 and (_length(headers) == 0 or (text == "" and response.get("bodySize") == 0))
        return b"", None if is_empty else NO_BODY
    try:
        body = body_of(text, encoding)
    except ValueError:
        return b"", PART_OF_BODY
    if encoding is not None and text_of(encoding).strip().lower() == BASE64:
        body, lack = body_unpacked(body, headers.get("content-encoding", ""))
        if lack is not None:
            return b"", lack
    elif not text.isascii() and not _is_text(body):
        raise Odd(NOT_TEXT)
    return body, None if _is_whole(body, size, headers, content.get("comment")) else PART_OF_BODY


def _body_elsewhere(content: dict[str, Any], response: dict[str, Any]) -> Any:
    """Return the body of an answer whose own place is empty; what stands there if it is nowhere else."""
    return next((part[name] for part in (content, response) for name in BODIES if part.get(name)), content.get("text"))


def body_unpacked(body: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Return a body that its recorder may have left packed, and what is lacking if it cannot be unpacked."""
    if not encoding or _is_text(body):
        return body, None
    try:
        return unpacked(body, encoding), None
    except NoAnswer:
        return b"", PACKED


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_whole(body: bytes, size: object, headers: Mapping[str, str], comment: object) -> bool:
    """Whether nothing of a body was left out; an object or a list of JSON is whole in any case."""
    length = _length(headers)
    if size == len(body) and length in (len(body), None) and not comment:
        return True
    try:
        return isinstance(json.loads(body), dict | list)
    except RecursionError:
        return True
    except ValueError:
        return False


def lacking(body: bytes, headers: Headers) -> str | None:
    """Return what is lacking of a 2xx by its own word: the headers, the body, or a part of it."""
    if not headers:
        return NO_HEADERS
    named = by_name(headers)
    if not body:
        return None if _length(named) == 0 else NO_BODY
    return None if _is_whole(body, len(body), named, None) else PART_OF_BODY


def _length(headers: Mapping[str, str]) -> int | None:
    """Return the length of the body by its header, where it was not packed for the way."""
    length = headers.get("content-length")
    if length is None or not length.isascii() or not length.isdecimal() or headers.get("content-encoding"):
        return None
    return int(length) if len(length) < 19 else None
