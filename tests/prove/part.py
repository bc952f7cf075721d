"""A part of a proof that takes longer than a night: one of several, which together are the whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

T = TypeVar("T")


@dataclass(frozen=True)
class ProofPart:
    """Which one of how many parts, counted from one."""

    number: int
    parts: int

    def of(self, items: Sequence[T]) -> list[T]:
        """Take one item of every `parts`; all parts together have each item once."""
        return list(items[self.number - 1 :: self.parts])


class PartType(click.ParamType[ProofPart]):
    """The type of an option that names a part, as in 2/5."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ProofPart:
        """Read K/N."""
        found = re.fullmatch(r"(\d+)/(\d+)", value)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f"{value} is not a part: write 2/5 for the second of five.", param, ctx)
        return ProofPart(int(found[1]), int(found[2]))
