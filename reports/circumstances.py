"""What a report tells of the suite itself and of where it ran."""

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

_PROJECT: Final = Path(__file__).parent.parent / "pyproject.toml"
_PACKAGES: Final = ("httpx", "hypothesis", "jsonschema", "pytest", "pytest-xdist", "schemathesis")


@cache
def suite_version() -> str:
    """Tell the version of the suite."""
    version: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return version


def packages() -> dict[str, str]:
    """Tell the versions of the packages that a result may depend on, of those that are there."""
    return {name: version for name in _PACKAGES if (version := _version(name))}


@cache
def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
