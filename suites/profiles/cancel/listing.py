"""In which lists a batch is that was cancelled."""

from functools import partial
from typing import Any

from suites.moments import SECOND, moment
from suites.profiles.cancel.stopping import CANCELLED
from suites.steps import Batch, Steps
from suites.traffic import STATUSES
from suites.verify import Verify
from suites.walks import Walk, Walks

ROUNDED = 2 * SECOND
"""Nanoseconds by which a creation time may be shown too late, at most."""


def is_listed_as_cancelled(batch: Batch, steps: Steps, walks: Walks, verify: Verify) -> None:
    """Verify that a batch is among the CANCELLED and among no others, over its directory and since its creation.

    A list may lag for as long as the user allows.
    """
    for within in _selections(batch):
        walk = walks.listed({batch["id"]}, status=CANCELLED, **within)
        verify(
            "cancelled-batch-is-listed-as-cancelled",
            batch["id"] in walk.ids,
            check="list-items-match-filters",
            kind="missing",
            expected=[batch["id"]],
            actual=walk.ids,
            difference=f"{batch['id']} is not among the {CANCELLED}",
            exchanges=walk.exchanges,
            case=", ".join(within),
        )
        for status in sorted(set(STATUSES) - {CANCELLED}):
            ask = partial(walks.all, status=status, **within)
            walk = steps.target.eventually(ask, lambda walk: batch["id"] not in walk.ids)
            verify(
                "cancelled-batch-is-listed-as-cancelled",
                batch["id"] not in walk.ids,
                check="list-items-match-filters",
                kind="unexpected",
                expected=[],
                actual=walk.ids,
                difference=f"{batch['id']}, which is {CANCELLED}, is among the {status}",
                exchanges=walk.exchanges,
                case=", ".join(within),
            )
    _is_shown_as_cancelled(batch, steps, walks, verify)


def _selections(batch: Batch) -> list[dict[str, Any]]:
    """Return filters that the batch matches, however its creation time was rounded."""
    created = moment(batch.get("created_at"))
    since = [{"created_at_on_or_after": created.shifted(-ROUNDED)}] if created else []
    return [{"source_directory_id": batch["source_directory_id"]}, *since]


def _is_shown_as_cancelled(batch: Batch, steps: Steps, walks: Walks, verify: Verify) -> None:
    """Verify that a list without a status shows the batch as what it is."""

    def statuses(walk: Walk) -> list[Any]:
        return [item.get("status") for item in walk.items if item["id"] == batch["id"]]

    ask = partial(walks.all, source_directory_id=batch["source_directory_id"])
    walk = steps.target.eventually(ask, lambda walk: statuses(walk) == [CANCELLED])
    verify(
        "list-agrees-with-get",
        set(statuses(walk)) <= {CANCELLED},
        check="views-agree",
        kind="not-matching",
        expected=CANCELLED,
        actual=statuses(walk),
        difference=f"{batch['id']}, which is {CANCELLED}, is listed as {', '.join(map(str, statuses(walk)))}",
        exchanges=walk.exchanges,
        case=f"batch {batch['id']}",
    )
