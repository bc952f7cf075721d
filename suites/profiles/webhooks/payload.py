"""What a delivery says: which event, of which batch, in which status, as far as that can be read for certain.

No source states the form of a payload. A field counts wherever an envelope may carry it, and a form that is not
known says nothing.
"""

import json
import re
from typing import Any

from fixtures.receiver import Delivery
from suites.traffic import STATUSES

EVENT_TYPE = "X-Webhook-Event-Type"
EVENT_ID = "X-Webhook-Event-ID"

_EVENT = re.compile(
    r"(batch|classify|extract|parse|sheets|split)"
    r"\.(pending|running|processing|success|error|partial_success|cancelled)"
)
"""The events that the sources name, and no others."""
_EVENT_FIELDS = ("event_type", "event", "type")
_INSIDE = ("data", "batch", "payload", "object", "resource")
"""Fields in which an envelope may carry what happened."""
_AT_ITS_BATCH = ("project_id", "config")
"""Fields of which one beside a status shows that an object is a batch."""
OF_BATCH = "batch."
"""How the events of batches begin."""
_DEEPEST = 5
"""Envelopes in one another beyond which none is looked for."""


def content(delivery: Delivery) -> object:
    """Return the JSON of a delivery, also where it is written into a string of JSON; `None` where there is none."""
    return _read(_read(delivery.body))


def form(delivery: Delivery) -> str | None:
    """Return whether what happened is an object, or the JSON of one in a string; `None` where it is neither."""
    outer = _read(delivery.body)
    if isinstance(outer, str):
        return "string" if isinstance(_read(outer), dict) else None
    outer = _only(outer)
    inner = outer.get("data", outer) if isinstance(outer, dict) else None
    if isinstance(inner, str):
        return "string" if isinstance(_read(inner), dict) else None
    return "json" if isinstance(inner, dict) else None


def statuses_in(delivery: Delivery) -> set[str]:
    """Return every status of a batch that the envelope of a delivery carries."""
    return {part["status"] for part in _parts(delivery) if _has_status(part)}


def events_in(delivery: Delivery) -> set[str]:
    """Return the events that a delivery names in its header and in its envelope."""
    values = [delivery.header(EVENT_TYPE)]
    values += [part.get(field) for part in _parts(delivery) for field in _EVENT_FIELDS]
    return {value for value in values if isinstance(value, str) and _EVENT.fullmatch(value)}


def other_ids_in(delivery: Delivery, own: str) -> set[str]:
    """Return the ids by which a delivery surely means another batch than its own.

    Where the own id stands elsewhere, the `id` of an object may be that of an event or of a delivery, unless the
    object is a whole batch.
    """
    outer, *inner = _parts(delivery) or [{}]
    found = [part.get("batch_id") for part in (outer, *inner)]
    found += [part.get("id") for part in inner if _is_whole_batch(part)]
    if own not in texts_in(delivery):
        named = events_in(delivery)
        is_of_batch = bool(named) and all(event.startswith(OF_BATCH) for event in named)
        found += [outer.get("id")] if _is_batch(outer) else []
        found += [part.get("id") for part in inner if _is_batch(part) or (is_of_batch and _has_status(part))]
    return {id_ for id_ in found if isinstance(id_, str) and id_ != own}


def directories_in(delivery: Delivery) -> set[str]:
    """Return the source directories that a delivery names."""
    found = (part.get("source_directory_id") for part in _parts(delivery))
    return {id_ for id_ in found if isinstance(id_, str)}


def envelope(delivery: Delivery) -> dict[str, Any]:
    """Return the outermost object of a delivery; empty when there is none."""
    return next(iter(_parts(delivery)), {})


def texts_in(delivery: Delivery) -> set[str]:
    """Return every string that a delivery has as a value, at any depth, also of JSON in a string."""
    found, left = set(), [content(delivery)]
    while left:
        match left.pop():
            case str(text):
                found.add(text)
                left += [inner] if isinstance(inner := _read(text), dict | list) else []
            case list(values):
                left += values
            case dict(fields):
                left += fields.values()
    return found


def _parts(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the outermost object of a delivery, and those inside it that may be what happened."""
    found: list[dict[str, Any]] = []
    left = [(content(delivery), 0)]
    while left:
        value, depth = left.pop(0)
        value = _only(value)
        if isinstance(value, dict):
            found.append(value)
            if depth < _DEEPEST:
                left += [(_read(value[field]), depth + 1) for field in _INSIDE if field in value]
    return found


def _only(value: object) -> object:
    """Return the only element of a list, and any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_batch(part: dict[str, Any]) -> bool:
    return "source_directory_id" in part or (_has_status(part) and any(field in part for field in _AT_ITS_BATCH))


def _is_whole_batch(part: dict[str, Any]) -> bool:
    is_about_batch = "batch" in part or "batch_id" in part
    return "source_directory_id" in part and _has_status(part) and not is_about_batch


def _has_status(part: dict[str, Any]) -> bool:
    status = part.get("status")
    return isinstance(status, str) and status in STATUSES


def _read(value: object) -> object:
    """Return the JSON in a string or in bytes, `None` where there is none, and any other value as it is."""
    if not isinstance(value, str | bytes):
        return value
    try:
        read: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return read
