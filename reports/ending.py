"""Lets a run end soon after Ctrl-C, and once."""

import gc
import os
import signal
import sys
import warnings
from contextlib import suppress
from types import FrameType
from typing import Any, Final

import pytest

POSTPONED: Final = 0.01
"""Seconds by which Ctrl-C is put off where what is raised would be dropped."""


class PromptEnd:
    """Sees to it that Ctrl-C arrives, in this process and in the workers of xdist, and is dealt with quickly.

    Python drops what is raised while its garbage collector calls back, which Hypothesis lets it do all the time, and
    Ctrl-C with it. Workers hear of Ctrl-C from a terminal only; one that has heard of it cleans up, and is not to be
    interrupted in that. pytest renders every frame of the interrupted test, for a second or more, and shows the last.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._is_worker = hasattr(config, "workerinput")
        self._shows_all = bool(config.getoption("fulltrace", False))
        self._is_asked_for = False
        self._is_interrupted = False
        self._workers: dict[object, int] = {}
        self._handles = sys.platform != "win32" and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._handles:
            signal.signal(signal.SIGINT, self._interrupt)
            signal.signal(signal.SIGALRM, self._interrupt)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Let the next Ctrl-C be an ordinary one, and let nothing that this one left half-done count as an error."""
        self._stop_handling()
        if self._is_interrupted:
            warnings.simplefilter("ignore", pytest.PytestUnraisableExceptionWarning)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Remember the process of a worker on this machine."""
        if node.gateway.spec.popen:
            self._workers[node] = node.gateway._io.popen.pid

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget a worker that has ended."""
        self._workers.pop(node, None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """Stop before the next test where the interrupted one took Ctrl-C for a failure of its own."""
        if self._is_asked_for and not self._is_interrupted:
            raise KeyboardInterrupt

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Interrupt the workers too, and forget all frames but the last."""
        if excinfo.type is not KeyboardInterrupt:
            return
        self._is_interrupted = True
        self._stop_handling()
        if self._is_worker:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._interrupt_workers()
        _drop_frames_without_line(excinfo)
        if not self._shows_all:
            excinfo.value.__cause__ = None
            excinfo.traceback = excinfo.traceback[-1:]

    def _interrupt(self, _number: int, frame: FrameType | None) -> None:
        self._is_asked_for = True
        if _is_called_back(frame):
            signal.setitimer(signal.ITIMER_REAL, POSTPONED)
        else:
            raise KeyboardInterrupt

    def _stop_handling(self) -> None:
        if self._handles:
            self._handles = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _interrupt_workers(self) -> None:
        if sys.platform == "win32":
            return
        for process in self._workers.values():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGINT)


def _is_called_back(frame: FrameType | None) -> bool:
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def _drop_frames_without_line(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Keep pytest from breaking at a frame that was interrupted between two lines."""
    shown = excinfo.traceback.filter(excinfo).filter(_has_line)
    if shown:
        excinfo.traceback = shown


def _has_line(entry: Any) -> bool:
    try:
        return bool(entry.lineno is not None)
    except TypeError:
        return False
