"""A short burst of requests at once: each answer belongs to its own request, and nothing gets lost or mixed up."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from fixtures.directories import Directories, Directory
from fixtures.exchange import Exchange
from suites.differences import lacking
from suites.products import PARSE, PRODUCTS
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps
from suites.traffic import call_of
from suites.verify import Verify
from suites.walks import Walks

AT_ONCE = 8
"""Requests that are under way at once."""
CREATES = 4
"""Batches that are created at once, each over a directory of its own."""
LARGE_ENOUGH = 50
"""A page_size that holds the whole series."""

Ask = Callable[[], Exchange]


def together(requests: Sequence[Ask]) -> list[Exchange]:
    """Send requests as many at once as a burst has, and return their exchanges in the order of the requests."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda ask: ask(), requests))


def _reads(batches: Sequence[Batch], steps: Steps) -> list[Ask]:
    """Return gets of batches, plain and expanded."""
    return [
        partial(steps.batches.get, batch["id"], expand=expand) for batch in batches for expand in ((), ("results",))
    ]


@pytest.mark.requirement(
    "get-returns-requested-batch", "list-filters-by-directory", "results-are-stable", "pages-repeat-nothing"
)
def test_reads_at_once_are_not_mixed_up(series: Series, steps: Steps) -> None:
    """Gets of several batches, and lists with several filters, each give what was asked for when they come at once."""
    over = {"source_directory_id": series.directory.id}
    lists: list[Ask] = [
        *(partial(steps.batches.list, page_size=LARGE_ENOUGH, **filters) for filters in ({}, over, {}, over)),
        *(partial(steps.batches.list, status=batch.get("status"), **over) for batch in series.batches[:3]),
    ]
    reads = _reads(series.batches, steps)
    plain, expanded = reads[::2], reads[1::2]
    for exchange in [ask() for ask in expanded]:
        steps.accepted(exchange, "expanded-read-succeeds-in-any-status")
    for requests in (lists, plain, expanded, [*lists, *reads]):
        together(requests)


@pytest.mark.requirement(
    "batch-id-is-unique",
    "create-accepts-parse",
    "create-echoes-request",
    "get-returns-requested-batch",
    "list-filters-by-directory",
    "list-shows-created-batch",
    "no-server-error",
    "results-are-stable",
    "results-cover-every-file",
    "results-name-only-source-files",
)
def test_batches_that_are_created_at_once_are_all_there(
    series: Series, directories: Directories, steps: Steps, walks: Walks, verify: Verify
) -> None:
    """Each create makes a batch of its own, over its own directory, which is read, listed and processed like any."""
    sources = [directories.holding(1, "together") for _ in range(CREATES)]
    steps.ledger.spend_files(sum(len(source.file_ids) for source in sources))
    configuration_id = steps.configuration_id(PARSE)
    creates: list[Ask] = [partial(steps.batches.create, source.id, PARSE, configuration_id) for source in sources]
    beside: list[Ask] = [partial(steps.batches.list, source_directory_id=series.directory.id)]
    exchanges = together([*creates, *beside, *_reads(series.batches[:1], steps)])
    made = [_batch_of(exchange, source, steps) for exchange, source in zip(exchanges[:CREATES], sources, strict=True)]
    together([partial(steps.batches.list, source_directory_id=source.id) for source in sources])
    together(_reads(made, steps))
    for batch, source in zip(made, sources, strict=True):
        steps.finish(batch)
        walk = walks.listed({batch["id"]}, source_directory_id=source.id)
        verify(
            "list-shows-created-batch",
            batch["id"] in walk.ids,
            check="created-batch-is-listed",
            kind="missing",
            expected=[batch["id"]],
            actual=walk.ids,
            difference=f"{lacking([batch['id']], walk.ids)}; {CREATES} were created at once",
            exchanges=walk.exchanges,
            case="created at once",
        )
    for _ in range(2):
        together(_reads(made, steps)[1::2])


def _batch_of(exchange: Exchange, source: Directory, steps: Steps) -> Batch:
    """Return the batch that a create has made; one that was refused, maybe for those beside it, is sent again."""
    if call_of(exchange).refused:
        exchange = steps.batches.create(source.id, PARSE, steps.configuration_id(PARSE))
    return steps.accepted(exchange, PRODUCTS[PARSE].accepted)
