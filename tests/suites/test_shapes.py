"""Values of one shape show the same of the contract, and look alike, whatever is in them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.elements import fields_of, sendable, showable
from spec.openapi import components, operations
from suites.appearance import of_value
from suites.shapes import DEEPEST, MOST_PARTS, shape_of

SCHEMAS = [
    schema
    for operation in operations().values()
    if not operation.is_setup
    for schema in (operation.success_schema, operation.body_schema)
    if schema is not None
]
NAMES = sorted({name.partition(".")[2] for name in sendable() | showable() if "." in name})
WORDS = sorted({name.partition("=")[2] for name in sendable() | showable() if "=" in name})
LEAVES = st.one_of(
    st.sampled_from([*WORDS, "", "other", "2030-01-01T00:00:00Z", "2031-02-03T04:05:06+01:00", "2030-13-01T00:00:00Z"]),
    st.sampled_from([None, True, 0, 7, 1.5]),
)
VALUES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(st.lists(parts, max_size=3), st.dictionaries(st.sampled_from(NAMES), parts, max_size=4)),
    max_leaves=12,
)


def changed(value: Any, draw: Callable[[str], Any]) -> Any:
    """Another value, with other texts and numbers in the same places, and longer lists."""
    if isinstance(value, dict):
        return {name: changed(part, draw) for name, part in value.items()}
    if isinstance(value, list):
        return [changed(part, draw) for part in (*reversed(value), *value)]
    return draw("id") if value == "other" else value + 1 if type(value) in (int, float) else value


@settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES, st.integers())
def test_what_has_one_shape_shows_the_same(value: Any, number: int) -> None:
    other = changed(value, lambda kind: f"{kind} {number}")
    assert shape_of(other) == shape_of(value)
    assert set(of_value("", other, DEEPEST)) == set(of_value("", value, DEEPEST))
    for schema in SCHEMAS:
        assert set(fields_of(schema, other)) == set(fields_of(schema, value))


@settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES, VALUES)
def test_what_shows_something_else_has_another_shape(one: Any, other: Any) -> None:
    differs = set(of_value("", one, DEEPEST)) != set(of_value("", other, DEEPEST))
    differs = differs or any(set(fields_of(schema, one)) != set(fields_of(schema, other)) for schema in SCHEMAS)
    assert not differs or shape_of(one) != shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "PENDING"}, {"status": "RUNNING"}),
        ({"status": "PENDING"}, {"status": "pending"}),
        ({"a": "2030-01-01T00:00:00Z"}, {"a": "2030-01-01"}),
        ({"a": []}, {"a": {}}),
        ({"a": 1}, {"a": True}),
        ([{"a": 1}], [{"a": 1}, {"b": 1}]),
    ],
)
def test_a_difference_that_counts_is_one_of_shape(one: Any, other: Any) -> None:
    assert shape_of(one) != shape_of(other)


def test_a_value_of_very_many_parts_is_like_no_other() -> None:
    fields = {f"field{number}": 1 for number in range(MOST_PARTS + 1)}
    entries = [{f"field{number}": 1} for number in range(MOST_PARTS + 1)]
    assert shape_of(fields) != shape_of(fields)
    assert shape_of(entries) != shape_of(entries)


def depth(schema: dict[str, Any]) -> int:
    if "$ref" in schema:
        return depth(components()["schemas"][schema["$ref"].rpartition("/")[2]])
    below = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return max([1 + depth(each) for each in below] + [depth(each) for each in schema.get("anyOf", [])], default=0)


def test_the_contract_is_no_deeper_than_shapes_are() -> None:
    assert 3 < max(map(depth, SCHEMAS)) <= DEEPEST
