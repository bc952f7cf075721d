"""Builds the extra `locked` of the package: the versions of `run.lock`, for installers that read no lock file."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LOCK = "requirements/run.lock"


class LockedExtra(MetadataHookInterface):
    """The hook by which hatchling asks for the extra."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the extra to the metadata of the package."""
        lock = (Path(self.root) / LOCK).read_text(encoding="utf-8")
        pinned = [line.removesuffix(" \\").strip() for line in lock.splitlines() if "==" in line and line[0].isalnum()]
        metadata["optional-dependencies"] = {"locked": pinned}
