"""Which runs prove what."""

import random
from collections.abc import Mapping, Sequence
from itertools import combinations

from fixtures.mock.variants import Variant
from tests.prove.runs import EVERYTHING, SCENARIOS, SIZE, Order

WITHOUT_SIZE = f"--deselect={SIZE}"
OF_SIZE = frozenset({"create-accepts-1000-files", "create-refuses-1001-files"})
"""Requirements that only the large directory can tell of."""

QUICK = (SCENARIOS, WITHOUT_SIZE)
THOROUGH = (EVERYTHING,)
GENERATED_TOO = (EVERYTHING, WITHOUT_SIZE)

PAIRS = 12
PAIRS_SEED = 20
REPEATED = 7
"""Every so many deviations, one is run twice."""


def clean(black_box: bool) -> Order:
    """The mock as it is, beside which the liberties are seen."""
    return Order("the clean mock", tests=QUICK, black_box=black_box)


def of_deviation(variant: Variant, black_box: bool) -> Order:
    """A first look at a deviation, with the scenarios that exercise what it breaks."""
    selected = tuple(f"--requirement={id_}" for id_ in variant.requirements)
    tests = (SCENARIOS, *selected) if OF_SIZE & set(variant.requirements) else (*QUICK, *selected)
    return Order(variant.name, deviations=(variant.name,), tests=tests, black_box=black_box)


FURTHER_LOOKS = (QUICK, THOROUGH)
"""What a deviation is looked at with when the look before did not notice it as what it is."""


def of_liberty(variant: Variant, black_box: bool) -> Order:
    """A look at a liberty with every scenario."""
    return Order(variant.name, liberties=(variant.name,), tests=QUICK, black_box=black_box)


def pairs(liberties: Mapping[str, Variant], black_box: bool) -> list[Order]:
    """Some liberties two at a time, the same ones each time, with generated requests and stories as well."""
    together: Sequence[tuple[str, str]] = list(combinations(sorted(liberties), 2))
    chosen = random.Random(PAIRS_SEED).sample(together, min(PAIRS, len(together)))
    return [Order(" with ".join(pair), liberties=pair, tests=GENERATED_TOO, black_box=black_box) for pair in chosen]
