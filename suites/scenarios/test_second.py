"""What comes second: another batch, another configuration, another use of a page token."""

import pytest

from fixtures.batches import Batches
from fixtures.configurations import Configurations, JobType
from fixtures.directories import Directories
from fixtures.target import Target
from suites.differences import lacking, repeating
from suites.jobs import Jobs, spread
from suites.products import JOB_TYPES
from suites.scenarios.conftest import Series
from suites.scenarios.varied import Varied
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, call_of, reference_of
from suites.verify import Verify
from suites.walks import Walk, Walks

LOOKED_UP_AGAIN = 4
"""Jobs of the earlier batch that are looked up once more."""
RETAINED = 300.0
"""Seconds in which no job is so old that it may be gone."""
FURTHER_PAGES = 30
"""Pages after which a walk over the series that continues at its second page is given up."""


@pytest.mark.requirement(
    "results-are-stable",
    "results-name-only-source-files",
    "results-null-unless-expanded",
    "terminal-status-is-final",
    "config-never-changes",
    "batch-id-is-unique",
    "parse-jobs-resolve",
)
@pytest.mark.parametrize(("first", "second"), [("first", "second"), ("passing", "repeated"), ("repeated", "extracted")])
def test_a_batch_stays_when_another_is_made_of_its_directory(
    first: str, second: str, varied: Varied, steps: Steps, jobs: Jobs, target: Target
) -> None:
    """A batch keeps its status, its files and its jobs when its directory is processed again, with or without more."""
    before: Batch = getattr(varied, first)
    found = [reference for reference in map(reference_of, varied.results(before)) if reference]
    seen = target.now
    varied.results(getattr(varied, second))
    steps.get(before["id"])
    steps.results(before)
    if target.now - seen < RETAINED:
        jobs.follow(spread(found, LOOKED_UP_AGAIN), f"batch {before['id']}, after another one", again=True)


@pytest.mark.requirement(
    "create-accepts-parse",
    "create-accepts-extract",
    "create-echoes-request",
    "config-never-changes",
    "list-agrees-with-get",
    "results-delivered-when-expanded",
    "parse-jobs-resolve",
    "extract-jobs-resolve",
)
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_the_older_of_two_configurations_can_be_used(
    job_type: JobType, steps: Steps, directories: Directories, configurations: Configurations, walks: Walks
) -> None:
    """Of two saved configurations each is used where it is named, the older one twice, and leads to jobs."""
    older, newer = (configurations.save(job_type, purpose) for purpose in ("older", "newer"))
    directory = directories.holding(1, "two configurations")
    made = [steps.create(directory, job_type, configuration_id) for configuration_id in (older, newer, older)]
    for batch in [steps.finish(batch) for batch in made]:
        if batch["status"] == COMPLETED:
            steps.results(batch)
    for batch in made:
        steps.get(batch["id"])
    walks.listed({batch["id"] for batch in made}, source_directory_id=directory.id)


@pytest.mark.requirement("pages-lose-nothing", "pages-repeat-nothing", "walk-over-pages-ends")
def test_a_walk_can_be_continued_twice_from_one_token(
    series: Series, batches: Batches, walks: Walks, target: Target, verify: Verify
) -> None:
    """A token that has led to a page leads to it again; where its second use is refused, nothing is said."""
    walk = target.eventually(
        lambda: _continued_twice(series, batches, walks), lambda walk: series.ids <= set(walk.ids) and _is_clean(walk)
    )
    case = "the token of the first page was used before"
    verify(
        "pages-repeat-nothing",
        _is_clean(walk),
        check="batch-is-met-once",
        kind="twice",
        expected=sorted(series.ids),
        actual=walk.ids,
        difference=repeating(walk.ids_by_page),
        deciding=walk.first_repetition,
        exchanges=walk.exchanges,
        case=case,
    )
    verify(
        "walk-over-pages-ends",
        walk.ended,
        check="walk-ends",
        kind="unending",
        expected=None,
        actual=walk.pages[-1].answer.get("next_page_token"),
        exchanges=walk.exchanges,
        case=case,
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
        case=case,
    )


def _is_clean(walk: Walk) -> bool:
    return len(set(walk.ids)) == len(walk.ids)


def _continued_twice(series: Series, batches: Batches, walks: Walks) -> Walk:
    """Walk over the series, using the token of the first page twice. Skips where there is none to use twice."""
    filters: dict[str, str | int | None] = {"source_directory_id": series.directory.id, "page_size": 2}
    first = call_of(batches.list(**filters))
    walks.given(first)
    token = first.answer.get("next_page_token")
    if not token:
        pytest.skip(f"needs a first page that is not the last ({first.exchange})")
    walks.given(call_of(batches.list(page_token=token, **filters)))
    walk = Walk([first])
    while token and len(walk.pages) < FURTHER_PAGES:
        page = call_of(batches.list(page_token=token, **filters))
        if page.refused and len(walk.pages) == 1:
            pytest.skip(f"needs a token that can be used twice ({page.exchange})")
        walks.given(page)
        walk.pages.append(page)
        token = page.answer.get("next_page_token")
    walk.ended = not token
    return walk
