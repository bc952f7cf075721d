"""What may be gone by rights: what is long over, and what was made of files that were deleted."""

from suites.oracles.memory import Memory
from suites.traffic import DELETIONS, Call

KEPT = 86_400.0
"""Seconds for which batches and jobs are surely kept: how long is not said, and a day is not long."""


class Losses:
    """Why a batch or a job may be gone; of deletions, it remembers in which directories they were.

    What becomes of a batch when its directory or a file of it is deleted, nobody says.
    """

    def __init__(self) -> None:
        self._directories: Memory[str, None] = Memory()

    def note(self, call: Call) -> None:
        """Remember the directory of a deletion that was not refused."""
        if call.name in DELETIONS and not call.refused:
            self._directories[call.path["directory_id"]] = None

    def explain(self, directory_id: object, seconds: float) -> bool:
        """Whether what was made of a directory may be gone that was shown so many seconds ago."""
        return seconds >= KEPT or (isinstance(directory_id, str) and directory_id in self._directories)
