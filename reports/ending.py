"""Lets a run end soon after Ctrl-C, SIGTERM or the end of its terminal, and once."""

import gc
import os
import signal
import sys
import warnings
from collections.abc import Generator
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any, Final

import pluggy
import pytest

from spec import signals

POSTPONED: Final = 0.01
"""Seconds by which an interrupt is put off where what is raised would be dropped."""


class PromptEnd:
    """Sees to it that an interrupt arrives, in this process and in the workers of xdist, and is dealt with quickly.

    Python drops what is raised while its garbage collector calls back, which Hypothesis lets it do all the time, and
    the interrupt with it. Workers notice Ctrl-C from a terminal only; one that has noticed it cleans up, and is not
    to be interrupted in that. A second interrupt of the run itself ends that too: what is still there stays in the
    journal. pytest renders every frame of the interrupted test, for a second or more, and shows the last.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._is_worker = hasattr(config, "workerinput")
        self._plugins = config.pluginmanager
        self._shows_all = bool(config.getoption("fulltrace", False))
        self._is_reported = not config.getoption("no_summary", False)
        self._interrupted_at: float | None = None
        self._is_interrupted = False
        self._is_interrupted_again = False
        self._is_at_end = False
        self._workers: dict[object, int] = {}
        self._before = {each: signal.getsignal(each) for each in signals.ENDING if signals.is_free(each)}
        for each in self._before:
            signal.signal(each, self._interrupt)
        if self._before and sys.platform != "win32":
            self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._interrupt)
        config.add_cleanup(self._give_back)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Leave what a second interrupt finds under way, and come to the end all the same."""
        try:
            return (yield)
        except KeyboardInterrupt:
            session.exitstatus = pytest.ExitCode.INTERRUPTED
            return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Let nothing disturb the last words, and let nothing that was left half-done count as an error."""
        self._is_at_end = True
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
        """Stop before the next test where the interrupted one took the interrupt for a failure of its own."""
        if self._interrupted_at is not None and not self._is_interrupted:
            raise KeyboardInterrupt

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Interrupt the workers too, forget all frames but the last, and let the report alone say what has happened."""
        terminal: Any = self._plugins.get_plugin("terminalreporter")
        if terminal and self._is_reported and not self._shows_all:
            terminal._report_keyboardinterrupt = lambda: None
        if excinfo.type is not KeyboardInterrupt:
            return
        self._is_interrupted = True
        self._interrupted_at = self._interrupted_at or monotonic()
        self._signal_workers(signal.SIGINT)
        _drop_frames_without_line(excinfo)
        if not self._shows_all:
            excinfo.value.__cause__ = None
            excinfo.traceback = excinfo.traceback[-1:]

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        signals.leave_terminal(number)
        is_postponed = sys.platform != "win32" and number == signal.SIGALRM
        if self._is_at_end or not (is_postponed or self._is_another()):
            return
        if sys.platform != "win32" and _is_called_back(frame):
            signal.setitimer(signal.ITIMER_REAL, POSTPONED)
            return
        if self._is_interrupted:
            self._is_interrupted_again = True
            if sys.platform != "win32":
                self._signal_workers(signal.SIGKILL)
        warnings.simplefilter("ignore", pluggy.PluggyTeardownRaisedWarning)
        raise KeyboardInterrupt

    def _is_another(self) -> bool:
        """Whether a signal is not the same as one that was received already, and is to be obeyed."""
        if self._interrupted_at is not None and (self._is_worker or monotonic() - self._interrupted_at < signals.SAME):
            return False
        self._interrupted_at = monotonic()
        return True

    def _give_back(self) -> None:
        """Restore what was there before; after a second interrupt nobody waits for threads that wait for an answer."""
        if sys.platform != "win32" and self._before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in self._before.items():
            signal.signal(each, handler)
        if self._is_interrupted_again:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(pytest.ExitCode.INTERRUPTED)

    def _signal_workers(self, number: signal.Signals) -> None:
        if sys.platform == "win32":
            return
        for process in self._workers.values():
            with suppress(ProcessLookupError):
                os.kill(process, number)


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
