"""The registry: complete, in the words of the contract, and fit to be printed."""

import inspect
import re
from collections import Counter

import pytest

from fixtures.mock import faults
from fixtures.mock.faults import FAULTS
from fixtures.mock.variants import Variant
from spec import requirements


@pytest.mark.parametrize("requirement", requirements.load())
def test_each_requirement_can_be_broken(requirement: str) -> None:
    assert any(requirement in variant.requirements for variant in FAULTS.values())


def test_no_two_faults_say_the_same() -> None:
    sentences = Counter(variant.sentence for variant in FAULTS.values())
    assert not [sentence for sentence, count in sentences.items() if count > 1]


def test_no_two_faults_share_a_name() -> None:
    found = [
        variant.name
        for module in filter(inspect.ismodule, vars(faults).values())
        for variant in vars(module).values()
        if isinstance(variant, Variant)
    ]
    assert sorted(found) == sorted(FAULTS)


@pytest.mark.parametrize("variant", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_and_described(variant: Variant) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", variant.name)
    assert re.fullmatch(r"[^.\n]+\.", variant.sentence)
    assert variant.requirements
    assert set(variant.requirements) <= set(requirements.load())
