"""Pages beyond the usual sizes, over all that a project has: whatever the page_size, they hold the same batches."""

from dataclasses import dataclass
from typing import Any

import pytest

from fixtures.directories import Directories
from fixtures.target import MAIN, OTHER, Target
from suites.differences import lacking, repeating
from suites.moments import Moment, moment
from suites.traffic import repeated
from suites.verify import Verify
from suites.walks import Walk, Walks

HISTORY = 510
"""Batches that a controlled target is given, so that its list has the borders that large lists have."""
MOST = 600
"""Batches of a project, the ones that its list shows first, that are walked through."""
SIZES = (50, 100, 250, 500, 1000)
FEWEST_SIZES = 2
"""Sizes that can be compared."""
MOST_PAGES = 60
"""Pages after which a walk is given up; a service may make pages smaller than they were asked to be."""


@dataclass
class Past:
    """The batches of a caller's project between two times, which new ones leave alone."""

    walks: Walks
    caller: str
    bounds: dict[str, str]

    def walk(self, page_size: int) -> Walk:
        """Return a walk through all of them on pages of one size."""
        return self.walks.follow(MOST_PAGES, self.caller, page_size=page_size, **self.bounds)


@pytest.fixture(scope="module")
def past(target: Target, directories: Directories, walks: Walks) -> Past:
    """Return what a project has had so far, or a part of it: one that is given a history, or the one of the run.

    A history is given to the other project where there is one, in whose lists nothing else is looked for. Skips where
    the target gives no creation times.
    """
    caller = MAIN
    if target.control is not None:
        caller = OTHER if target.keys[OTHER] else MAIN
        target.control.add_history(directories.holding(1, "history", caller).id, HISTORY)
    walk = _first_of_all(walks, caller)
    created = [created for batch in walk.items if (created := moment(batch.get("created_at")))]
    if not created:
        pytest.skip("needs batches with created_at, which the target leaves out")
    bounds = {"created_at_on_or_before": _latest(created).text}
    if not walk.ended:
        bounds["created_at_on_or_after"] = min(created, key=lambda each: each.instant).text
    return Past(walks, caller, bounds)


def _latest(created: list[Moment]) -> Moment:
    return max(created, key=lambda each: each.instant)


def _first_of_all(walks: Walks, caller: str) -> Walk:
    """Return the pages of the plain list that hold as many batches as are walked through, on the largest pages."""
    for size in (*reversed(SIZES), None):
        walk = walks.follow(1, caller, page_size=size)
        if walk.pages[0].succeeded:
            pages = min(-(-MOST // max(len(walk.items), 1)), MOST_PAGES)
            return walk if walk.ended else walks.follow(pages, caller, page_size=size)
    walks.given(walk.pages[-1])
    pytest.skip(f"needs a list ({walk.pages[-1].exchange})")


@pytest.mark.requirement(
    "pages-lose-nothing", "pages-repeat-nothing", "walk-over-pages-ends", "page-holds-at-most-page-size"
)
def test_pages_of_any_size_hold_the_same(past: Past, verify: Verify) -> None:
    """Small pages and large ones together hold each batch once, across every border within the service."""
    met = {size: walk for size in SIZES if _is_whole(walk := past.walk(size))}
    if len(met) < FEWEST_SIZES:
        pytest.skip(f"needs a list of less than {MOST_PAGES} pages of two sizes among {', '.join(map(str, SIZES))}")
    for size, walk in met.items():
        case = f"page_size={size}"
        verify(
            "pages-repeat-nothing",
            not repeated(walk.ids),
            check="batch-is-met-once",
            kind="twice",
            expected=sorted(set(walk.ids)),
            actual=walk.ids,
            difference=repeating(walk.ids_by_page),
            deciding=walk.first_repetition,
            exchanges=walk.exchanges,
            case=case,
        )
    for size, walk in met.items():
        missing, shown = _surely_missing(size, met, past)
        verify(
            "pages-lose-nothing",
            not missing,
            check="walk-meets-every-batch",
            kind="missing",
            expected=sorted(missing),
            actual=[],
            difference=f"{lacking(missing, [])} on pages of {size}, and pages of another size hold it before and after",
            exchanges=[*shown, *walk.exchanges],
            case=f"page_size={size}",
        )


def _is_whole(walk: Walk) -> bool:
    """Whether a walk has come to its end over pages that were all given."""
    return walk.ended and all(page.succeeded for page in walk.pages)


def _surely_missing(size: int, met: dict[int, Walk], past: Past) -> tuple[set[str], list[Any]]:
    """Return the batches that pages of one size lack twice, while those of another size hold them before and after."""
    for other, walk in met.items():
        if missing := set(walk.ids) - set(met[size].ids):
            again, afterwards = past.walk(size), past.walk(other)
            missing = (missing - set(again.ids)) & set(afterwards.ids)
            if missing and _is_whole(again):
                return missing, afterwards.exchanges
    return set(), []
