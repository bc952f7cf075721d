"""What master and workers tell each other, and what they have in common."""

import os
from typing import Any, Final

from fixtures.settings import BASE_URL, Settings
from spec.usage import WrongUsage
from suites.load.options import LoadOptions, load_options, parameter_of, settings_for

ASKED: Final = "conformance-ask"
"""A worker wants to spend something."""
GRANTED: Final = "conformance-grant"
"""What it may spend."""
REPORTED: Final = "conformance"
"""The part of a report of locust's that has what a worker has found."""
MADE: Final = "conformance-made"
"""A worker is about to make something on the target, has made it, or has deleted it."""
FAILED: Final = "conformance-failed"
"""Why a worker could not begin."""
LAST: Final = "conformance-last"
"""What a worker has found when it has ended; nothing where it has not begun."""
WRAP_UP: Final = "conformance-end"
"""The workers are to end."""
LOCAL: Final = "main"
"""What the one process of a load is called where there are no workers."""


class LocustOptions:
    """The options as locust has parsed them; those of a worker are those of its master once a test starts."""

    def __init__(self, environment: Any) -> None:
        self._options = environment.parsed_options
        self._host = environment.host

    def __call__(self, name: str) -> Any:
        """Return the value of an option."""
        if name == "--target":
            return self._host
        return getattr(self._options, parameter_of(name), None)

    def settings(self) -> Settings:
        """Return the settings of the target."""
        if not self._host and not os.environ.get(BASE_URL):
            raise WrongUsage("Name the service with --host; batches-conformance mock serves one to try with.")
        return settings_for(self)

    def load_options(self) -> LoadOptions:
        """Return what the users do."""
        return load_options(self)
