"""Recordings whose clock cannot be trusted, written by hand as a recorder would, of a service that does no wrong."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.recordings.recordings import judged

BEGIN = datetime(2026, 3, 29, 9, 59, 40, tzinfo=UTC)
BATCHES = "https://service.test/api/v2/batches"
JOB = '"config": {"job": {"type": "parse_v2", "configuration_id": "cfg-1"}}'
CREATE = f'{{"source_directory_id": "dir-1", {JOB}}}'
EMPTY = '{"items": [], "next_page_token": null, "total_size": 0}'
PAGE = '{"items": [%s], "next_page_token": null, "total_size": 1}'
GONE = '{"detail": "There is no such batch."}'

Entry = dict[str, Any]
Times = Callable[[int, float], float]
"""What the clock of a recorder is off, by the place of an exchange and the seconds since the beginning."""


def batch(status: str, updated: str) -> str:
    return (
        f'{{"id": "bat-1", "project_id": "prj-1", "source_directory_id": "dir-1", {JOB}, "status": "{status}",'
        f' "results": null, "created_at": "2026-03-29T09:59:40.1Z", "updated_at": "2026-03-29T{updated}Z"}}'
    )


PENDING, RUNNING = batch("PENDING", "09:59:40.1"), batch("RUNNING", "09:59:44.0")
COMPLETED = batch("COMPLETED", "09:59:58.0")

TRAFFIC: tuple[tuple[float, str, str, int, str], ...] = (
    (0.0, "POST", BATCHES, 200, PENDING),
    (2.0, "GET", BATCHES, 200, EMPTY),
    (3.0, "GET", f"{BATCHES}/bat-1", 200, PENDING),
    (5.0, "GET", f"{BATCHES}/bat-1", 200, RUNNING),
    (14.0, "GET", f"{BATCHES}?status=RUNNING", 200, PAGE % RUNNING),
    (19.0, "GET", f"{BATCHES}/bat-1", 200, COMPLETED),
    (20.0, "GET", BATCHES, 200, PAGE % RUNNING),
    (31.0, "GET", f"{BATCHES}?status=COMPLETED", 200, PAGE % COMPLETED),
    (32.0, "GET", f"{BATCHES}/bat-1", 200, COMPLETED),
    (33.0, "DELETE", "https://service.test/api/v1/beta/directories/dir-1", 204, ""),
    (34.0, "GET", f"{BATCHES}/bat-1", 404, GONE),
)
"""When a request was sent, what it was, and how it was answered after 200 ms: the list lags, and the end is final."""
BROKEN = (*TRAFFIC[:6], (19.5, "GET", f"{BATCHES}/bat-1", 200, RUNNING), *TRAFFIC[6:])
"""The same, but that the end is not."""


def entries(traffic: Sequence[tuple[float, str, str, int, str]], off: Times, zone: str = "Z") -> list[Entry]:
    return [
        {
            "startedDateTime": f"{BEGIN + timedelta(seconds=at + off(place, at)):%Y-%m-%dT%H:%M:%S.%f}{zone}",
            "time": 200.5,
            "request": {
                "method": method,
                "url": url,
                "headers": [{"name": "Authorization", "value": "Bearer llx-written-by-hand-1"}],
                **({"postData": {"mimeType": "application/json", "text": CREATE}} if method == "POST" else {}),
            },
            "response": {
                "status": status,
                "headers": [{"name": "Content-Type", "value": "application/json"}],
                "content": {"mimeType": "application/json", "text": body},
            },
        }
        for place, (at, method, url, status, body) in enumerate(traffic)
    ]


def accused(listed: Sequence[Entry]) -> set[str]:
    said = judged(json.dumps({"log": {"version": "1.2", "entries": list(listed)}}).encode())
    assert said.errors == []
    assert said.counts.judged == len(listed)
    followed = [sighting for record in said.records for each in record["batches"] for sighting in each["sightings"]]
    assert all(0 <= sighting["first"] <= sighting["last"] for sighting in followed)
    return said.accused


def from_place(first: int, seconds: float) -> Times:
    return lambda place, _: seconds if place >= first else 0.0


CLOCKS: dict[str, Times] = {
    "is right": lambda *_: 0.0,
    **{f"steps back before {place}": from_place(place, -7.0) for place in range(1, len(TRAFFIC))},
    **{f"steps back by a minute before {place}": from_place(place, -60.0) for place in range(1, len(TRAFFIC))},
    "steps back by an hour": from_place(6, -3600.0),
    "steps back by little": from_place(6, -0.9),
    "steps back each time": lambda place, _: -7.0 * place,
    "is a minute ahead for a while": lambda place, _: 60.0 if place in (1, 2) else 0.0,
    "is two clocks": lambda place, _: -4.0 * (place % 2),
    "is two clocks far apart": lambda place, _: -3600.0 * (place % 2),
    "loses time": lambda _, at: -0.4 * at,
    "stands still": lambda _, at: -at,
}


@pytest.mark.parametrize("off", CLOCKS.values(), ids=CLOCKS)
def test_a_clock_accuses_nobody(off: Times) -> None:
    assert accused(entries(TRAFFIC, off)) == set()


def test_a_change_of_the_time_zone_accuses_nobody() -> None:
    assert accused(entries(TRAFFIC, from_place(6, -3600.0), zone="")) == set()


SORTED: dict[str, Callable[[list[Entry]], list[Entry]]] = {
    "by URL": lambda found: sorted(found, key=lambda entry: str(entry["request"]["url"])),
    "one recorder after the other": lambda found: found[::2] + found[1::2],
    "halves exchanged": lambda found: found[6:] + found[:6],
}


@pytest.mark.parametrize("order", SORTED.values(), ids=SORTED)
@pytest.mark.parametrize("skew", [0.0, -5.0, 5.0])
def test_another_order_accuses_nobody(order: Callable[[list[Entry]], list[Entry]], skew: float) -> None:
    """Every other exchange is of another recorder, whose clock is not that of the first."""
    assert accused(order(entries(TRAFFIC, lambda place, _: skew * (place % 2)))) == set()


def test_the_newest_first_accuses_nobody() -> None:
    assert accused(entries(TRAFFIC, CLOCKS["is right"])[::-1]) == set()


@pytest.mark.parametrize("off", [CLOCKS["is right"], from_place(2, -1.5), from_place(2, -60.0), from_place(10, -60.0)])
def test_what_is_wrong_is_noticed_where_the_clock_is_right(off: Times) -> None:
    assert "terminal-status-is-final" in accused(entries(BROKEN, off))


def test_what_is_wrong_is_noticed_where_the_newest_come_first() -> None:
    assert "terminal-status-is-final" in accused(entries(BROKEN, CLOCKS["is right"])[::-1])


def test_what_is_wrong_is_noticed_where_another_has_written_the_rest() -> None:
    """Both recorders are right, and the file of one follows that of the other."""
    found = entries(BROKEN, CLOCKS["is right"])
    assert "terminal-status-is-final" in accused(found[2:7] + found[:2] + found[7:])
