"""The laws of pages: the union is the same for every page_size, nothing twice, nothing lost, and an end."""

import pytest

from fixtures.target import Target
from suites.differences import lacking, repeating
from suites.scenarios.conftest import SCRIPTS, Series
from suites.steps import Steps
from suites.traffic import call_of
from suites.verify import Verify
from suites.walks import Walk, Walks

SERIES = len(SCRIPTS)


@pytest.mark.requirement(
    "pages-lose-nothing",
    "pages-repeat-nothing",
    "walk-over-pages-ends",
    "page-holds-at-most-page-size",
)
@pytest.mark.parametrize("page_size", [None, 1, 2, 3, SERIES - 1, SERIES, SERIES + 1])
def test_a_walk_meets_every_batch_once(
    page_size: int | None, series: Series, verify: Verify, walks: Walks, target: Target
) -> None:
    """Whatever the page_size, the pages together hold the batches of the series."""
    walk = target.eventually(
        lambda: walks.ours(len(series.batches), page_size=page_size, source_directory_id=series.directory.id),
        lambda walk: series.ids <= set(walk.ids),
    )
    verify(
        "pages-lose-nothing",
        series.ids <= set(walk.ids),
        check="walk-meets-every-batch",
        kind="missing",
        expected=sorted(series.ids),
        actual=walk.ids,
        difference=f"{lacking(series.ids, walk.ids)} on {len(walk.pages)} pages",
        exchanges=walk.exchanges,
        case=f"page_size={page_size}",
    )


@pytest.mark.requirement("pages-survive-insertions")
def test_a_walk_is_not_disturbed_by_new_batches(
    series: Series, steps: Steps, target: Target, verify: Verify, walks: Walks
) -> None:
    """A batch that is created between two pages makes the walk neither lose nor repeat an earlier one."""
    before = set(series.ids)
    walk, token = Walk(), None
    while not walk.ended and len(walk.pages) < 3 * SERIES:
        call = call_of(steps.batches.list(source_directory_id=series.directory.id, page_size=2, page_token=token))
        walks.given(call)
        walk.pages.append(call)
        token = call.answer.get("next_page_token")
        walk.ended = not token
        if len(walk.pages) == 1:
            _insert(series, steps, target)
    met = [batch_id for batch_id in walk.ids if batch_id in before]
    if len(walk.pages) == 1 and before <= set(met):
        pytest.skip("needs a list of several pages, and the target gives all on one")
    inserted = f"after {series.batches[-1]['id']} was created between pages 1 and 2"
    ours = [[batch_id for batch_id in page if batch_id in before] for page in walk.ids_by_page]
    verify(
        "pages-survive-insertions",
        len(set(met)) == len(met),
        check="batch-is-met-once",
        kind="twice",
        expected=sorted(before),
        actual=met,
        difference=f"{repeating(ours)}, {inserted}",
        exchanges=walk.exchanges,
        deciding=walk.first_repetition,
        case="a batch was created after the first page",
    )
    verify(
        "pages-survive-insertions",
        before <= set(met),
        check="walk-meets-every-batch",
        kind="missing",
        expected=sorted(before),
        actual=met,
        difference=f"{lacking(before, met)} on {len(walk.pages)} pages, {inserted}",
        exchanges=walk.exchanges,
        case="a batch was created after the first page",
    )


def _insert(series: Series, steps: Steps, target: Target) -> None:
    """Add a batch to the series, and wait until it has ended."""
    if target.control is not None:
        steps.set_script(series.directory, [])
    series.batches.append(steps.finish(steps.create(series.directory)))
