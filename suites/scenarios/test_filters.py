"""The filters of the list: each alone and at both of its ends, in pairs, and together."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from fixtures.batches import Batches
from fixtures.target import Target
from suites.differences import beyond, differing, first_few, kind_of, lacking, repeating
from suites.moments import NANOSECOND, Moment, moment
from suites.oracles.lists import promise_of
from suites.scenarios.conftest import Series
from suites.steps import Batch
from suites.traffic import COMPLETED, LIST, STATUSES, TERMINAL, call_of, repeated
from suites.verify import Verify
from suites.walks import LARGE_PAGE, WALK_BOUND, Walks

MICROSECOND = 1000 * NANOSECOND

AFTER, BEFORE = "created_at_on_or_after", "created_at_on_or_before"
REQUIREMENT = {
    AFTER: "list-filters-by-earliest-creation",
    BEFORE: "list-filters-by-latest-creation",
}
OUTWARD = {AFTER: -MICROSECOND, BEFORE: MICROSECOND}
"""How far a bound is moved so that what stands at it surely matches."""

OFFSETS = (timedelta(hours=14), timedelta(hours=-12), timedelta(hours=5, minutes=30))


def matching(parameter: str, bound: Moment, batches: Iterable[Batch]) -> set[str]:
    """Return those of some batches that surely match a time bound, however the times were rounded."""
    timed = [(created, batch["id"]) for batch in batches if (created := moment(batch.get("created_at")))]
    if parameter == AFTER:
        return {batch_id for created, batch_id in timed if bound.surely_before(created)}
    return {batch_id for created, batch_id in timed if created.surely_before(bound)}


@pytest.mark.requirement("list-shows-created-batch")
def test_the_list_shows_every_batch_of_the_project(series: Series, verify: Verify, walks: Walks) -> None:
    """Without a filter, the list holds each batch that was created."""
    walk = walks.listed(series.ids)
    verify(
        "list-shows-created-batch",
        series.ids <= set(walk.ids),
        check="created-batch-is-listed",
        kind="missing",
        expected=sorted(series.ids),
        actual=sorted(series.ids & set(walk.ids)),
        difference=lacking(series.ids, walk.ids),
        exchanges=walk.exchanges,
    )


@pytest.mark.requirement("list-agrees-with-get")
def test_a_batch_that_has_ended_is_listed_as_it_is_read(
    series: Series, verify: Verify, walks: Walks, target: Target
) -> None:
    """The list shows the terminal status that a get shows."""
    ended = {batch["id"]: batch["status"] for batch in series.batches if batch["status"] in TERMINAL}
    walk = target.eventually(
        lambda: walks.all(source_directory_id=series.directory.id),
        lambda walk: _statuses(walk.items, ended) == ended,
    )
    verify(
        "list-agrees-with-get",
        _statuses(walk.items, ended) == ended,
        check="views-agree",
        kind="not-matching",
        expected=ended,
        actual=_statuses(walk.items, ended),
        difference=_disagreement(ended, _statuses(walk.items, ended)),
        operation=LIST,
        exchanges=walk.exchanges,
    )


def _disagreement(read: dict[str, str], listed: dict[str, object]) -> str:
    others = [f"{id_} is {listed.get(id_)}, and a get shows {status}" for id_, status in read.items()]
    return first_few([sentence for sentence, id_ in zip(others, read, strict=True) if listed.get(id_) != read[id_]])


def _statuses(items: list[Batch], among: dict[str, str]) -> dict[str, object]:
    return {item["id"]: item.get("status") for item in items if item["id"] in among}


@pytest.mark.requirement("list-filters-by-status")
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_selects_the_batches_in_it(status: str, series: Series, verify: Verify, walks: Walks) -> None:
    """A list by status alone holds each batch that is in it, and none that is not."""
    expected = {batch["id"] for batch in series.batches if batch["status"] == status}
    walk = walks.listed(expected, status=status)
    others = series.ids - expected
    if expected or others:
        verify(
            "list-filters-by-status",
            expected <= set(walk.ids) and not others & set(walk.ids),
            check="list-items-match-filters",
            kind=kind_of(expected, walk.ids),
            expected=sorted(expected),
            actual=sorted(series.ids & set(walk.ids)),
            difference=differing(expected, series.ids & set(walk.ids)),
            exchanges=walk.exchanges,
            case=status,
        )


@pytest.mark.requirement("list-filters-by-directory")
def test_a_directory_selects_the_batches_over_it(series: Series, verify: Verify, walks: Walks) -> None:
    """A list by directory alone holds each batch over it, and none over another.

    A create that is refused may have made one over it as well.
    """
    walk = walks.listed(series.ids, source_directory_id=series.directory.id)
    found = series.known & set(walk.ids)
    verify(
        "list-filters-by-directory",
        found == series.ids,
        check="list-items-match-filters",
        kind=kind_of(series.ids, found),
        expected=sorted(series.ids),
        actual=sorted(found),
        difference=differing(series.ids, found),
        exchanges=walk.exchanges,
    )


@pytest.mark.requirement("list-filters-by-directory")
def test_a_directory_without_batches_selects_none(series: Series, batches: Batches, verify: Verify) -> None:
    """A directory whose id only begins alike selects nothing of the series."""
    shortened = series.directory.id[:-1]
    if not shortened:
        pytest.skip("needs directory ids of more than one character")
    call = call_of(batches.list(source_directory_id=shortened))
    if call.succeeded:
        verify(
            "list-filters-by-directory",
            not series.ids & {batch["id"] for batch in call.batches},
            check="list-items-match-filters",
            kind="unexpected",
            expected=[],
            actual=[batch["id"] for batch in call.batches],
            difference=beyond([], series.ids & {batch["id"] for batch in call.batches}),
            exchanges=[call.exchange],
            case=f"source_directory_id={shortened}",
        )


@pytest.mark.requirement(*REQUIREMENT.values())
@pytest.mark.parametrize("parameter", [AFTER, BEFORE])
@pytest.mark.parametrize("position", [0, len(STATUSES) // 2, -1], ids=["oldest", "middle", "newest"])
def test_a_time_selects_the_batches_on_one_side_of_it(
    parameter: str, position: int, series: Series, verify: Verify, walks: Walks
) -> None:
    """A list by creation time alone holds each batch on the right side of it, and none on the wrong one."""
    bound, _ = series.created()[position]
    expected = matching(parameter, bound, series.batches)
    walk = walks.listed(expected, **{parameter: bound.text})
    verify(
        REQUIREMENT[parameter],
        expected <= set(walk.ids),
        check="list-items-match-filters",
        kind="missing",
        expected=sorted(expected),
        actual=sorted(series.ids & set(walk.ids)),
        difference=lacking(expected, walk.ids),
        exchanges=walk.exchanges,
        case=f"{parameter}={bound.text}",
    )


@pytest.mark.requirement(*REQUIREMENT.values())
@pytest.mark.parametrize("parameter", [AFTER, BEFORE])
@pytest.mark.parametrize("position", [0, len(STATUSES) // 2, -1], ids=["oldest", "middle", "newest"])
def test_a_time_selects_what_was_created_at_it(
    parameter: str, position: int, series: Series, verify: Verify, walks: Walks
) -> None:
    """Both ends are inclusive: the creation time of a batch selects it.

    A service may show times more coarsely than it keeps them, and then its batch can stand beyond the end. It is held
    against the service only if the shown time is as fine as a microsecond, or if for two batches a bound a microsecond
    further out lets the batch through, which would be too much of a coincidence.
    """
    (bound, batch), another = series.created()[position], series.created()[position - 1]
    exact = walks.listed({batch["id"]}, **{parameter: bound.text})
    is_in = batch["id"] in exact.ids
    if not is_in and bound.unit > MICROSECOND:
        suspects = ((bound, batch["id"]), (another[0], another[1]["id"]))
        if not all(_ends_just_before(parameter, created, batch_id, walks) for created, batch_id in suspects):
            pytest.skip("needs creation times that are shown as precisely as they are stored")
    verify(
        REQUIREMENT[parameter],
        is_in,
        check="list-items-match-filters",
        kind="missing",
        expected=[batch["id"]],
        actual=sorted(series.ids & set(exact.ids)),
        difference=f"{batch['id']}, created at {batch['created_at']}, is missing",
        exchanges=exact.exchanges,
        case=f"{parameter}={bound.text}",
    )


def _ends_just_before(parameter: str, created: Moment, batch_id: str, walks: Walks) -> bool:
    """Whether a list up to the creation time of a batch lacks it, and one to a microsecond further out does not."""
    exact = walks.all(**{parameter: created.text})
    further = walks.all(**{parameter: created.shifted(OUTWARD[parameter])})
    return batch_id not in exact.ids and batch_id in further.ids


@pytest.mark.requirement("list-compares-instants")
@pytest.mark.parametrize("offset", OFFSETS, ids=str)
@pytest.mark.parametrize("parameter", [AFTER, BEFORE])
def test_the_same_instant_in_another_offset_selects_the_same(
    parameter: str,
    offset: timedelta,
    series: Series,
    batches: Batches,
    verify: Verify,
    walks: Walks,
) -> None:
    """What a time selects does not hang on the offset in which it is written."""
    bound, _ = series.created()[len(series.batches) // 2]
    rewritten = bound.shifted(0, offset)
    first = call_of(batches.list(source_directory_id=series.directory.id, **{parameter: rewritten}))
    if first.refused:
        verify(
            "list-compares-instants",
            False,
            check="request-is-accepted",
            kind="refused",
            expected="a 2xx",
            actual=first.exchange.status,
            difference=f"the date-time {rewritten} is refused",
            exchanges=[first.exchange],
        )
    walk = walks.all(source_directory_id=series.directory.id, **{parameter: rewritten})
    sure_in = matching(parameter, bound, series.batches)
    sure_out = matching(BEFORE if parameter == AFTER else AFTER, bound, series.batches)
    verify(
        "list-compares-instants",
        sure_in <= set(walk.ids) and not sure_out & set(walk.ids),
        check="list-items-match-filters",
        kind=kind_of(sure_in, walk.ids),
        expected=sorted(sure_in),
        actual=sorted(walk.ids),
        difference=differing(sure_in, walk.ids, set(walk.ids) - sure_out),
        exchanges=walk.exchanges,
        case=f"{parameter}={rewritten}, which is {bound.text}",
    )


DIRECTORY, STATUS = "source_directory_id", "status"


def combinations_of_filters(series: Series) -> Iterator[dict[str, str]]:
    """Yield filters that are used together: every two and three of the four, and all of them.

    For each filter there are batches that match all others and not it, and batches that match all.
    """
    times = [created.text for created, _ in series.created()]
    middle = len(times) // 2
    windows = [
        {AFTER: times[1]},
        {BEFORE: times[-2]},
        {AFTER: times[1], BEFORE: times[-2]},
        {AFTER: times[-2], BEFORE: times[1]},
        {AFTER: times[middle + 1]},
        {BEFORE: times[middle - 1]},
    ]
    shown = sorted({batch["status"] for batch in series.batches})
    absent = [status for status in STATUSES if status not in shown][:1]
    beside_times = dict.fromkeys([COMPLETED, series.created()[middle][1]["status"], *absent])
    for beside in ({}, {DIRECTORY: series.directory.id}):
        yield from ({**beside, **window} for window in windows if len(beside | window) > 1)
        yield from ({**beside, STATUS: status} for status in (*shown, *absent) if beside)
        yield from ({**beside, STATUS: status, **window} for window in windows for status in beside_times)
    yield from ({DIRECTORY: batch[DIRECTORY], **windows[2]} for batch in series.unread[:1])


@pytest.mark.requirement("list-filters-combine")
def test_filters_are_combined_with_and(series: Series, verify: Verify, walks: Walks) -> None:
    """A list with several filters holds the batches that match each of them, and no others.

    A target may refuse filters that nothing can match.
    """
    for filters in combinations_of_filters(series):
        sure, possible = _matching(series, filters)
        if possible:
            walk = walks.listed(sure, **filters)
        elif (walk := walks.follow(WALK_BOUND, **filters)).pages[0].refused:
            continue
        found = series.known & set(walk.ids)
        verify(
            "list-filters-combine",
            sure <= found <= possible,
            check="list-items-match-filters",
            kind=kind_of(sure, found),
            expected=sorted(sure),
            actual=sorted(found),
            difference=differing(sure, found, possible),
            exchanges=walk.exchanges,
            case=", ".join(f"{name}={value}" for name, value in filters.items()),
        )


def _matching(series: Series, filters: dict[str, str]) -> tuple[set[str], set[str]]:
    """Return the batches that surely match all filters, and those that may: times and unread statuses are not sure."""
    everything = [*series.batches, *series.unread]
    sure = {batch["id"] for batch in everything}
    possible = set(sure)
    directory, status = filters.get(DIRECTORY), filters.get(STATUS)
    if directory is not None:
        over = {batch["id"] for batch in everything if batch[DIRECTORY] == directory}
        sure, possible = sure & over, possible & over
    if status is not None:
        in_status = {batch["id"] for batch in series.batches if batch["status"] == status}
        sure, possible = sure & in_status, possible & (in_status | {batch["id"] for batch in series.unread})
    for parameter, opposite in ((AFTER, BEFORE), (BEFORE, AFTER)):
        if (bound := moment(filters.get(parameter))) is not None:
            sure &= matching(parameter, bound, everything)
            possible -= matching(opposite, bound, everything)
    return sure, possible


@pytest.mark.requirement("list-filters-combine")
@pytest.mark.parametrize("position", [0, len(STATUSES) // 2], ids=["oldest", "middle"])
def test_both_bounds_can_be_one_instant(position: int, series: Series, verify: Verify, walks: Walks) -> None:
    """What matches either bound alone matches both together, also beside other filters."""
    bound, batch = series.created()[position]
    alone = [walks.listed({batch["id"]}, **{parameter: bound.text}) for parameter in (AFTER, BEFORE)]
    if not all(batch["id"] in walk.ids for walk in alone):
        pytest.skip("needs creation times that are shown as precisely as they are stored")
    instant = {AFTER: bound.text, BEFORE: bound.text}
    directory, status = {DIRECTORY: series.directory.id}, {STATUS: batch["status"]}
    for filters in (instant, instant | directory, instant | status, instant | directory | status):
        _, possible = _matching(series, filters)
        walk = walks.listed({batch["id"]}, **filters)
        found = series.ids & set(walk.ids)
        verify(
            "list-filters-combine",
            {batch["id"]} <= found <= possible,
            check="list-items-match-filters",
            kind=kind_of({batch["id"]}, found),
            expected=[batch["id"]],
            actual=sorted(found),
            difference=differing({batch["id"]}, found, possible),
            exchanges=[*alone[0].exchanges[-1:], *alone[1].exchanges[-1:], *walk.exchanges],
            case=", ".join(f"{name}={value}" for name, value in filters.items()),
        )


@pytest.mark.requirement("list-filters-hold-on-every-page", "pages-lose-nothing", "pages-repeat-nothing")
@pytest.mark.parametrize("page_size", [1, 2])
def test_filters_hold_on_every_page(page_size: int, series: Series, verify: Verify, walks: Walks) -> None:
    """A walk with small pages through filtered batches meets those that match, and only those."""
    times = [created.text for created, _ in series.created()]
    completed = {DIRECTORY: series.directory.id, STATUS: COMPLETED}
    bounded = {DIRECTORY: series.directory.id, AFTER: times[1], BEFORE: times[-2]}
    for filters in (completed, bounded, completed | bounded):
        sure, possible = _matching(series, filters)
        walk = walks.ours(len(series.batches), page_size=page_size, **filters)
        found = series.known & set(walk.ids)
        verify(
            "pages-lose-nothing",
            sure <= set(walk.ids),
            check="walk-meets-every-batch",
            kind="missing",
            expected=sorted(sure),
            actual=walk.ids,
            difference=lacking(sure, walk.ids),
            exchanges=walk.exchanges,
            case=f"page_size={page_size}, {filters}",
        )
        verify(
            "list-filters-hold-on-every-page" if len(walk.pages) > 1 else "list-filters-combine",
            found <= possible,
            check="list-items-match-filters",
            kind="unexpected",
            expected=sorted(possible),
            actual=sorted(found),
            difference=beyond(possible, found),
            exchanges=walk.exchanges,
            case=f"page_size={page_size}, {filters}",
        )


PAGES = 3
"""Pages over which the batches of a filter are spread, more or less."""


def _size_of_pages(batches: int) -> int:
    """Return the size of a few pages for so many batches, the last of which has room, if that can be."""
    sizes = range(batches // PAGES + 1, batches)
    return min(next((size for size in sizes if batches % size), 1), LARGE_PAGE)


@pytest.mark.requirement("list-filters-hold-on-every-page", "pages-lose-nothing", "pages-repeat-nothing")
def test_a_filter_without_a_directory_holds_on_every_page(
    series: Series, verify: Verify, walks: Walks, target: Target
) -> None:
    """A status, times, and both hold on several pages of the whole project, which lose and repeat nothing.

    What matches once matches for ever: a status is a terminal one. Others may make batches meanwhile, a batch may go
    with its directory, and one list may lag behind another, so that a walk long before and one after say what the one
    between them has to meet.
    """
    times = [created.text for created, _ in series.created()]
    window = {AFTER: times[1], BEFORE: times[-2]}
    ended = sorted({batch["status"] for batch in series.batches} & TERMINAL)
    every = (*({STATUS: status} for status in ended), window, {STATUS: COMPLETED, **window})
    before = [(filters, walks.all(**filters)) for filters in every]
    target.wait(target.settle_timeout, "one list may lag behind another")
    for filters, whole in before:
        matching = {batch["id"] for batch in whole.items if STATUS not in filters or batch["status"] == filters[STATUS]}
        page_size = _size_of_pages(len(whole.ids))
        walk = walks.all(page_size=page_size, **filters)
        twice, lost = repeated(walk.ids), matching - set(walk.ids)
        again = whole
        if twice or lost:
            again = target.eventually(partial(walks.all, **filters), lambda walk: not lost & set(walk.ids))  # noqa: B023
        wanted = (lost & set(again.ids)).union(walk.ids)
        verify(
            "pages-lose-nothing",
            wanted <= set(walk.ids),
            check="walk-meets-every-batch",
            kind="missing",
            expected=sorted(wanted),
            actual=sorted(set(walk.ids)),
            difference=lacking(wanted, walk.ids),
            exchanges=walk.exchanges,
            case=f"page_size={page_size}, {filters}",
        )
        if not twice or set(again.ids) == set(whole.ids):
            verify(
                "pages-repeat-nothing",
                not twice,
                check="batch-is-met-once",
                kind="twice",
                expected=sorted(set(walk.ids)),
                actual=walk.ids,
                difference=repeating(walk.ids_by_page),
                deciding=walk.first_repetition,
                exchanges=walk.exchanges,
                case=f"page_size={page_size}, {filters}",
            )
        _, possible = _matching(series, filters)
        found = series.ids & set(walk.ids)
        verify(
            "list-filters-hold-on-every-page" if len(walk.pages) > 1 else promise_of(walk.exchanges[0].request),
            found <= possible,
            check="list-items-match-filters",
            kind="unexpected",
            expected=sorted(possible),
            actual=sorted(found),
            difference=beyond(possible, found),
            exchanges=walk.exchanges,
            case=f"page_size={page_size}, {filters}",
        )
