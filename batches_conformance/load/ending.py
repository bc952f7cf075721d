"""How a process of locust ends: with its report, or by a sentence and never with the code of a violated promise."""

import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, Final, NoReturn

import pytest
from gevent.event import Event
from locust.exception import RPCError

from batches_conformance.load.options import SECONDS_TO_REPORT
from fixtures.errors import RunError
from fixtures.mask import MASK
from spec.codes import INCONCLUSIVE, INTERRUPTED, NONCONFORMANT, WRONG_USAGE
from spec.process import STOPPED, tolerant_output, whole
from spec.usage import WrongUsage

REFUSALS: Final = (WrongUsage, pytest.UsageError, RunError)
"""What a listener says in a sentence, which a user can do something about."""
TWICE: Final = "user classes have the same class name"
"""What locust says where two locustfiles have a class."""

OF_LOCUST: Final = (NONCONFORMANT, -1)
"""The codes with which locust refuses something."""


def ends_in_a_sentence(function: Callable[..., None]) -> Callable[..., None]:
    """Let a listener end the process by a sentence and a code of the suite; locust would go on, or end with 1."""

    @wraps(function)
    def listener(*arguments: Any, **named: Any) -> None:
        try:
            function(*arguments, **named)
        except RunError as error:
            end(f"The target cannot be checked: {error}", INCONCLUSIVE)
        except REFUSALS as error:
            end(str(error), WRONG_USAGE)
        except Exception as error:
            end(f"{traceback.format_exc()}\nThe suite itself broke: {type(error).__name__}: {error}", INCONCLUSIVE)

    return listener


class Ending:
    """Lets a process wait for the end of what it has begun, unless somebody insists for longer on its own end."""

    def __init__(self) -> None:
        self._is_over = Event()
        self._is_over.set()
        self._asked_at: float | None = None

    def begin(self) -> None:
        """Know that there is something to end."""
        self._is_over.clear()

    def over(self) -> None:
        """Know that it has ended."""
        self._is_over.set()

    def wait(self) -> bool:
        """Wait for the end, for whoever asks in the seconds after the first one; for a later one, whether it was."""
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        return bool(self._is_over.wait(None if now - self._asked_at < SECONDS_TO_REPORT else 0.0))


class Codes:
    """Holds back the code of a violated promise until a report has it: locust ends with 1 for reasons of its own.

    Locust does so by `sys.exit` where it refuses something, at first its command line, and by a crash, as where its
    port is in use. Other crashes end as `spec.process` says, and what cannot be printed breaks nothing, as where a
    terminal was closed.
    """

    def __init__(self) -> None:
        self._reported: int | None = None
        self._is_accepted = False
        self._output = tolerant_output()
        self._crash = sys.excepthook
        sys.exit, sys.excepthook = self._exit, self._broken

    def accept(self) -> None:
        """Know that locust has accepted the command line, so that it refuses something else from now on."""
        self._is_accepted = True

    def report(self, code: int) -> None:
        """Take the code of a report."""
        self._reported = code

    def _exit(self, status: Any = None, /) -> NoReturn:
        if status in OF_LOCUST and status != self._reported:
            if _was_interrupted():
                end(STOPPED, INTERRUPTED)
            if not self._is_accepted:
                end("Locust refuses this command line; locust --help lists the options.", WRONG_USAGE)
            status = INCONCLUSIVE
        raise SystemExit(whole(self._output, status))

    def _broken(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, RPCError):
            end(f"{error}; name another address with --master-bind-host and --master-bind-port.", WRONG_USAGE)
        if TWICE in str(error):
            end(
                f"{error}: a locustfile with a subclass goes alone, and imports "
                "`from batches_conformance import locustfile`, not its class.",
                WRONG_USAGE,
            )
        self._crash(kind, error, trace)


def _was_interrupted() -> bool:
    """Whether locust ends workers that a process without a part has started, at a second Ctrl-C."""
    return getattr(signal.getsignal(signal.SIGINT), "has_run", False)


def refuse(message: str) -> NoReturn:
    """End the process since its command line cannot be read."""
    end(f"{message[:1].upper()}{message[1:]}; locust --help lists the options.", WRONG_USAGE)


def end(sentence: str, code: int) -> NoReturn:
    """End the process by a sentence and an exit code."""
    print(MASK.hide(sentence), file=sys.stderr, flush=True)
    raise SystemExit(code)
