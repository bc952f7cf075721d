"""What master and workers tell each other, and what they have in common."""

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import pytest

from fixtures.errors import RunError
from fixtures.mask import MASK
from fixtures.settings import BASE_URL, Settings
from spec.codes import INCONCLUSIVE, WRONG_USAGE
from spec.usage import WrongUsage
from suites.load.options import LoadOptions, load_options, parameter_of, settings_for

ASKED: Final = "conformance-ask"
"""A worker wants to spend something."""
GRANTED: Final = "conformance-grant"
"""What it may spend."""
REPORTED: Final = "conformance"
"""The part of a report of locust's that has what a worker has found."""
LAST: Final = "conformance-last"
"""What a worker has found when it has ended."""
WRAP_UP: Final = "conformance-end"
"""The workers are to end."""
LOCAL: Final = "main"
"""What the one process of a load is called where there are no workers."""


def ends_in_a_sentence(function: Callable[..., None]) -> Callable[..., None]:
    """Let a listener end the process by a sentence and a code of the suite; locust would go on, or end with 1."""

    @wraps(function)
    def listener(*arguments: Any, **named: Any) -> None:
        try:
            function(*arguments, **named)
        except (WrongUsage, pytest.UsageError) as error:
            _end(str(error), WRONG_USAGE)
        except RunError as error:
            _end(f"The target cannot be checked: {error}", INCONCLUSIVE)
        except Exception as error:
            _end(f"{traceback.format_exc()}\nThe suite itself broke: {type(error).__name__}: {error}", INCONCLUSIVE)

    return listener


def _end(sentence: str, code: int) -> None:
    print(MASK.hide(sentence), file=sys.stderr, flush=True)
    raise SystemExit(code)


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
