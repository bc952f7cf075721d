"""Alternatives of which a value keeps exactly one: which of them go together, and what selects one by its name."""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

from spec.diff.containment import are_apart, have_in_common, together
from spec.diff.document import Document, Node, Schema
from spec.diff.shapes import atoms, but_null

_JOINING: Final = frozenset({"$ref", "allOf", "oneOf"})
"""Keywords by which a schema has others in it that are looked at beside it."""


@dataclass(frozen=True)
class Discriminator:
    """The field by whose value one of several alternatives is selected, and the names of those that values select."""

    field: str
    names: dict[str, str]


def overlap(old: tuple[Document, Node], new: tuple[Document, Node]) -> tuple[Schema, Schema] | None:
    """Return two alternatives that go together for a value that old admits, where new admits what keeps exactly one.

    `None` where there are none, or nobody can tell; also where alternatives of old may go together already, or one is
    selected by name.
    """
    before, after = old[0], new[0]
    pairs = [pair for union in _unions(*new) for pair in combinations(but_null(union), 2)]
    if not pairs or not all(
        are_apart(before, pair) for union in _unions(*old) for pair in combinations(but_null(union), 2)
    ):
        return None
    admitted = _admitted(*old)
    return next(
        (
            pair
            for pair in pairs
            if any(have_in_common(before, together(parts), after, together(pair)) for parts in admitted)
        ),
        None,
    )


def discriminators(document: Document, node: Node) -> list[Discriminator]:
    """Return by what alternatives of a node are selected, where it is said which value selects which."""
    found = [part.get("discriminator") for part in atoms(document, node)]
    return [
        Discriminator(
            said["propertyName"], {str(value): str(at).rpartition("/")[2] for value, at in said["mapping"].items()}
        )
        for said in found
        if isinstance(said, dict)
        and isinstance(said.get("mapping"), dict)
        and isinstance(said.get("propertyName"), str)
    ]


def _unions(document: Document, node: Node) -> list[list[Schema]]:
    """Return the alternatives of which a value keeps exactly one, without those that are selected by name."""
    parts = [part for part in atoms(document, node) if "discriminator" not in part]
    return [part["oneOf"] for part in parts if len(but_null(part.get("oneOf", ()))) > 1]


def _admitted(document: Document, node: Node) -> list[Node]:
    """Return what a node admits, one alternative at a time: of several at once nobody can tell as much."""
    unions = _unions(document, node)
    if len(unions) != 1:
        return [node]
    beside = [{key: said for key, said in part.items() if key not in _JOINING} for part in atoms(document, node)]
    return [(one, *beside) for one in unions[0]]
