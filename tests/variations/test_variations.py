"""Variations are well formed, work, and can be combined."""

import asyncio
import random
import re
from itertools import combinations

import pytest

from fixtures.mock.variants import Variant
from fixtures.mock.variations import THEMES, VARIATIONS
from tests.variations.story import tell

PAIRS = 25


def pairs() -> list[tuple[Variant, Variant]]:
    """The same pairs in every run, chosen blindly."""
    return random.Random(PAIRS).sample(list(combinations(VARIATIONS.values(), 2)), PAIRS)


def test_names_are_unique() -> None:
    variants = [variant for theme in THEMES for variant in theme.VARIANTS]
    assert len(VARIATIONS) == len(variants)
    assert len({variant.sentence for variant in variants}) == len(variants)


@pytest.mark.parametrize("variant", VARIATIONS.values(), ids=VARIATIONS)
def test_a_variation_is_described_and_breaks_nothing(variant: Variant) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", variant.name)
    assert re.fullmatch(r"\S.*\.", variant.sentence)
    assert not variant.requirements


@pytest.mark.parametrize("variant", VARIATIONS.values(), ids=VARIATIONS)
def test_a_variation_works(variant: Variant) -> None:
    asyncio.run(tell([variant]))


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: "+".join(each.name for each in pair))
def test_two_variations_work_together(pair: tuple[Variant, Variant]) -> None:
    asyncio.run(tell(pair))
    asyncio.run(tell(pair[::-1]))
