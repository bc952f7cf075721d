"""Profiles: later additions to the contract, each kept as what it adds to the core.

The file of a profile has its `info` with a version, its `requirements`, `capabilities`, `uncovered` and `open` as
`spec/requirements.yaml` has them, and `openapi`, a JSON merge patch (RFC 7396) over `spec/openapi.yaml`.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from spec.yaml_files import read_yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Profile:
    """An addition to the contract that a service may have. `content` is the file's."""

    name: str
    content: dict[str, Any] = field(repr=False, compare=False)

    @property
    def version(self) -> str:
        """The version of the profile."""
        version: str = self.content["info"]["version"]
        return version

    @property
    def summary(self) -> str:
        """What the profile adds, in a sentence."""
        summary: str = self.content["info"]["summary"]
        return summary

    @property
    def patch(self) -> dict[str, Any]:
        """What it adds to the OpenAPI document of the core, as a JSON merge patch."""
        patch: dict[str, Any] = self.content["openapi"]
        return patch


@cache
def load() -> dict[str, Profile]:
    """All profiles by name."""
    return {path.stem: Profile(path.stem, read_yaml(path)) for path in sorted(FOLDER.glob("*.yaml"))}
