"""Puts exchanges into the order of their answers, on disk, however many they are."""

import marshal
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from suites.recordings.address import Address
from suites.recordings.recorded import Recorded

AT_ONCE = 1_000
"""Exchanges that are read together."""
WRITTEN_AT_ONCE = 200
"""Exchanges that are written together, which have their place in a processor's cache."""
PAGE = 65_536
"""Bytes of a page of the file, as many as there can be, so that few exchanges lie on several."""
PAGES_IN_MEMORY = 32
"""Pages of the file that are kept in memory: 2 MiB."""
UNSHARED = 2
"""The version of packed data that looks for nothing that stands twice, which takes longer than it saves."""

Piece = list[tuple[bytes]]
"""Exchanges in order, packed."""


class Placed(NamedTuple):
    """An exchange of the service, where it went, and in which stretch of the recording it stands.

    A stretch is a part of the recording, the first being 0, within which no clock has stepped back.
    """

    address: Address
    stretch: int
    recorded: Recorded


class Spool:
    """Takes exchanges in any order and gives them in that of their answers.

    One whose time is not known comes where it stood in the recording. One that may explain what others show comes as
    early as it can have been made.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute(f"PRAGMA page_size = {PAGE}")
        self._file.execute(f"PRAGMA cache_size = {PAGES_IN_MEMORY}")
        self._file.execute("CREATE TABLE spooled (moment REAL, began REAL, number INTEGER, exchange BLOB)")
        self._waiting: list[tuple[float, float | None, int, bytes]] = []
        self._last = 0.0
        self._count = 0

    def add(self, placed: Placed, *, explains: bool = False) -> None:
        """Take an exchange, which may explain what others show, or not."""
        self._count += 1
        address, stretch, recorded = placed
        if recorded.started is not None:
            self._last = recorded.started + (recorded.seconds or 0.0)
        began = recorded.started - recorded.slack if explains and recorded.started is not None else None
        packed = marshal.dumps((tuple(address), stretch, tuple(recorded)), UNSHARED)
        self._waiting.append((self._last, began, recorded.number, packed))
        if len(self._waiting) >= WRITTEN_AT_ONCE:
            self._write()

    def __len__(self) -> int:
        return self._count

    def pieces(self, skew: float) -> Iterator[Piece]:
        """Yield what was taken, in order, so many exchanges at a time; their times are up to `skew` seconds off."""
        self._write()
        self._file.execute("UPDATE spooled SET moment = began - ? WHERE began IS NOT NULL", (skew,))
        self._file.execute("CREATE INDEX IF NOT EXISTS by_moment ON spooled (moment, number)")
        rows = self._file.execute("SELECT exchange FROM spooled ORDER BY moment, number")
        while piece := rows.fetchmany(AT_ONCE):
            yield piece

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def _write(self) -> None:
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO spooled VALUES (?, ?, ?, ?)", self._waiting)
        self._file.execute("COMMIT")
        self._waiting.clear()


def exchanges_of(piece: Piece) -> Iterator[Placed]:
    """Yield the exchanges of a piece."""
    for (packed,) in piece:
        address, stretch, recorded = marshal.loads(packed)
        yield Placed(Address._make(address), stretch, Recorded._make(recorded))
