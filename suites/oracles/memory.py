"""What an oracle remembers: the latest of what it saw, so that traffic without an end fits into memory."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST_REMEMBERED = 2_000
"""Entries beyond which the one that was written first is forgotten."""


class Memory(OrderedDict[K, V]):
    """A mapping that forgets what was not written for long: by `memory[key] = value`, `setdefault` or `made`.

    The caches of cachetools forget by reads as well, or by the first write alone. The first entry of a plain dictionary
    takes ever longer to find where many have been deleted before it.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        known = len(self)
        OrderedDict.__setitem__(self, key, value)
        if len(self) == known:
            self.move_to_end(key)
        elif known >= self._most:
            self.popitem(last=False)

    def setdefault(self, key: K, default: V) -> V:
        """Return what is remembered, which is the default from now on if it was nothing."""
        if key in self:
            return self[key]
        self[key] = default
        return default

    def made(self, key: K, make: Callable[[], V]) -> V:
        """Return what is remembered, which is made now if it was nothing."""
        known = self.get(key)
        if known is None:
            known = self[key] = make()
        return known
