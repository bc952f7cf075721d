"""The versions of the suite, and of the packages that it ran with."""

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

_PROJECT: Final = Path(__file__).parent.parent / "pyproject.toml"
_PACKAGES: Final = ("httpx", "hypothesis", "jsonschema", "pytest", "pytest-xdist", "schemathesis")


@cache
def suite_version() -> str:
    """Return the version of the suite."""
    version: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return version


def packages() -> dict[str, str]:
    """Return the versions of the packages that a result may depend on, of those that are there."""
    return {name: version for name in _PACKAGES if (version := _version(name))}


@cache
def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
