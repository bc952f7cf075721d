"""The signals by which terminals, CI and `timeout` end a command. Each is taken for Ctrl-C, and raises the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Final

NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
ENDING: Final[tuple[signal.Signals, ...]] = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
"""Those that this system has. Windows has SIGBREAK in the place of SIGHUP, and ends at a SIGTERM without a word."""
SAME: Final = 1.0
"""Seconds within which several signals are one: terminals, tox and `timeout` send to a process and to its group."""
FURTHEST: Final = 256
"""Number of a file descriptor beyond which no terminal is looked for."""

_last = [float("-inf")]
"""When the last signal arrived, in monotonic seconds."""


def take() -> None:
    """Raise `KeyboardInterrupt` at each of the signals from now on, but where somebody else has it or ignores it."""
    for each in ENDING:
        if is_free(each):
            signal.signal(each, interrupt)


def is_free(number: signal.Signals) -> bool:
    """Tell whether a signal may be taken here: it has its usual effect, or the one that `take` has given it."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler, interrupt)


def interrupt(number: int, _frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`, once for signals that are one."""
    leave_terminal(number)
    now = monotonic()
    is_same = now - _last[0] < SAME
    _last[0] = now
    if not is_same:
        raise KeyboardInterrupt


def leave_terminal(number: int) -> None:
    """Let what is written to a terminal that was closed, as SIGHUP says, come to nothing in place of an error."""
    if sys.platform == "win32" or number != signal.SIGHUP:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(FURTHEST):
        with suppress(OSError):
            if os.isatty(descriptor):
                os.dup2(nothing, descriptor)
    os.close(nothing)
