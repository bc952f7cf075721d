"""The limits of the rate that the service publishes, and the least time that anything takes under them."""

from dataclasses import dataclass
from math import ceil
from typing import Final


@dataclass(frozen=True)
class Limit:
    """So many of something are taken within any so many seconds."""

    most: int
    seconds: float

    def seconds_of(self, count: float) -> float:
        """Return the least seconds from the first of so many to the last."""
        return max(ceil(count / self.most) - 1, 0) * self.seconds


UPLOADS: Final = Limit(250, 5.0)
"""Uploads into a project: 50 a second, counted over five seconds."""
REQUESTS: Final = Limit(20, 60.0)
"""Requests of an organization on the smallest plan."""


def on_smallest_plan(requests: float, uploads: float) -> float:
    """Return the least seconds that so many requests take, uploads among them, on the smallest plan."""
    return max(REQUESTS.seconds_of(requests), UPLOADS.seconds_of(uploads))
