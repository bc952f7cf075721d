"""The registry of faults: complete, and in the words of the contract."""

import inspect

import pytest

from fixtures.mock import faults
from fixtures.mock.faults import FAULTS
from fixtures.mock.variants import InvalidRegistry, Variant, registry, unchanged
from spec import requirements


def test_each_requirement_is_broken_by_a_fault() -> None:
    broken = {requirement for variant in FAULTS.values() for requirement in variant.requirements}
    assert broken == set(requirements.load())


def test_every_fault_is_registered() -> None:
    found = [
        variant.name
        for module in filter(inspect.ismodule, vars(faults).values())
        for variant in vars(module).values()
        if isinstance(variant, Variant)
    ]
    assert sorted(found) == sorted(FAULTS)


def variant(name: str = "a-name", sentence: str = "A sentence.", *requirements: str) -> Variant:
    return Variant(name, sentence, requirements, unchanged)


@pytest.mark.parametrize(
    ("variants", "problem"),
    [
        ([variant(), variant(sentence="Another sentence.")], "a-name: its name is not unique"),
        ([variant(), variant("another-name")], "another-name: its sentence is not unique"),
        ([variant("A Name")], "A Name: its name is not in kebab case"),
        ([variant(sentence="")], "a-name: its description is not one sentence"),
        ([variant(sentence="No full stop")], "a-name: its description is not one sentence"),
        ([variant(sentence="Two. Sentences.")], "a-name: its description is not one sentence"),
        ([variant("a-name", "A sentence.", "requirement")], "a-name: it names requirements"),
    ],
)
def test_an_invalid_registry_does_not_load(variants: list[Variant], problem: str) -> None:
    with pytest.raises(InvalidRegistry, match=f"^{problem}"):
        registry(variants, with_requirements=False)


def test_a_fault_without_requirements_does_not_load() -> None:
    with pytest.raises(InvalidRegistry):
        registry([variant()], with_requirements=True)
