"""The requirements of `requirements.yaml`, loaded and checked for shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from spec import profiles
from spec.enumerations import enumerated
from spec.yaml_files import read_yaml

FILE = Path(__file__).with_name("requirements.yaml")

Level = Literal["must", "should"]


@dataclass(frozen=True)
class Requirement:
    """One promise of the contract that can be checked.

    `source` says where it is promised, and `rests_on` what stands there, in our own words. `covers` names elements of
    `openapi.yaml` (see `spec.elements`), `needs` capabilities of the target, and `min_observations` how many
    observations it takes: with fewer the requirement counts as not exercised. `profile` is the addition to the contract
    that it belongs to, `None` in the core.
    """

    id: str
    level: Level
    statement: str
    source: str
    rests_on: str
    covers: tuple[str, ...]
    needs: tuple[str, ...] = ()
    min_observations: int = 1
    profile: str | None = None


@dataclass(frozen=True)
class Citation:
    """A place in a source: the document, and where in it. Of a client its version comes first."""

    document: str
    where: str

    def __str__(self) -> str:
        return f"{self.document}: {self.where}"


@dataclass(frozen=True)
class OpenPoint:
    """Something that the sources leave open, and why it must not be asserted."""

    what: str
    why: str


@cache
def _parts() -> Mapping[str | None, Mapping[str, Any]]:
    """Return the core and the profiles by name, as their files have them."""
    return {None: read_yaml(FILE), **{name: profile.content for name, profile in profiles.load().items()}}


@cache
def load() -> dict[str, Requirement]:
    """All requirements by id, those of the core first. Raises `ValueError` when an id stands there twice."""
    requirements: dict[str, Requirement] = {}
    for profile, part in _parts().items():
        for entry in part["requirements"]:
            covers = dict.fromkeys(element for pattern in entry["covers"] for element in enumerated(pattern))
            fields = {**entry, "covers": tuple(covers), "needs": tuple(entry.get("needs", ()))}
            requirement = Requirement(**fields, profile=profile)
            if requirement.id in requirements:
                raise ValueError(f"the contract has the requirement {requirement.id} twice")
            requirements[requirement.id] = requirement
    return requirements


def of(asked: Iterable[str]) -> dict[str, Requirement]:
    """Return the requirements of the core and of the profiles that are asked for."""
    parts = {None, *asked}
    return {id_: requirement for id_, requirement in load().items() if requirement.profile in parts}


def profile_of(id_: str) -> str | None:
    """Return the profile of a requirement, `None` for one of the core, and for one that the contract does not have."""
    known = load().get(id_)
    return known.profile if known else None


@cache
def capabilities() -> dict[str, str]:
    """Return what a requirement may need of the target beyond the contract, each described."""
    return {name: description for part in _parts().values() for name, description in part["capabilities"].items()}


@cache
def sources() -> dict[str, str]:
    """Return the documents that sources name, by the first word of it."""
    return dict(_parts()[None]["sources"])


def citations(source: str) -> tuple[Citation, ...]:
    """Take a source such as `guide, list batches; client 2.9, error mapping` apart."""
    return tuple(_citation(part) for part in source.split("; "))


def _citation(part: str) -> Citation:
    name, _, rest = part.partition(" ")
    return Citation(sources().get(name.rstrip(","), name.rstrip(",")), rest or "as a whole")


@cache
def uncovered() -> dict[str, str]:
    """Return the elements of the contract that no requirement covers, each with the reason."""
    return {element: reason for part in _parts().values() for element, reason in part["uncovered"].items()}


def open_points(profile: str | None = None) -> tuple[OpenPoint, ...]:
    """Return what the sources leave open about the core, or about a profile."""
    return tuple(OpenPoint(**entry) for entry in _parts()[profile]["open"])
