"""What schemathesis records: cassettes in YAML, as VCR has them, and events in NDJSON."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import yaml

from suites.passive.har import LATEST, moment_of, stamped_at_end
from suites.passive.recorded import NO_ANSWER, NO_BODY, PART_OF_BODY, CutOff, Headers, NoRecording, Recorded

ITEM = b"- "
HEAD = re.compile(rb"^(http_interactions|interactions):", re.MULTILINE)


def read_yaml(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """The interactions of a cassette in YAML, one after the other. Raises `NoRecording` or `CutOff`."""
    number = 0
    for number, text in enumerate(_items(file, name), start=1):
        try:
            entry = yaml.load(text, _Loader)[0]
        except (yaml.YAMLError, TypeError, IndexError, ValueError) as error:
            raise CutOff(f"{name} is cut off or damaged after interaction {number - 1}; record it again.") from error
        yield _of_interaction(number, _object(entry))


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _items(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The items of the one list of a cassette, each as a list of its own."""
    for line in file:
        if HEAD.match(line):
            break
    else:
        raise NoRecording(f"{name} is no cassette, as it has no http_interactions: name a recording.")
    item: list[bytes] = []
    for line in file:
        if line.startswith(ITEM) and item:
            yield b"".join(item)
            item = []
        elif item and line[:1].isalpha():
            break
        item += [line] if item or line.startswith(ITEM) else []
    if item:
        yield b"".join(item)


def _of_interaction(number: int, entry: dict[str, Any]) -> Recorded:
    request, response = _object(entry.get("request")), _object(entry.get("response"))
    status = _object(response.get("status")).get("code")
    body, lack = _body(response)
    started, slack = moment_of(entry.get("recorded_at"))
    return _recorded(
        number,
        request,
        _headers(response.get("headers")),
        status=int(str(status)) if str(status).isdecimal() else 0,
        body=body,
        sent_body=_body(request)[0],
        lack=lack,
        times=(started, _positive(response.get("elapsed")), slack),
    )


def _body(part: dict[str, Any]) -> tuple[bytes, str | None]:
    """A body, and what is lacking of it."""
    told = part.get("body")
    text = told if isinstance(told, str) else _object(told).get("string")
    packed = _object(told).get("base64_string")
    try:
        body = b64decode(packed) if isinstance(packed, str) else _encoded(text)
    except ValueError:
        return b"", PART_OF_BODY
    if body is None:
        return b"", NO_BODY
    is_part = part.get("truncated_from") is not None or "\ufffd" in str(text)
    return body, PART_OF_BODY if is_part else None


def _encoded(text: object) -> bytes | None:
    if isinstance(text, bytes):
        return text
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None


def read_events(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """The interactions among the events of a run, line by line. Raises `CutOff`."""
    number = 0
    for line in file:
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CutOff(f"{name} is cut off or damaged after exchange {number}; record it again.") from error
        scenario = _object(_object(event).get("ScenarioFinished"))
        for interaction in _object(_object(scenario.get("recorder")).get("interactions")).values():
            number += 1
            yield _of_event(number, _object(interaction))


def _of_event(number: int, entry: dict[str, Any]) -> Recorded:
    request, response = _object(entry.get("request")), _object(entry.get("response"))
    status, content, at = response.get("status_code"), _packed(response.get("content")), entry.get("timestamp")
    is_part = response.get("content_size") is not None
    return _recorded(
        number,
        request,
        _headers(response.get("headers")),
        status=status if isinstance(status, int) else 0,
        body=content or b"",
        sent_body=_packed(request.get("body")) or b"",
        lack=PART_OF_BODY if is_part else NO_BODY if content is None else None,
        times=(_positive(at), _positive(response.get("elapsed")), 0.0),
    )


def _packed(value: object) -> bytes | None:
    packed = _object(value).get("$base64")
    if not isinstance(packed, str):
        return None
    try:
        return b64decode(packed)
    except ValueError:
        return None


def _recorded(
    number: int,
    request: dict[str, Any],
    headers: Headers,
    *,
    status: int,
    body: bytes,
    sent_body: bytes,
    lack: str | None,
    times: tuple[float | None, float | None, float],
) -> Recorded:
    started, seconds, slack = times
    return stamped_at_end(
        Recorded(
            number=number,
            method=str(request.get("method") or ""),
            url=str(request.get("uri") or ""),
            sent_headers=_headers(request.get("headers")),
            sent_body=sent_body,
            status=status,
            headers=headers,
            body=body,
            started=started,
            seconds=seconds,
            slack=slack,
            lack=NO_ANSWER if status == 0 else lack if 200 <= status < 300 else None,
        )
    )


def _headers(told: object) -> Headers:
    """Headers that are told by name, each with one value or several."""
    named = _object(told).items()
    values = ((str(name), value if isinstance(value, list) else [value]) for name, value in named)
    return tuple(chain.from_iterable(((name, str(each)) for each in several) for name, several in values))


def _positive(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < LATEST else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
