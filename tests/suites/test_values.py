"""Values are plain JSON, and no larger than a report can bear."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.words import HIDDEN, made_up
from suites.values import SIZE, as_value


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        ([1, "a", True, {"b": None}], [1, "a", True, {"b": None}]),
        ({"c", "a", "b"}, ["a", "b", "c"]),
        (("parse_v2", None), ["parse_v2", None]),
        ({1: 2}, {"1": 2}),
        (float("inf"), "inf"),
        (datetime(2030, 1, 1, tzinfo=UTC), "2030-01-01 00:00:00+00:00"),
        (10**50, "…"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_json(value: object, plain: object) -> None:
    assert as_value(value) == plain


@pytest.mark.parametrize(
    "value",
    [
        "x" * 100_000,
        ["x" * 1000] * 1000,
        {f"name {number}": ["x"] * 500 for number in range(500)},
        nested(5000),
        [[["x" * 200] * 50] * 50] * 50,
    ],
    ids=["long", "many", "wide", "deep", "all"],
)
def test_values_are_bounded(value: object) -> None:
    assert len(json.dumps(as_value(value), ensure_ascii=False)) <= SIZE + 3


def test_what_is_left_out_is_counted() -> None:
    assert as_value(list(range(250)))[-1] == "… 50 more"


def test_secrets_are_hidden_however_deep() -> None:
    secret = made_up()
    value = as_value({"a": [secret, f"https://files.example/x?sig={'s' * 20}"]})
    assert value == {"a": [HIDDEN, f"https://files.example/x?sig={HIDDEN}"]}
