"""Cassettes as schemathesis and VCR write them, in YAML, and the events of schemathesis in NDJSON."""

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import yaml

from suites.recordings.fields import Odd, body_of, headers_of, object_of, status_of, text_of, url_of
from suites.recordings.har import NO_CONTENT, body_unpacked, lacking, stamped_at_end
from suites.recordings.recorded import NO_ANSWER, NO_BODY, PART_OF_BODY, CutOff, NoRecording, Recorded, header, unread
from suites.recordings.times import moment_of, span_of
from suites.recordings.values import decoded

HEAD = re.compile(rb"^(http_interactions|interactions):")
ITEM = re.compile(rb"([ ]*)- ")
OF_DOCUMENTS = (b"---", b"...")
"""How a line begins that stands between documents of YAML."""
DEEPEST = 2_000
"""Levels of YAML beyond which an interaction is not read, as its library would not survive it."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What the library raises for what is not YAML."""


def read_yaml(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """Yield the interactions of a cassette in YAML, one after the other. Raises `NoRecording` or `CutOff`."""
    number, is_last_read = 0, True
    for number, text in enumerate(_items(file, name), start=1):
        entry = _entry(text)
        if not is_last_read:
            yield unread(number - 1)
        is_last_read = entry is not None
        if entry is not None:
            yield _checked(number, entry, _of_interaction)
    if not is_last_read:
        raise CutOff(f"{name} is cut off or damaged after interaction {number - 1}; record it again.")


def _entry(text: bytes) -> Any:
    """Return an interaction, `None` where its text is damaged."""
    if _may_be_too_deep(text) and _depth(text) > DEEPEST:
        return {}
    try:
        return yaml.load(text, _LOADER)[0]
    except _UNREADABLE:
        return None


def _may_be_too_deep(text: bytes) -> bool:
    return sum(map(text.count, (b"[", b"{", b"- ", b"? "))) + text.count(b"\n") > DEEPEST


def _depth(text: bytes) -> int:
    depth = deepest = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                deepest = max(depth, deepest)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if deepest > DEEPEST:
                break
    except _UNREADABLE:
        return deepest
    return deepest


def _items(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the items of the list of a cassette, and of those behind it, each as a list of its own."""
    if not any(map(HEAD.match, file)):
        raise NoRecording(f"{name} is not a cassette, as it has no http_interactions: name a recording.")
    item: list[bytes] = []
    begin: bytes | None = None
    is_within = False
    for line in file:
        if begin is None and (found := ITEM.match(line)):
            begin = found[0]
        is_first = begin is not None and line.startswith(begin)
        is_outside = line[:1].isalpha() or line.startswith(OF_DOCUMENTS)
        if item and (is_first or is_outside):
            yield b"".join(item)
            item = []
        is_within = is_first or (is_within and not is_outside)
        if is_within:
            item.append(line)
    if item:
        yield b"".join(item)


def read_events(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """Yield the interactions among the events of a run, line by line. Raises `CutOff`."""
    number, is_last_read = 0, True
    for line in file:
        if not line.strip():
            continue
        if not is_last_read:
            number += 1
            yield unread(number)
        try:
            event = decoded(line)
            is_last_read = True
        except ValueError:
            is_last_read = False
            continue
        for interaction in _interactions(event):
            number += 1
            yield _checked(number, interaction, _of_event)
    if not is_last_read:
        raise CutOff(f"{name} is cut off or damaged after exchange {number}; record it again.")


def _interactions(event: Any) -> Iterator[Any]:
    """Yield the interactions of a scenario that has been finished; what has not their form stands for itself."""
    if not isinstance(event, dict) or "ScenarioFinished" not in event:
        return
    value: Any = event
    for part in ("ScenarioFinished", "recorder", "interactions"):
        value = value.get(part)
        if value is None:
            return
        if not isinstance(value, dict):
            yield value
            return
    yield from value.values()


def _checked(number: int, entry: Any, read: Callable[[int, dict[str, Any]], Recorded]) -> Recorded:
    """Return an interaction, or what stands for one that cannot be read."""
    if not isinstance(entry, dict):
        return unread(number)
    try:
        return read(number, entry)
    except Odd as odd:
        return unread(number, str(odd))


def _of_interaction(number: int, entry: dict[str, Any]) -> Recorded:
    request, response = object_of(entry.get("request")), object_of(entry.get("response"))
    value = response.get("status", response.get("status_code"))
    body, lack = _body(response)
    recorded_at = moment_of(entry.get("recorded_at"))
    return _recorded(
        number,
        request,
        response,
        status=status_of(value.get("code") if isinstance(value, dict) else value),
        body=body,
        sent_body=_body(request)[0],
        lack=lack,
        times=(recorded_at.seconds, span_of(response.get("elapsed")), recorded_at.slack),
    )


def _body(part: dict[str, Any]) -> tuple[bytes, str | None]:
    """Return a body, and what is lacking of it."""
    value = part.get("body", part.get("content"))
    named = value if isinstance(value, dict) else {"string": value}
    text, packed = named.get("string"), named.get("base64_string")
    if isinstance(packed, str):
        text, encoding = packed, "base64"
    else:
        encoding = ""
    if text is None:
        return b"", NO_BODY
    try:
        body = text if isinstance(text, bytes) else body_of(text, encoding)
    except ValueError:
        return b"", PART_OF_BODY
    is_part = part.get("truncated_from") is not None or "\ufffd" in str(text)
    return body, PART_OF_BODY if is_part else None


def _of_event(number: int, entry: dict[str, Any]) -> Recorded:
    request, response = object_of(entry.get("request")), object_of(entry.get("response"))
    content = _packed(response.get("content"))
    is_part = response.get("content_size") is not None
    return _recorded(
        number,
        request,
        response,
        status=status_of(response.get("status_code")),
        body=content or b"",
        sent_body=_packed(request.get("body")) or b"",
        lack=PART_OF_BODY if is_part else NO_BODY if content is None else None,
        times=(moment_of(entry.get("timestamp")).seconds, span_of(response.get("elapsed")), 0.0),
    )


def _packed(value: object) -> bytes | None:
    packed = value.get("$base64") if isinstance(value, dict) else None
    if not isinstance(packed, str):
        return None
    try:
        return body_of(packed, "base64")
    except ValueError:
        return None


def _recorded(
    number: int,
    request: dict[str, Any],
    response: dict[str, Any],
    *,
    status: int,
    body: bytes,
    sent_body: bytes,
    lack: str | None,
    times: tuple[float | None, float | None, float],
) -> Recorded:
    started, seconds, slack = times
    headers = headers_of(response.get("headers"))
    if status == 0:
        lack = NO_ANSWER
    elif status == NO_CONTENT or not 200 <= status < 300:
        lack = None
    else:
        body, packed = body_unpacked(body, header(headers, "content-encoding") or "")
        lack = lack or packed or lacking(body, headers)
    located = {"url": request.get("uri", request.get("url")), "headers": request.get("headers")}
    return stamped_at_end(
        Recorded(
            number=number,
            method=text_of(request.get("method")),
            url=url_of(located),
            sent_headers=headers_of(request.get("headers")),
            sent_body=sent_body,
            status=status,
            headers=headers,
            body=body,
            started=started,
            seconds=seconds,
            slack=slack,
            lack=lack,
        )
    )
