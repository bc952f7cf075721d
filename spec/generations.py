"""The generations of the API: what each differs by from the core, and the whole that this makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from spec import openapi, requirements
from spec.patch import patched
from spec.requirements import Requirement
from spec.yaml_files import read_yaml

FILE = Path(__file__).with_name("generations.yaml")


@dataclass(frozen=True)
class Generation:
    """A state of the API that clients were made for.

    `clients` are the first and the last version of the official clients that speak it, `profiles` the additions to the
    contract that it has, and `setup` is a JSON merge patch over the set-up document.
    """

    name: str
    clients: tuple[str, str]
    summary: str
    profiles: tuple[str, ...]
    setup: dict[str, Any] = field(repr=False, compare=False)


@cache
def _content() -> dict[str, Any]:
    return read_yaml(FILE)


@cache
def load() -> dict[str, Generation]:
    """All generations by name, the oldest first."""
    return {
        entry["name"]: Generation(
            name=entry["name"],
            clients=(entry["clients"][0], entry["clients"][1]),
            summary=entry["summary"],
            profiles=tuple(entry["profiles"]),
            setup=entry["setup"],
        )
        for entry in _content()["generations"]
    }


def contract(name: str) -> dict[str, Any]:
    """Return the whole OpenAPI document of a generation: the contract with its profiles, and the set-up operations.

    Raises `KeyError` for a generation that does not exist.
    """
    generation = load()[name]
    promised = openapi.contract(*generation.profiles)
    setup = patched(patched(openapi.document(openapi.SETUP), _content()["setup"]), generation.setup)
    kinds = setup["components"].keys() | promised["components"].keys()
    return {
        **promised,
        "tags": [*promised["tags"], *setup["tags"]],
        "paths": {**setup["paths"], **promised["paths"]},
        "components": {
            kind: {**setup["components"].get(kind, {}), **promised["components"].get(kind, {})}
            for kind in sorted(kinds)
        },
    }


def requirements_of(name: str) -> Mapping[str, Requirement]:
    """Return the requirements of a generation by id. Raises `KeyError` for a generation that does not exist."""
    return requirements.of(load()[name].profiles)
