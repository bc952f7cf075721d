"""Puts together what each test observed of the batches of a run."""

from dataclasses import replace
from typing import Final

from reports.model import Sighting, Timeline

BATCHES_KEPT: Final = 100
"""Batches whose statuses are kept, in the order of worker and exchange; further ones are counted."""
SIGHTINGS_KEPT: Final = 24
"""Changes of the status of one batch that are kept; further sightings are counted."""

_Key = tuple[str, int]


class Timelines:
    """The statuses of the batches of a run. What is observed of one batch has to be added in its order."""

    def __init__(self) -> None:
        """Start without a batch."""
        self._kept: dict[_Key, Timeline] = {}
        self._omitted: set[_Key] = set()

    def add(self, part: Timeline) -> None:
        """Add what was observed of one batch; a sighting of the status that it had before extends that one."""
        key = (part.worker, part.created)
        timeline = self._kept.get(key) or replace(part, sightings=())
        for sighting in part.sightings:
            timeline = _with(timeline, sighting)
        self._kept[key] = timeline
        if len(self._kept) > BATCHES_KEPT:
            last = max(self._kept)
            del self._kept[last]
            self._omitted.add(last)

    @property
    def kept(self) -> tuple[Timeline, ...]:
        """The batches that were kept, by worker and exchange."""
        return tuple(timeline for _, timeline in sorted(self._kept.items()))

    @property
    def omitted(self) -> int:
        """How many further batches there were."""
        return len(self._omitted)


def _with(timeline: Timeline, sighting: Sighting) -> Timeline:
    last = timeline.sightings[-1] if timeline.sightings else None
    if last and last.status == sighting.status and not timeline.sightings_omitted:
        longer = replace(last, last=sighting.last, times=last.times + sighting.times)
        return replace(timeline, sightings=(*timeline.sightings[:-1], longer))
    if len(timeline.sightings) >= SIGHTINGS_KEPT:
        return replace(timeline, sightings_omitted=timeline.sightings_omitted + sighting.times)
    return replace(timeline, sightings=(*timeline.sightings, sighting))
