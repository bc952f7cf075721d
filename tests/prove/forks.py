"""The pool of forks in which a proof runs the suite, each run in a process of its own."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.pool import Pool


@contextmanager
def forks(jobs: int) -> Iterator[Pool]:
    """Open a pool of so many processes at a time, which does every piece of work in a fresh fork of this process."""
    import_module("tests.warm")
    with multiprocessing.get_context("fork").Pool(jobs, _leave_signals_to_parent, maxtasksperchild=1) as pool:
        yield pool
        # One that has just been forked may miss the SIGTERM at the end of the block, so all end by themselves before.
        pool.close()
        pool.join()


def _leave_signals_to_parent() -> None:
    """Ignore Ctrl-C, which a terminal sends to every process: the parent handles it, and ends the forks by SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
