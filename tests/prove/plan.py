"""Which runs make up a proof."""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from fixtures.mock.variants import Variant
from tests.prove.runs import EVERYTHING, PACE, SCENARIOS, SIZE, SLOW_PACE, Order

WITHOUT_SIZE = f"--deselect={SIZE}"
OF_SIZE = frozenset({"create-accepts-1000-files", "create-refuses-1001-files"})
"""Requirements that only the large directory exercises."""
OF_RUNNING = frozenset(
    {
        "cancel-accepts-running-batch",
        "cancel-accepts-own-organization",
        "cancel-accepts-own-project",
        "cancel-ends-in-cancelled",
        "cancel-never-carries-results",
    }
)
"""Requirements that only a batch can break that is RUNNING for a while."""

CLEAN = "the clean mock"
QUICK = (*SCENARIOS, WITHOUT_SIZE)
THOROUGH = (EVERYTHING,)
GENERATED_TOO = (EVERYTHING, WITHOUT_SIZE)

COMBINED = 6
"""Variations in one combination."""
COMBINATION_SEED = 20
GENERATED_EVERY = 6
"""Every so many combinations, generated requests and state machines exercise it as well."""
REPEATED = 7
"""Every so many faults, one is run twice."""


def clean(black_box: bool, only: Collection[str] = ()) -> Order:
    """Plan a run of the mock as it is, with which the variations are compared; `only` some requirements, or all.

    Some requirements are exercised by generated requests alone.
    """
    tests = _of_requirements(only, THOROUGH, GENERATED_TOO) if only else QUICK
    return Order(CLEAN, tests=tests, black_box=black_box)


def of_fault(variant: Variant, black_box: bool) -> Order:
    """Plan the first run of a fault, with the scenarios that exercise what it breaks."""
    pace = SLOW_PACE if OF_RUNNING & set(variant.requirements) else PACE
    tests = _of_requirements(variant.requirements, SCENARIOS, QUICK)
    return Order(variant.name, faults=(variant.name,), tests=tests, black_box=black_box, pace=pace)


def _of_requirements(ids: Collection[str], tests: Sequence[str], without_size: Sequence[str]) -> tuple[str, ...]:
    """Select the tests that exercise some requirements; the large directory is left out where none of them needs it."""
    return (*(tests if OF_SIZE & set(ids) else without_size), *_selection(ids))


def _selection(ids: Iterable[str]) -> Iterable[str]:
    return (f"--requirement={id_}" for id_ in ids)


def further_looks(variant: Variant, black_box: bool) -> tuple[Order, ...]:
    """Plan what a fault is run with one after the other while no run has noticed it as what it is.

    First come the same tests with the large directory, at batches that are not over between two reads.
    """
    first = of_fault(variant, black_box)
    return (
        replace(first, tests=(*SCENARIOS, *_selection(variant.requirements)), pace=SLOW_PACE),
        replace(first, tests=QUICK),
        replace(first, tests=THOROUGH),
    )


def isolated(variations: Iterable[str], black_box: bool) -> list[Order]:
    """Plan a run of every scenario for each of some variations."""
    return [Order(name, variations=(name,), tests=QUICK, black_box=black_box) for name in variations]


def combinations(themes: Iterable[Sequence[Variant]], black_box: bool) -> list[Order]:
    """Plan a run of every variation in combination with a few others, the same ones each time, no two of one theme.

    They are dealt out theme by theme, so that two of one theme could be combined only where a theme has more variations
    than there are combinations, which is an error.
    """
    visible = ([variant for variant in theme if not (black_box and variant.needs_control)] for theme in themes)
    shuffled = [random.Random(COMBINATION_SEED).sample(theme, len(theme)) for theme in visible]
    names = [variant.name for theme in shuffled for variant in theme]
    count = -(-len(names) // COMBINED)
    assert max(map(len, shuffled)) <= count
    return [
        Order(
            " with ".join(names[number::count]),
            variations=tuple(names[number::count]),
            tests=GENERATED_TOO if number % GENERATED_EVERY == 0 else QUICK,
            black_box=black_box,
        )
        for number in range(count)
    ]
