"""What an oracle remembers: the latest of what it saw, so that traffic without an end fits into memory."""

from collections.abc import Iterator, MutableMapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST_REMEMBERED = 4_000
"""Entries beyond which the one that was written first is forgotten."""


class Memory(MutableMapping[K, V]):
    """A mapping that forgets what was not written for long.

    The caches of cachetools forget by reads as well, or by the first write alone.
    """

    def __init__(self) -> None:
        self._entries: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._entries.pop(key, None)
        self._entries[key] = value
        if len(self._entries) > MOST_REMEMBERED:
            del self._entries[next(iter(self._entries))]

    def __delitem__(self, key: K) -> None:
        del self._entries[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
