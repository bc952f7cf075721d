"""What master and workers tell each other, and what they have in common."""

import os
from enum import StrEnum
from typing import Any, Final

from fixtures.settings import A_BASE_URL, BASE_URL, Settings, is_base_url
from spec.usage import WrongUsage
from suites.load.options import LoadOptions, load_options, parameter_of, settings_for


class MessageType(StrEnum):
    """What a message is about."""

    ASK = "conformance-ask"
    """A worker wants to spend something."""
    GRANT = "conformance-grant"
    """What it may spend."""
    MADE = "conformance-made"
    """A worker is about to make something on the target, has made it, or has deleted it."""
    FAILED = "conformance-failed"
    """Why a worker could not begin."""
    LAST = "conformance-last"
    """What a worker has found when it has ended; nothing where it has not begun."""
    END = "conformance-end"
    """The workers are to end."""


REPORTED: Final = "conformance"
"""The part of a report of locust's that has what a worker has found."""
TO_TRY_WITH: Final = "batches-conformance mock serves one to try with"
LOCAL: Final = "main"
"""What the one process of a load is called where there are no workers."""


def of_run(run_id: str | None, data: Any) -> dict[str, Any]:
    """Return what a worker says in a run, which names that: its master may have been killed, and another be there."""
    return {"run": run_id, "data": data}


class LocustOptions:
    """The options as locust has parsed them; those of a worker are those of its master once a test starts.

    The target comes with them, since anybody may set the host of locust.
    """

    def __init__(self, environment: Any) -> None:
        self._options = environment.parsed_options
        self._host = environment.host

    def __call__(self, name: str) -> Any:
        """Return the value of an option."""
        if name == "--target":
            return getattr(self._options, "target", self._host)
        return getattr(self._options, parameter_of(name), None)

    def settings(self) -> Settings:
        """Return the settings of the target."""
        name, url = ("--host", self._host) if self._host else (BASE_URL, os.environ.get(BASE_URL))
        if not url:
            raise WrongUsage(f"Name the service with --host; {TO_TRY_WITH}.")
        if not is_base_url(url):
            raise WrongUsage(f"{name} must be {A_BASE_URL}; {TO_TRY_WITH}.")
        return settings_for(self)

    def load_options(self) -> LoadOptions:
        """Return what the users do."""
        return load_options(self)
