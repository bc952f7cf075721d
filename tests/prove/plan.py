"""Which runs prove what."""

import random
from collections.abc import Collection, Iterable, Sequence

from fixtures.mock.variants import Variant
from tests.prove.runs import EVERYTHING, PACE, SCENARIOS, SIZE, SLOW_PACE, Order

WITHOUT_SIZE = f"--deselect={SIZE}"
OF_SIZE = frozenset({"create-accepts-1000-files", "create-refuses-1001-files"})
"""Requirements that only the large directory can tell of."""
OF_RUNNING = frozenset(
    {
        "cancel-accepts-running-batch",
        "cancel-accepts-own-organization",
        "cancel-accepts-own-project",
        "cancel-never-carries-results",
    }
)
"""Requirements that only a batch can break that is RUNNING for a while."""

QUICK = (*SCENARIOS, WITHOUT_SIZE)
THOROUGH = (EVERYTHING,)
GENERATED_TOO = (EVERYTHING, WITHOUT_SIZE)

COMPANY = 6
"""Variations that are looked at together."""
COMPANY_SEED = 20
GENERATED_EVERY = 6
"""Every so many combinations, generated requests and stories look as well."""
REPEATED = 7
"""Every so many faults, one is run twice."""


def clean(black_box: bool, only: Collection[str] = ()) -> Order:
    """The mock as it is, beside which the variations are seen; `only` some requirements, or all."""
    return Order("the clean mock", tests=_of_requirements(only), black_box=black_box)


def of_fault(variant: Variant, black_box: bool) -> Order:
    """A first look at a fault, with the scenarios that exercise what it breaks."""
    tests = _of_requirements(variant.requirements)
    pace = SLOW_PACE if OF_RUNNING & set(variant.requirements) else PACE
    return Order(variant.name, faults=(variant.name,), tests=tests, black_box=black_box, pace=pace)


def _of_requirements(ids: Collection[str]) -> tuple[str, ...]:
    """The scenarios that exercise some requirements, or all of them."""
    return (*(SCENARIOS if OF_SIZE & set(ids) else QUICK), *(f"--requirement={id_}" for id_ in ids))


FURTHER_LOOKS = (QUICK, THOROUGH)
"""What a fault is looked at with when the look before did not notice it as what it is."""


def alone(variations: Iterable[str], black_box: bool) -> list[Order]:
    """A look with every scenario at each of some variations."""
    return [Order(name, variations=(name,), tests=QUICK, black_box=black_box) for name in variations]


def combinations(themes: Iterable[Sequence[Variant]], black_box: bool) -> list[Order]:
    """Every variation in the combination of a few others, the same ones each time, no two of them of one theme.

    They are dealt like cards, theme by theme, so that two of one theme meet only where a theme has more variations than
    there are combinations, which is an error.
    """
    seen = ([variant for variant in theme if not (black_box and variant.needs_control)] for theme in themes)
    decks = [random.Random(COMPANY_SEED).sample(theme, len(theme)) for theme in seen]
    cards = [variant.name for deck in decks for variant in deck]
    hands = -(-len(cards) // COMPANY)
    assert max(map(len, decks)) <= hands
    return [
        Order(
            " with ".join(cards[hand::hands]),
            variations=tuple(cards[hand::hands]),
            tests=GENERATED_TOO if hand % GENERATED_EVERY == 0 else QUICK,
            black_box=black_box,
        )
        for hand in range(hands)
    ]
