"""Puts together what each test saw of the batches of a run."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reports.model import Sighting, Timeline

BATCHES_KEPT: Final = 100
"""Batches whose way is kept, in the order of worker and exchange; further ones are counted."""
SIGHTINGS_KEPT: Final = 24
"""Changes of the status of one batch that are kept; further sightings are counted."""

_Key = tuple[str, int]


class Course:
    """The ways of the batches of a run. What is seen of one batch has to be added in its order."""

    def __init__(self) -> None:
        """Start without a batch."""
        self._kept: dict[_Key, Timeline] = {}
        self._left_out: set[_Key] = set()

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add what was seen of one batch, a sighting of the status that it had before prolonging that one."""
        key = (str(entry["worker"]), int(entry["created"]))
        sightings = [_sighting(each) for each in entry["sightings"]]
        known = self._kept.get(key) or Timeline(str(entry["id"]), str(entry["job_type"]), *key, (), 0)
        for sighting in sightings:
            known = _with(known, sighting)
        self._kept[key] = known
        if len(self._kept) > BATCHES_KEPT:
            last = max(self._kept)
            del self._kept[last]
            self._left_out.add(last)

    @property
    def timelines(self) -> tuple[Timeline, ...]:
        """The batches that were kept, by worker and exchange."""
        return tuple(timeline for _, timeline in sorted(self._kept.items()))

    @property
    def left_out(self) -> int:
        """How many further batches there were."""
        return len(self._left_out)


def _with(timeline: Timeline, sighting: Sighting) -> Timeline:
    last = timeline.sightings[-1] if timeline.sightings else None
    if last and last.status == sighting.status and not timeline.sightings_left_out:
        longer = replace(last, last=sighting.last, times=last.times + sighting.times)
        return replace(timeline, sightings=(*timeline.sightings[:-1], longer))
    if len(timeline.sightings) >= SIGHTINGS_KEPT:
        return replace(timeline, sightings_left_out=timeline.sightings_left_out + sighting.times)
    return replace(timeline, sightings=(*timeline.sightings, sighting))


def _sighting(entry: Mapping[str, Any]) -> Sighting:
    first, last = float(entry["first"]), float(entry["last"])
    if not (math.isfinite(first) and math.isfinite(last)):
        raise ValueError(f"{first} to {last} is no time in seconds")
    return Sighting(
        status=str(entry["status"]),
        first=first,
        last=last,
        times=int(entry["times"]),
        exchange=int(entry["exchange"]),
    )
