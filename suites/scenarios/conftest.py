"""What several scenarios look at: a series of batches, and a directory that no batch was made of."""

from dataclasses import dataclass

import pytest

from fixtures.directories import Directories, Directory
from fixtures.target import OTHER, Target
from spec.requirements import capabilities
from suites.moments import Moment, moment
from suites.scenarios.varied import Varied
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED

HELD_SECONDS = 1e8
"""How long a scripted batch of the series stays in a status that would otherwise pass."""

SCRIPTS: tuple[tuple[list[tuple[str, float]], str], ...] = (
    ([("PENDING", 1.0)], COMPLETED),
    ([("RUNNING", 1.0)], "FAILED"),
    ([("PENDING", HELD_SECONDS)], COMPLETED),
    ([("RUNNING", 1.0)], "CANCELLED"),
    ([("RUNNING", HELD_SECONDS)], COMPLETED),
    ([("THROTTLED", HELD_SECONDS)], COMPLETED),
    ([("PENDING", 1.0), ("RUNNING", 1.0)], COMPLETED),
)
"""The scripts of the series where the target can be controlled: each status is held by one batch or more."""

UNREAD_AFTER = (2, 4)
"""After which batches of the series one is created over another directory."""


@dataclass
class Series:
    """Batches over one directory of one file, created one after the other, whose statuses move no more.

    `unread` were created between them over another directory, and no scenario reads them by id; they are as their
    creates have shown them. `created_by` is when all of these had been created, on the target's clock, and `seconds`
    is how long it took until the series moved no more.
    """

    directory: Directory
    batches: list[Batch]
    unread: list[Batch]
    created_by: float
    seconds: float

    @property
    def ids(self) -> set[str]:
        """The ids of all of them."""
        return {batch["id"] for batch in self.batches}

    @property
    def known(self) -> set[str]:
        """Their ids, and those of the unread ones."""
        return self.ids | {batch["id"] for batch in self.unread}

    def created(self) -> list[tuple[Moment, Batch]]:
        """Them with their creation times, in order of time. Skips the test when the target gives none."""
        timed = [(created, batch) for batch in self.batches if (created := moment(batch.get("created_at")))]
        if len(timed) < len(self.batches):
            pytest.skip("needs created_at, which the target leaves out")
        return sorted(timed, key=lambda pair: pair[0].instant)


@pytest.fixture(scope="session")
def series(steps: Steps, directories: Directories, target: Target) -> Series:
    """Return the series, as the target shows it when nothing in it moves any more."""
    directory, other = directories.holding(1, "series"), directories.holding(1, "unread")
    began, created, unread = target.now, [], []
    for place, (script, end) in enumerate(SCRIPTS):
        if target.control is not None:
            steps.set_script(directory, script, end)
        created.append(steps.create(directory))
        if place in UNREAD_AFTER:
            unread.append(steps.create(other))
    created_by = target.now
    at_rest = [_at_rest(steps, batch, script) for batch, (script, _) in zip(created, SCRIPTS, strict=True)]
    return Series(directory, at_rest, unread, created_by, target.now - began)


def _at_rest(steps: Steps, batch: Batch, script: list[tuple[str, float]]) -> Batch:
    is_held = steps.target.control is not None and script[0][1] == HELD_SECONDS
    return steps.get(batch["id"]) if is_held else steps.finish(batch)


@pytest.fixture(scope="session")
def varied(steps: Steps, directories: Directories, run_id: str) -> Varied:
    """Give directories of files that are not all alike, and batches over them."""
    return Varied(steps, directories, run_id)


@pytest.fixture(scope="session")
def idle(directories: Directories) -> Directory:
    """Return a directory of one file over which no create is meant to succeed."""
    return directories.holding(1, "idle")


@pytest.fixture(scope="session")
def other_key(target: Target) -> str:
    """Return the caller with a key of another project. Skips where there is none."""
    if not target.keys[OTHER]:
        pytest.skip(f"needs {capabilities()['other-key']}")
    return OTHER
