"""Values of any sort, made fit for a report: plain JSON of a bounded depth and size."""

import json
import math
from collections.abc import Mapping, Sequence, Set
from itertools import islice
from typing import Any

from fixtures.words import unsigned
from spec.text import ELLIPSIS, shortened

DEPTH = 8
"""How deep a value may be nested before the rest of it is left out."""
SIZE = 8192
"""Characters of a value, written as JSON."""
BOUNDS = ((200, 1200), (50, 600), (20, 300), (8, 150), (4, 60))
"""How many entries of a list, and characters of a text, are kept: the first that lets a value fit its size."""
DIGITS = 40
"""Digits of a number beyond which it is shown as a text."""


def as_value(value: object) -> Any:
    """Return a value as plain JSON: sets sorted, unknown types as text, and what is too much left out."""
    for entries, characters in BOUNDS:
        plain = _plain(value, DEPTH, entries, characters)
        if len(json.dumps(plain, ensure_ascii=False)) <= SIZE:
            return plain
    return shortened(json.dumps(plain, ensure_ascii=False), SIZE)


def _plain(value: object, depth: int, entries: int, characters: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**DIGITS else ELLIPSIS
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _cut(value, characters)
    if isinstance(value, Mapping | Sequence | Set) and not isinstance(value, bytes):
        if depth == 0:
            return ELLIPSIS
        more = len(value) - entries
        if isinstance(value, Mapping):
            kept = {
                _cut(str(name), characters): _plain(part, depth - 1, entries, characters)
                for name, part in islice(value.items(), entries)
            }
            return {**kept, ELLIPSIS: f"{more} more"} if more > 0 else kept
        parts = sorted(value, key=str) if isinstance(value, Set) else value
        items = [_plain(part, depth - 1, entries, characters) for part in islice(parts, entries)]
        return [*items, f"{ELLIPSIS} {more} more"] if more > 0 else items
    return _cut(str(value), characters)


def _cut(text: str, characters: int) -> str:
    return unsigned(shortened(text, characters))
