"""Lists on their own: what they show of batches that nobody reads by id."""

import pytest

from fixtures.directories import Directories, Directory
from fixtures.target import Target
from spec.enumerations import terminal_statuses, transient_statuses
from suites.differences import differing, first_few, kind_of, lacking
from suites.moments import SECOND, moment
from suites.scenarios.conftest import Series
from suites.steps import Batch, Steps
from suites.traffic import LIST, STATUSES, TERMINAL, call_of, status_of
from suites.verify import Verify
from suites.walks import Walk, Walks

STEP = 5.0
"""Seconds that a scripted batch stays in a status beyond those that a list may lag."""
UNREAD = "batches that nobody has read by id"

Shown = dict[str, object]
"""The statuses of some batches by their ids."""


def shown_by(walk: Walk, ids: set[str]) -> Shown:
    """Return the statuses that a list shows of some batches."""
    return {item["id"]: item.get("status") for item in walk.items if item["id"] in ids}


def have_ended(shown: Shown, ids: set[str]) -> bool:
    """Whether a terminal status is shown for each of some batches."""
    return shown.keys() == ids and TERMINAL.issuperset(map(str, shown.values()))


@pytest.mark.requirement(
    "list-agrees-with-get", "list-shows-created-batch", "list-filters-by-status", "list-filters-combine"
)
def test_a_batch_that_nobody_reads_ends_in_the_lists(
    series: Series, steps: Steps, target: Target, verify: Verify, walks: Walks
) -> None:
    """Batches that no get has asked for end in the list of their directory, and in every list that they match.

    They were created among others that have ended. Where the list shows no end after as long again, gets tell which is
    late: the batches, or the list.
    """
    ids = {batch["id"] for batch in series.unread}
    directory_id = series.unread[0]["source_directory_id"]
    bound = min(target.poll_timeout, series.seconds + target.settle_timeout)
    for _ in target.pauses(bound, "batches that are only listed are to end"):
        walk = walks.all(source_directory_id=directory_id)
        if have_ended(shown := shown_by(walk, ids), ids):
            break
    listed_at = target.now
    verify(
        "list-shows-created-batch",
        ids == shown.keys(),
        check="created-batch-is-listed",
        kind="missing",
        expected=sorted(ids),
        actual=sorted(shown),
        difference=lacking(ids, shown),
        exchanges=walk.exchanges,
        case=UNREAD,
    )
    if have_ended(shown, ids):
        _is_in_every_list(shown, directory_id, walks, verify, target)
    exchanges = target.eventually(
        lambda: {batch_id: steps.batches.get(batch_id) for batch_id in sorted(ids)},
        lambda exchanges: all(status_of(call_of(exchange).answer) in TERMINAL for exchange in exchanges.values()),
    )
    read = {id_: steps.accepted(exchange, "get-returns-requested-batch") for id_, exchange in exchanges.items()}
    now = {id_: batch["status"] for id_, batch in read.items()}
    ended_at = max(_ended_at(batch, series) for batch in read.values())
    if not have_ended(shown, ids) and (not have_ended(now, ids) or listed_at - ended_at < target.settle_timeout):
        pytest.skip(f"needs batches that end within {bound:g} s while they are only listed")
    verify(
        "list-agrees-with-get",
        shown == now,
        check="views-agree",
        kind="not-matching",
        expected=now,
        actual=shown,
        difference=_disagreement(now, shown),
        operation=LIST,
        exchanges=[*walk.exchanges, *exchanges.values()],
        case=UNREAD,
    )


def _ended_at(batch: Batch, series: Series) -> float:
    """Return when a batch had ended at the latest, on the target's clock, as far as its times tell."""
    created, updated = moment(batch.get("created_at")), moment(batch.get("updated_at"))
    if created is None or updated is None:
        return series.created_by
    return series.created_by + (updated.instant + updated.unit - created.instant) / SECOND


def _disagreement(read: Shown, listed: Shown) -> str:
    return first_few(
        [f"{id_} is {listed.get(id_)}, and a get shows {read[id_]}" for id_ in read if read[id_] != listed.get(id_)]
    )


