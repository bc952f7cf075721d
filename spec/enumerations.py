"""The values that the contract enumerates, and what it says of each: statuses, job types, events, list parameters."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from spec.openapi import components, operations

STATUS: Final = "BatchStatus"
JOB_TYPE: Final = "JobType"
EVENT: Final = "WebhookEvent"
LIST: Final = "listBatches"


class InvalidContract(ValueError):
    """The contract lacks a decision. The message is one sentence that says which, and in which file it belongs."""


def _enumerated(name: str) -> tuple[str, ...]:
    return tuple(components()["schemas"][name]["enum"])


def decided(name: str, annotation: str, kind: type, file: str) -> Mapping[str, Any]:
    """Return what an annotation says of each value of an enumeration.

    Raises `InvalidContract` when a value has no entry, an entry has no value, or one is of another kind.
    """
    values = _enumerated(name)
    entries = components()["schemas"][name].get(annotation) or {}
    for value in values:
        if not isinstance(entries.get(value), kind):
            raise InvalidContract(f"{annotation} of {name} in {file} does not say what {value} is; give it an entry")
    if unknown := [value for value in entries if value not in values]:
        raise InvalidContract(
            f"{annotation} of {name} in {file} names {', '.join(unknown)}, which {name} does not have"
        )
    return {value: entries[value] for value in values}


@cache
def _is_terminal() -> Mapping[str, Any]:
    return decided(STATUS, "x-terminal", bool, "spec/openapi.yaml")


def statuses() -> tuple[str, ...]:
    """Return every status of a batch, in the order of the contract."""
    return tuple(_is_terminal())


def terminal_statuses() -> tuple[str, ...]:
    """Return the statuses in which a batch stays, in the order of the contract."""
    return tuple(status for status, is_terminal in _is_terminal().items() if is_terminal)


def transient_statuses() -> tuple[str, ...]:
    """Return the statuses that pass, in the order of the contract."""
    return tuple(status for status, is_terminal in _is_terminal().items() if not is_terminal)


def job_types() -> tuple[str, ...]:
    """Return every type of job."""
    return _enumerated(JOB_TYPE)


@cache
def event_of() -> Mapping[str, str]:
    """Return the event of a webhook for each status that has one.

    Raises `InvalidContract` for an event without a status, and for a terminal status without an event.
    """
    file = "spec/profiles/webhooks.yaml"
    events = {status: event for event, status in decided(EVENT, "x-status", str, file).items()}
    if unknown := events.keys() - set(statuses()):
        raise InvalidContract(
            f"x-status of {EVENT} in {file} names {', '.join(sorted(unknown))}, which is not a status"
        )
    if silent := [status for status in terminal_statuses() if status not in events]:
        raise InvalidContract(f"no event of {EVENT} in {file} stands for {', '.join(silent)}; give x-status an entry")
    return events


def enumerated(element: str) -> tuple[str, ...]:
    """Return the elements that `BatchStatus=*` and `BatchStatus=*terminal` stand for; any other stands for itself."""
    name, _, pattern = element.partition("=")
    if pattern == "*":
        return tuple(f"{name}={value}" for value in _enumerated(name))
    if element == f"{STATUS}=*terminal":
        return tuple(f"{name}={value}" for value in terminal_statuses())
    return (element,)


@cache
def list_parameters() -> tuple[str, ...]:
    """Return the names of the query parameters of a list."""
    shared = components()["parameters"]
    entries = operations()[LIST].definition["parameters"]
    return tuple((shared[entry["$ref"].rpartition("/")[2]] if "$ref" in entry else entry)["name"] for entry in entries)
