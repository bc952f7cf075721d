"""The registry: complete, in the words of the contract, and fit to be printed."""

import inspect
import re
from collections import Counter

import pytest

from fixtures.mock import deviations
from fixtures.mock.deviations import DEVIATIONS
from fixtures.mock.variants import Variant
from spec import requirements


@pytest.mark.parametrize("requirement", requirements.load())
def test_each_requirement_can_be_broken(requirement: str) -> None:
    assert any(requirement in variant.requirements for variant in DEVIATIONS.values())


def test_no_two_deviations_say_the_same() -> None:
    sentences = Counter(variant.sentence for variant in DEVIATIONS.values())
    assert not [sentence for sentence, count in sentences.items() if count > 1]


def test_no_two_deviations_share_a_name() -> None:
    found = [
        variant.name
        for module in filter(inspect.ismodule, vars(deviations).values())
        for variant in vars(module).values()
        if isinstance(variant, Variant)
    ]
    assert sorted(found) == sorted(DEVIATIONS)


@pytest.mark.parametrize("variant", DEVIATIONS.values(), ids=DEVIATIONS)
def test_a_deviation_is_named_and_described(variant: Variant) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", variant.name)
    assert re.fullmatch(r"[^.\n]+\.", variant.sentence)
    assert variant.requirements
    assert set(variant.requirements) <= set(requirements.load())
