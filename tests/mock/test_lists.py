"""Lists: filters, cursors, sizes."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, Api


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def walk(api: Api, path: str, **params: Any) -> list[str]:
    """Follow the tokens from the first page to the last."""
    found: list[str] = []
    token: str | None = None
    for _ in range(100):
        page = api.ok("GET", path, params={**params, **({"page_token": token} if token else {})})
        found += ids(page)
        token = page["next_page_token"]
        if token is None:
            return found
    raise AssertionError("the walk does not end")


def test_a_walk_meets_every_batch_once(api: Api) -> None:
    directory_id = api.directory()
    created = [api.create(directory_id)["id"] for _ in range(7)]
    for size in (1, 3, 7, 1000):
        found = walk(api, BATCHES, source_directory_id=directory_id, page_size=size)
        assert found == created[::-1]


def test_insertions_do_not_disturb_a_walk(api: Api) -> None:
    directory_id = api.directory()
    created = [api.create(directory_id)["id"] for _ in range(6)]
    first = api.batches(source_directory_id=directory_id, page_size=2, include_total="true")
    assert first["total_size"] == 6
    for _ in range(3):
        api.create(directory_id)
    rest = walk(api, BATCHES, page_token=first["next_page_token"], page_size=2)
    assert rest[:2] == created[::-1][2:4]
    second = api.batches(page_token=first["next_page_token"], page_size=100, include_total="true")
    assert ids(first) + ids(second) == created[::-1]
    assert second["total_size"] == 9


def test_a_token_carries_its_filters(api: Api) -> None:
    directory_id = api.directory()
    for _ in range(3):
        api.create(directory_id)
    api.create(api.directory())
    token = api.batches(source_directory_id=directory_id, page_size=1)["next_page_token"]
    rest = api.batches(page_token=token)
    assert {item["source_directory_id"] for item in rest["items"]} == {directory_id}
    same = api.batches(page_token=token, source_directory_id=directory_id)
    assert ids(same) == ids(rest)
    for contradiction in ({"source_directory_id": "dir-x"}, {"status": "FAILED"}):
        params = {"page_token": token, **contradiction}
        assert api.status("GET", BATCHES, params=params) == 422
    assert api.status("GET", DIRECTORIES, params={"page_token": token}) == 422


def test_a_token_of_another_project_is_refused(api: Api, other: Api) -> None:
    directory_id = api.directory()
    for _ in range(2):
        api.create(directory_id)
    token = api.batches(page_size=1)["next_page_token"]
    assert other.status("GET", BATCHES, params={"page_token": token}) == 422


def test_an_altered_token_is_refused(api: Api) -> None:
    directory_id = api.directory()
    for _ in range(2):
        api.create(directory_id)
    token = api.batches(page_size=1)["next_page_token"]
    for place in range(0, len(token) - 4, 7):
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert api.status("GET", BATCHES, params={"page_token": altered}) == 422


def test_status_filter_follows_the_batches(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    batch = api.create(directory_id)
    for status in ("PENDING", "RUNNING", "COMPLETED"):
        for asked in ("PENDING", "THROTTLED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"):
            page = api.batches(source_directory_id=directory_id, status=asked, include_total="true")
            assert ids(page) == ([batch["id"]] if asked == status else [])
            assert page["total_size"] == len(page["items"])
        api.advance(1)


def test_listed_batches_have_no_results(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    api.create(directory_id)
    api.advance(2)
    page = api.batches(source_directory_id=directory_id, expand="results")
    assert [item["results"] for item in page["items"]] == [None]


def test_creation_filters_include_both_ends(api: Api) -> None:
    directory_id = api.directory()
    first, middle, last = (api.create(directory_id) for _ in range(3))
    assert first["created_at"] < middle["created_at"] < last["created_at"]

    def found(**params: str) -> list[str]:
        return ids(api.batches(source_directory_id=directory_id, **params))

    instant = datetime.fromisoformat(middle["created_at"])
    for hours in (0, 14, -5.5):
        there = instant.astimezone(timezone(timedelta(hours=hours))).isoformat()
        assert found(created_at_on_or_after=there) == [last["id"], middle["id"]]
        assert found(created_at_on_or_before=there) == [middle["id"], first["id"]]
        both = found(created_at_on_or_after=there, created_at_on_or_before=there)
        assert both == [middle["id"]]
    later = (instant + timedelta(microseconds=1)).isoformat()
    assert found(created_at_on_or_after=later) == [last["id"]]
    assert found(created_at_on_or_after="0001-01-01T00:00:00+14:00") == [
        last["id"],
        middle["id"],
        first["id"],
    ]
    assert found(created_at_on_or_before="9999-12-31T23:59:59-14:00")
    token = api.batches(
        source_directory_id=directory_id,
        created_at_on_or_after="0001-01-01t00:00:00+14:00",
        page_size=1,
    )["next_page_token"]
    assert ids(api.batches(page_token=token)) == [middle["id"], first["id"]]


@pytest.mark.parametrize(
    "query",
    [
        "status=running",
        "status=",
        "status=null",
        "page_size=x",
        "page_size=1.5",
        "page_size=",
        "include_total=perhaps",
        "page_size=1" + "0" * 5000,
        "page_token=garbage",
        "page_token=e30=",
        "page_token=W10=",
        "page_token=" + "A" * 5000,
        "page_token=%C3%A4",
        "created_at_on_or_after=2030-01-01T00:00:00",
        "created_at_on_or_after=2030-01-01",
        "created_at_on_or_before=yesterday",
        "created_at_on_or_before=1",
        "created_at_on_or_before=",
        "created_at_on_or_before=2030-13-01T00:00:00Z",
        "created_at_on_or_before=%00",
        "source_directory_id=%00",
        "source_directory_id=%ff",
        "status=RUNNING&status=nothing",
    ],
    ids=lambda query: query[:60],
)
def test_bad_queries_are_refused(api: Api, query: str) -> None:
    assert api.status("GET", f"{BATCHES}?{query}") == 422


def test_a_total_is_given_when_it_is_requested(api: Api) -> None:
    directory_id = api.directory()
    api.create(directory_id)
    totals = [
        api.batches(source_directory_id=directory_id, **more)["total_size"]
        for more in ({}, {"include_total": "true"}, {"include_total": "false"})
    ]
    assert totals == [None, 1, None]


def test_a_page_size_has_no_bounds(api: Api) -> None:
    directory_id = api.directory()
    created = [api.create(directory_id)["id"] for _ in range(21)][::-1]
    for size, shown in (("0", 20), ("-1", 20), ("1001", 21), ("1" + "0" * 400, 21)):
        assert ids(api.batches(source_directory_id=directory_id, page_size=size)) == created[:shown]


def test_odd_queries_are_borne(api: Api) -> None:
    for query in ("colour=blue&colour=%00", "status=FAILED&status=RUNNING", "&&=&page_token="):
        assert api.status("GET", f"{BATCHES}?{query}") == 200
    assert api.batches(source_directory_id="dir-none")["items"] == []


def test_other_lists(api: Api) -> None:
    name = "only for this list"
    made = [api.directory(name=name, type=kind) for kind in ("user", "ephemeral", "user")]
    assert walk(api, DIRECTORIES, name=name, page_size=2) == made[::-1]
    assert walk(api, DIRECTORIES, name=name, type="ephemeral") == [made[1]]
    parameters = {"product_type": "extract_v2", "data_schema": {"type": "object"}}
    saved = [api.ok("POST", CONFIGURATIONS, json={"name": name, "parameters": parameters})["id"] for _ in range(3)]
    assert walk(api, CONFIGURATIONS, name=name, page_size=2) == saved[::-1]
    query = f"{CONFIGURATIONS}?name={name}&product_type=parse_v2"
    assert api.ok("GET", query)["items"] == []
    both = f"{query}&product_type=extract_v2"
    assert len(api.ok("GET", both)["items"]) == 3
