"""Keeps the report files up to date while a run goes on."""

import threading
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Final

INTERVAL: Final = 1.0
"""Seconds between two writings, at least."""
SHARE: Final = 0.02
"""Part of the time that writing may take; after a slow one the next waits longer."""


class Keeper:
    """Writes what has changed, in a thread of its own, so that no test waits for it.

    `write` is called whenever something has changed since, after a pause. A file that cannot be written is tried again
    at the next change; at the end of the run the caller writes it once more, and reports a failure.
    """

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="report", daemon=True)

    def start(self) -> None:
        """Start, with a pause."""
        self._thread.start()

    def note(self) -> None:
        """Note that something has changed."""
        self._changed.set()

    def stop(self) -> None:
        """Stop after the current writing; do nothing where it never started."""
        self._stopped.set()
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _keep(self) -> None:
        pause = INTERVAL
        while not self._stopped.wait(pause):
            self._changed.wait()
            if self._stopped.is_set():
                return
            self._changed.clear()
            began = perf_counter()
            with suppress(OSError):
                self._write()
            pause = max(INTERVAL, (perf_counter() - began) / SHARE)