def _is_in_every_list(shown: Shown, directory_id: str, walks: Walks, verify: Verify, target: Target) -> None:
    """Verify that batches that have ended are in the list of the project, and by status in the right one alone."""
    ended = set(map(str, shown.values()))
    asked: list[tuple[str, dict[str, str]]] = [
        ("list-shows-created-batch", {}),
        *(("list-filters-by-status", {"status": status}) for status in sorted(ended)),
        *(
            ("list-filters-combine", {"status": status, "source_directory_id": directory_id})
            for status in STATUSES
            if status not in ended
        ),
    ]
    for requirement, filters in asked:
        expected = {id_ for id_, status in shown.items() if filters.get("status", status) == status}
        walk = target.eventually(
            lambda: walks.all(**filters),  # noqa: B023
            lambda walk: shown.keys() & set(walk.ids) == expected,  # noqa: B023
        )
        found = shown.keys() & set(walk.ids)
        verify(
            requirement,
            found == expected,
            check="list-items-match-filters" if filters else "created-batch-is-listed",
            kind=kind_of(expected, found),
            expected=sorted(expected),
            actual=sorted(found),
            difference=differing(expected, found),
            exchanges=walk.exchanges,
            case=", ".join([*(f"{name}={value}" for name, value in filters.items()), UNREAD]),
        )


@pytest.mark.requirement("list-agrees-with-get", "list-filters-combine", "list-shows-created-batch")
@pytest.mark.parametrize("end", terminal_statuses())
def test_a_batch_that_nobody_reads_goes_through_its_statuses_in_the_lists(
    end: str, directories: Directories, steps: Steps, target: Target, verify: Verify, walks: Walks
) -> None:
    """A scripted batch is listed in each status of its script, and by that status alone, before any get shows it.

    It stays in each status for longer than a list may lag.
    """
    if not target.controls_clock:
        pytest.skip("needs a clock that can be moved")
    directory = directories.holding(1, "listed alone")
    held = 2 * target.settle_timeout + STEP
    path = transient_statuses()
    steps.set_script(directory, [(status, held) for status in path], end)
    batch = steps.create(directory)
    began = target.now
    for place, status in enumerate((*path, end)):
        target.wait(max(0.0, began + place * held - target.now))
        for filters in ({}, {"status": status}):
            walk = target.eventually(
                lambda: walks.all(source_directory_id=directory.id, **filters),  # noqa: B023
                lambda walk: shown_by(walk, {batch["id"]}) == {batch["id"]: status},  # noqa: B023
            )
            if status != end and target.now >= began + (place + 1) * held:
                pytest.skip("needs lists that are answered while the batch is still in the status")
            shown = shown_by(walk, {batch["id"]})
            if filters and not shown and not _is_listed_as(batch["id"], status, directory, walks):
                break  # Whoever shares the service has moved its clock on.
            verify(
                "list-filters-combine" if filters else "list-shows-created-batch",
                bool(shown),
                check="list-items-match-filters" if filters else "created-batch-is-listed",
                kind="missing",
                expected=[batch["id"]],
                actual=walk.ids,
                difference=f"{batch['id']}, which is {status}, is missing",
                exchanges=walk.exchanges,
                case=f"{status}, {UNREAD}",
            )
            if shown[batch["id"]] != status:
                _agrees(batch["id"], status, shown[batch["id"]], walk, steps, verify)
    _agrees(batch["id"], end, end, walk, steps, verify)


def _is_listed_as(batch_id: str, status: str, directory: Directory, walks: Walks) -> bool:
    """Whether a list without a filter by status still shows a batch in this one."""
    return shown_by(walks.all(source_directory_id=directory.id), {batch_id}) == {batch_id: status}


def _agrees(batch_id: str, status: str, listed: object, walk: Walk, steps: Steps, verify: Verify) -> None:
    """Verify that a list has shown the status that a get shows. Skips where a batch does not follow its script."""
    exchange = steps.batches.get(batch_id)
    if steps.accepted(exchange, "get-returns-requested-batch").get("status") != status:
        pytest.skip("needs batches that follow their script")
    verify(
        "list-agrees-with-get",
        listed == status,
        check="views-agree",
        kind="not-matching",
        expected=status,
        actual=listed,
        difference=f"{batch_id} is {listed} in the list, and a get shows {status}",
        operation=LIST,
        exchanges=[*walk.exchanges, exchange],
        case=f"{status}, {UNREAD}",
    )
