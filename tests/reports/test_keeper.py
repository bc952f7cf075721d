"""What has changed is written in time, and not too often."""

import threading
import time
from collections.abc import Callable

import pytest

from reports import keeper
from reports.keeper import Keeper

TIME_LIMIT = 10.0
SLOW = 0.05
"""Seconds that a slow writing takes."""


class Notebook:
    """Counts what a keeper writes, and lets a test wait for it."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.written = 0
        self._act = act
        self._new = threading.Semaphore(0)

    def write(self) -> None:
        self.written += 1
        self._new.release()
        self._act()

    def wait(self) -> None:
        assert self._new.acquire(timeout=TIME_LIMIT)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "INTERVAL", 0.01)


def test_the_last_change_is_written_without_another_one() -> None:
    notebook = Notebook()
    kept = Keeper(notebook.write)
    kept.note()
    kept.start()
    notebook.wait()
    kept.note()
    notebook.wait()
    kept.stop()
    assert notebook.written == 2


def test_nothing_is_written_where_nothing_changes() -> None:
    notebook = Notebook()
    kept = Keeper(notebook.write)
    kept.start()
    kept.stop()
    assert notebook.written == 0


def test_one_that_never_started_can_be_stopped() -> None:
    Keeper(Notebook().write).stop()


def test_changes_that_come_fast_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "INTERVAL", TIME_LIMIT)
    notebook = Notebook()
    kept = Keeper(notebook.write)
    kept.start()
    for _ in range(1000):
        kept.note()
    kept.stop()
    assert notebook.written == 0


def test_a_slow_writing_is_followed_by_a_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SHARE", 0.25)
    moments: list[float] = []

    def act() -> None:
        moments.append(time.perf_counter())
        threading.Event().wait(SLOW)
        moments.append(time.perf_counter())

    notebook = Notebook(act)
    kept = Keeper(notebook.write)
    kept.start()
    for _ in range(2):
        kept.note()
        notebook.wait()
    kept.stop()
    began, ended, began_again, _ = moments
    assert began_again - ended >= (ended - began) / keeper.SHARE * 0.99


def test_a_file_that_cannot_be_written_is_tried_again() -> None:
    def fail() -> None:
        raise OSError("no space left")

    notebook = Notebook(fail)
    kept = Keeper(notebook.write)
    kept.start()
    for _ in range(2):
        kept.note()
        notebook.wait()
    kept.stop()
    assert notebook.written == 2
