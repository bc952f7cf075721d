"""Builds the extras of the package: `locked` by `run.lock`, for installers that read no lock file, and `load`."""

import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LOCK = "requirements/run.lock"


class LockedExtra(MetadataHookInterface):
    """The hook by which hatchling asks for the extras."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the extras to the metadata of the package."""
        lock = (Path(self.root) / LOCK).read_text(encoding="utf-8")
        pinned = [line.removesuffix(" \\").strip() for line in lock.splitlines() if "==" in line and line[0].isalnum()]
        groups = tomllib.loads((Path(self.root) / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
        metadata["optional-dependencies"] = {"locked": pinned, "load": groups["load"]}
