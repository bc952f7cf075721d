"""Percentiles of what is counted by value."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate


def percentiles(counts: Counter[float], *shares: float) -> list[float]:
    """Compute the percentiles of these shares; 0 where nothing is counted."""
    if not counts:
        return [0.0 for _ in shares]
    values = sorted(counts)
    until = list(accumulate(counts[value] for value in values))
    return [values[bisect_left(until, share * until[-1])] for share in shares]
