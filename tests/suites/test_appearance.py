"""What answers look like is counted, whatever they are."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.exchange import Exchange, Headers, Request, Response
from suites.appearance import MOST_FEATURES, Appearance
from suites.shapes import DEEPEST
from suites.traffic import call_of

PATH = "/api/v2/batches/bat-1"


def shown(*bodies: bytes, status: int = 200, headers: Headers = ()) -> dict[str, dict[str, int]]:
    appearance = Appearance()
    request = Request("GET", f"http://127.0.0.1{PATH}", PATH, "", (), b"")
    for body in bodies:
        response = Response(status, headers, body)
        appearance.on_exchange(
            call_of(Exchange(1, "main", "main", request, response, None, datetime.now(UTC), 1.0, 1.5))
        )
    return appearance.take()


def fields(value: Any) -> set[str]:
    return {name.removeprefix("getBatch 2XX ") for name in shown(json.dumps(value).encode())["fields"]}


def test_statuses_and_headers_are_counted_once_per_answer() -> None:
    taken = shown(b"{}", b"{}", status=404, headers=(("Date", "now"), ("X-A", "1"), ("x-a", "2")))
    assert taken["statuses"] == {"getBatch 404": 2}
    assert taken["headers"] == {"4XX date": 2, "4XX x-a": 2}
    assert taken["fields"] == {"getBatch 4XX .: object": 2}


def test_a_field_is_shown_with_its_place_and_kind() -> None:
    assert fields({"a": [{"b": None}, {"b": 1.5}], "c": "2030-01-01T00:00:00Z", "d": True, "e": 1, "f": "x"}) == {
        *(".: object", ".a: array", ".a[]: object", ".a[].b: null", ".a[].b: number"),
        *(".c: date-time", ".d: boolean", ".e: integer", ".f: string"),
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"", "empty"), (b"<html>", "not JSON: no content type"), (b"[]", ".: array"), (b"7", ".: integer")],
)
def test_a_body_of_any_form_is_shown(body: bytes, field: str) -> None:
    assert set(shown(body)["fields"]) == {f"getBatch 2XX {field}"}


def test_every_entry_of_a_list_is_looked_at() -> None:
    assert fields([0] * 1_000 + ["late"]) == {".: array", "[]: integer", "[]: string"}


def test_there_is_an_end_to_what_is_looked_at() -> None:
    deep: Any = 1
    for _ in range(50):
        deep = {"a": deep}
    assert len(fields(deep)) == DEEPEST + 1
    many = {f"field{number}": 1 for number in range(3 * MOST_FEATURES)}
    assert len(shown(json.dumps(many).encode())["fields"]) == MOST_FEATURES
    (long,) = (name for name in fields({"n" * 10_000: 1}) if "n" in name.partition(":")[0])
    assert len(long) < 120


def test_what_was_taken_is_not_taken_again_and_no_answer_is_none() -> None:
    appearance = Appearance()
    request = Request("GET", f"http://127.0.0.1{PATH}", PATH, "", (), b"")
    appearance.on_exchange(call_of(Exchange(1, "main", "main", request, None, "refused", datetime.now(UTC), 1.0, 1.5)))
    assert not any(appearance.take().values())
    assert not any(appearance.take().values())
