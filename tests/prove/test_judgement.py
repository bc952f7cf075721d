"""The rules by which a proof fails, on outcomes that nobody ran."""

from dataclasses import replace

import pytest

from fixtures.mock.faults import FAULTS
from fixtures.mock.variants import Variant, unchanged
from fixtures.mock.variations import THEMES, VARIATIONS
from spec import requirements
from tests.prove import judgement, plan, render
from tests.prove.runs import Noticed, Order, RunOutcome

BROKEN = "list-filters-by-status"
OTHER = "success-is-json"
FAULT = Variant("filter-ignored", "The filter is ignored.", (BROKEN,), unchanged)
VARIATION = Variant("other-ids", "Ids look different.", (), unchanged)
CLEAN = RunOutcome(Order("the clean mock"), "conformant")


def noticing(*ids: str, name: str = FAULT.name) -> RunOutcome:
    """An outcome in which some requirements failed."""
    noticed = tuple(Noticed(id_, ("oracle x",), "expected this, got that") for id_ in ids)
    return RunOutcome(Order(name), "nonconformant" if ids else "conformant", noticed, requests=100, seconds=1.0)


def test_a_fault_that_is_noticed_as_what_it_is_is_no_problem() -> None:
    """Exactly the requirement that it breaks failed."""
    assert list(judgement.of_fault(FAULT, noticing(BROKEN))) == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (noticing(), "unnoticed"),
        (noticing(OTHER), "and only success-is-json noticed"),
        (noticing(BROKEN, OTHER), "drags in success-is-json"),
    ],
)
def test_a_fault_that_is_misjudged_is_a_problem(outcome: RunOutcome, said: str) -> None:
    """Unnoticed, noticed by the wrong requirement, or with one that has nothing to do with it."""
    problems = list(judgement.of_fault(FAULT, outcome))
    assert any(said in problem for problem in problems)


def test_what_needs_control_is_not_asked_of_a_black_box() -> None:
    """A fault that nobody can see without control is left alone there."""
    unseen = replace(noticing(), order=Order(FAULT.name, black_box=True))
    scripted = replace(FAULT, needs_control="nothing fails by itself")
    assert list(judgement.of_fault(scripted, unseen)) == []
    assert list(judgement.of_fault(FAULT, unseen)) != []


def test_a_variation_that_is_accused_or_meets_error_is_a_problem() -> None:
    """Any violation and any error counts, and a requirement that is no longer exercised."""
    silent = noticing(name=VARIATION.name)
    assert list(judgement.of_variation(silent, CLEAN)) == []
    for outcome in (
        noticing(OTHER, name=VARIATION.name),
        replace(silent, errors=("no answer",)),
        replace(silent, unexercised={OTHER: "needs something"}),
    ):
        assert len(list(judgement.of_variation(outcome, CLEAN))) == 1


def test_what_the_clean_mock_leaves_unexercised_is_no_fault_of_a_variation() -> None:
    """Only what is lost beside the clean mock counts."""
    outcome = replace(noticing(name=VARIATION.name), unexercised={OTHER: "deselected"})
    assert list(judgement.of_variation(outcome, replace(CLEAN, unexercised={OTHER: "deselected"}))) == []


def test_a_requirement_without_a_fault_is_a_problem() -> None:
    """And so is a fault of a requirement that does not exist."""
    problems = list(judgement.of_coverage([BROKEN, OTHER], [FAULT, replace(FAULT, requirements=("nothing",))]))
    assert problems == [f"no fault breaks {OTHER}", "a fault breaks nothing, which is not a requirement"]


def test_two_runs_that_disagree_are_a_problem() -> None:
    """The same order has to give the same verdict on the same requirements."""
    assert list(judgement.of_repetition(noticing(BROKEN), noticing(BROKEN))) == []
    assert len(list(judgement.of_repetition(noticing(BROKEN), noticing()))) == 1


def test_side_effects_name_what_exists_and_say_why() -> None:
    """Every declared side_effect is a requirement, of requirements, faults and variations that there are."""
    declared = judgement.side_effects()
    known = requirements.load().keys()
    assert declared.of_requirement.keys() <= known
    for brought in (declared.of_requirement, declared.of_fault, declared.of_variation):
        assert all(ids <= known for ids in brought.values())
    assert declared.of_fault.keys() <= FAULTS.keys()
    assert declared.of_variation.keys() <= VARIATIONS.keys()


def test_every_variation_meets_others_but_none_of_its_theme() -> None:
    """The combinations are drawn at random, from one seed."""
    themes = list(THEMES.values())
    combinations = plan.combinations(themes, black_box=False)
    assert combinations == plan.combinations(themes, black_box=False)
    assert sorted(name for order in combinations for name in order.variations) == sorted(VARIATIONS)
    theme_of = {variant.name: number for number, theme in enumerate(themes) for variant in theme}
    for order in combinations:
        assert len({theme_of[name] for name in order.variations}) == len(order.variations) > 1


def proof() -> render.Proof:
    """A proof of one fault and one variation."""
    return render.Proof(
        {FAULT.name: FAULT},
        {FAULT.name: noticing(BROKEN)},
        [replace(CLEAN, order=Order(VARIATION.name, variations=(VARIATION.name,)))],
        ["one | thing <is> wrong"],
        black_box=False,
        seconds=2.0,
    )


def test_the_matrix_has_who_noticed_and_what_was_said() -> None:
    """In the table of the requirement that the fault breaks."""
    text = render.as_markdown(proof(), requirements.load())
    row = next(line for line in text.splitlines() if FAULT.name in line)
    assert "oracle x" in row
    assert "expected this, got that" in row
    assert "one \\| thing &lt;is> wrong" in text
