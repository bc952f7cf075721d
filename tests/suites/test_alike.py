"""What is known of a batch is known of it again where it is shown as it was, and of no other."""

from typing import Any

import pytest

from suites.alike import OBJECTS_REMEMBERED, alike
from suites.shapes import shape_of

BATCH = {"id": "bat-1", "status": "RUNNING", "config": {"job": {"type": "parse"}}, "results": None}


def test_what_is_shown_as_it_was_is_known() -> None:
    batch = {**BATCH, "id": "as it was"}
    alike(batch)["what"] = "found"
    assert alike(dict(reversed(batch.items()))) == alike(batch) == {"what": "found"}


@pytest.mark.parametrize(
    "other",
    [
        {**BATCH, "status": "COMPLETED"},
        {**BATCH, "config": {"job": {"type": "extract"}}},
        {**BATCH, "more": None},
        {name: value for name, value in BATCH.items() if name != "results"},
    ],
)
def test_what_is_shown_otherwise_is_not(other: dict[str, Any]) -> None:
    alike(BATCH)["what"] = "found"
    assert alike(other) == {}
    assert alike(BATCH) == {}


@pytest.mark.parametrize("id_", [None, 7, ["bat-1"], {}])
def test_what_has_no_id_is_like_nothing(id_: object) -> None:
    alike({**BATCH, "id": id_})["what"] = "found"
    assert alike({**BATCH, "id": id_}) == {}


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), (0, False), ([1], [True])])
@pytest.mark.parametrize("place", ["direct", "deep"])
def test_numbers_that_are_equal_are_not_the_same(one: object, other: object, place: str) -> None:
    def batch(value: object) -> dict[str, Any]:
        return {**BATCH, "id": f"{one} {other} {place}", "count": value if place == "direct" else {"of": value}}

    assert batch(one) == batch(other)
    assert shape_of(batch(one)) != shape_of(batch(other))


def test_as_much_is_remembered_as_there_is_room_for() -> None:
    for number in range(OBJECTS_REMEMBERED + 1):
        alike({"id": f"bat-{number}"})["what"] = number
    assert (alike({"id": "bat-1"}), alike({"id": "bat-0"})) == ({"what": 1}, {})
