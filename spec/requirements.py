"""The requirements of `requirements.yaml`, loaded and checked for shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from spec.reading import read_yaml

FILE = Path(__file__).with_name("requirements.yaml")

Level = Literal["must", "should"]


@dataclass(frozen=True)
class Requirement:
    """One promise of the contract that can be checked.

    `covers` names elements of `openapi.yaml` (see `spec.elements`), `needs` capabilities of the target, and `floor`
    the number of observations below which the requirement counts as not exercised.
    """

    id: str
    level: Level
    statement: str
    source: str
    covers: tuple[str, ...]
    needs: tuple[str, ...] = ()
    floor: int = 1


@dataclass(frozen=True)
class OpenPoint:
    """Something that the sources leave open, and why it must not be asserted."""

    what: str
    why: str


@cache
def _document() -> Mapping[str, Any]:
    return read_yaml(FILE)


@cache
def load() -> dict[str, Requirement]:
    """All requirements by id, in the order of the file. Raises `ValueError` when an id stands there twice."""
    requirements: dict[str, Requirement] = {}
    for entry in _document()["requirements"]:
        fields = {**entry, "covers": tuple(entry["covers"]), "needs": tuple(entry.get("needs", ()))}
        requirement = Requirement(**fields)
        if requirement.id in requirements:
            raise ValueError(f"{FILE.name} has the requirement {requirement.id} twice")
        requirements[requirement.id] = requirement
    return requirements


@cache
def capabilities() -> dict[str, str]:
    """What a requirement may need of the target beyond the contract, each described."""
    return dict(_document()["capabilities"])


@cache
def uncovered() -> dict[str, str]:
    """Elements of the contract that no requirement covers, each with the reason."""
    return dict(_document()["uncovered"])


@cache
def open_points() -> tuple[OpenPoint, ...]:
    """What the sources leave open."""
    return tuple(OpenPoint(**entry) for entry in _document()["open"])
