"""Whether the list of batches, which an index gives, is what a look at each batch would give."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.mock.batches import Batches
from fixtures.mock.index import Listed
from fixtures.mock.inputs import BatchesQuery
from fixtures.mock.model import Batch, BatchStatus, JobType, Project, Script
from fixtures.mock.pages import Cursor, Pages
from fixtures.mock.scanned import ScannedBatches
from fixtures.mock.service import Parts, Service, ServiceSettings, build_service

SETTINGS = ServiceSettings(rate=0)
BEGINNING = datetime(2030, 1, 1, tzinfo=UTC)
OURS, OTHER = (Project(f"prj-{name}", name, name, f"org-{name}", True, BEGINNING) for name in ("ours", "other"))
DIRECTORIES = ("dir-a", "dir-ab", "dir-b")
SECONDS = st.integers(0, 8)


@dataclass(frozen=True)
class Made:
    """A batch that is created at a moment, not always after the one before."""

    is_ours: bool
    directory: str
    seconds: int
    status: BatchStatus


@dataclass(frozen=True)
class Changed:
    """Another status of the batch at a place."""

    place: int
    status: BatchStatus


@dataclass(frozen=True)
class Removed:
    """The end of the batch at a place; a later change of its status finds it in no list."""

    place: int


STATUSES = st.sampled_from(BatchStatus)
PLACES = st.integers(0, 20)
STEPS = st.lists(
    st.one_of(
        st.builds(Made, st.booleans(), st.sampled_from(DIRECTORIES), SECONDS, STATUSES),
        st.builds(Changed, PLACES, STATUSES),
        st.builds(Removed, PLACES),
    ),
    max_size=30,
)
MOMENTS = SECONDS.map(lambda seconds: (BEGINNING + timedelta(seconds=seconds)).isoformat())
PAGES_AND_TIMES = st.fixed_dictionaries(
    {"page_size": st.integers(1, 4), "include_total": st.just(True)},
    optional={"created_at_on_or_after": MOMENTS, "created_at_on_or_before": MOMENTS},
)


def played(service: Service, steps: list[Made | Changed | Removed]) -> list[Batch]:
    """Carry out the steps, and return the batches that are left."""
    made: list[Batch] = []
    batches = service.store.batches
    for step in steps:
        if isinstance(step, Made):
            batch = batch_of(step, len(made))
            batches[batch.id] = batch
            made.append(batch)
        elif made:
            batch = made[step.place % len(made)]
            if isinstance(step, Changed):
                batches.set_status(batch, step.status)
            else:
                batches.pop(batch.id, None)
    return [batch for batch in made if batch.id in batches]


def batch_of(made: Made, number: int) -> Batch:
    """Return the batch of a step; those of one moment are ordered by their ids."""
    project = OURS if made.is_ours else OTHER
    moment = BEGINNING + timedelta(seconds=made.seconds)
    return Batch(
        id=f"bat-{number * 7 % 1009:04}",
        project_id=project.id,
        source_directory_id=made.directory,
        job_type=JobType.PARSE,
        configuration_id="cfg-PARSE_FAST",
        files=(),
        script=Script((), BatchStatus.COMPLETED),
        scripted=True,
        created_at=moment,
        updated_at=moment,
        status=made.status,
    )


def walked(service: Service, query: BatchesQuery) -> tuple[list[str], set[int | None]]:
    """Return the ids on all pages of a list, and the totals that the pages show."""
    ids: list[str] = []
    totals: set[int | None] = set()
    while True:
        page = service.batches.list(OURS, query)
        assert len(page.items) <= query.page_size
        assert page.items or not ids
        ids += [batch.id for batch in page.items]
        totals.add(page.total)
        if page.next_token is None:
            return ids, totals
        query = query.model_copy(update={"page_token": page.next_token})


def expected(left: list[Batch], query: BatchesQuery) -> list[str]:
    """Return the ids that a list has to show, by a look at each batch."""
    earliest = query.created_at_on_or_after or datetime.min.replace(tzinfo=UTC)
    latest = query.created_at_on_or_before or datetime.max.replace(tzinfo=UTC)
    found = [
        (batch.created_at, batch.id)
        for batch in left
        if batch.project_id == OURS.id
        and query.status in (None, batch.status)
        and query.source_directory_id in (None, batch.source_directory_id)
        and earliest <= batch.created_at <= latest
    ]
    return [id_ for _, id_ in sorted(found, reverse=True)]


@pytest.mark.parametrize("part", [Batches, ScannedBatches])
@settings(derandomize=True, deadline=None, max_examples=50, database=None)
@given(steps=STEPS, values=PAGES_AND_TIMES)
def test_all_pages_have_what_matches_newest_first(
    part: type[Batches], steps: list[Made | Changed | Removed], values: dict[str, object]
) -> None:
    service = build_service(SETTINGS, Parts(batches=part))
    left = played(service, steps)
    for status, directory in product((None, *BatchStatus), (None, *DIRECTORIES, "dir-unknown")):
        selection = {"status": status, "source_directory_id": directory}
        query = BatchesQuery.model_validate({**values, **{name: of for name, of in selection.items() if of}})
        wanted = expected(left, query)
        assert walked(service, query) == (wanted, {len(wanted)})


class CountingPages(Pages):
    """Counts the batches that are compared with a cursor."""

    compared = 0

    def comes_after(self, item: Listed, cursor: Cursor | None) -> bool:
        self.compared += 1
        return super().comes_after(item, cursor)


def test_a_page_in_the_middle_is_found_by_a_look_at_few_batches() -> None:
    service = build_service(SETTINGS, Parts(pages=CountingPages))
    played(service, [Made(True, "dir-a", second, BatchStatus.COMPLETED) for second in range(1000)])
    ids, _ = walked(service, BatchesQuery(page_size=400))
    assert len(ids) == 1000
    assert isinstance(service.batches.pages, CountingPages)
    assert service.batches.pages.compared <= 2 * 10
