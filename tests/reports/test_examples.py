"""Of all that was seen of a violation, the simplest is shown."""

from itertools import permutations
from typing import Any

import pytest

from tests.reports import samples

BASE = "http://127.0.0.1:8000/api/v2/batches"


def asked(url: str = BASE, **changes: Any) -> dict[str, Any]:
    return samples.exchange(request=samples.request(url=url), **changes)


SIMPLER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "written before generated": (
        {"exchanges": [asked(f"{BASE}?created_at_on_or_after=3184-01-01T00:00:00Z")]},
        {"exchanges": [asked()], "generated": True},
    ),
    "with an exchange before without": ({"generated": True}, {"exchanges": []}),
    "today before another age": (
        {"exchanges": [asked(f"{BASE}?page_size=2&created_at_on_or_after=2029-12-31T00:00:00Z")]},
        {"exchanges": [asked(f"{BASE}?created_at_on_or_after=3184-01-01T00:00:00Z")]},
    ),
    "a short address before a long one": (
        {"exchanges": [asked(), asked()]},
        {"exchanges": [asked(f"{BASE}?page_size=2")]},
    ),
    "a short body before a long one": (
        {"exchanges": [samples.exchange(request=samples.request(body="{}"))]},
        {"exchanges": [samples.exchange(request=samples.request(body='{"a": 1}'))]},
    ),
    "few exchanges before many": ({"exchanges": [asked()]}, {"exchanges": [asked(), asked()]}),
    "the length is that of the deciding request": (
        {"exchanges": [asked(f"{BASE}?page_size=2"), asked()], "deciding": 1},
        {"exchanges": [asked(f"{BASE}?page_size=2"), asked()], "deciding": 0},
    ),
}


@pytest.mark.parametrize("name", SIMPLER)
def test_the_simpler_of_two_examples_stays_whoever_comes_first(name: str) -> None:
    simple, hard = ({**samples.violation(), **each} for each in SIMPLER[name])
    (alone,) = samples.findings({"violations": [simple]}).violations
    for some in ([simple, hard], [hard, simple]):
        (violation,) = samples.findings({"violations": some}).violations
        assert (violation.exchanges, violation.deciding, violation.generated) == (
            alone.exchanges,
            alone.deciding,
            alone.generated,
        )


def test_equally_simple_examples_are_chosen_alike_in_any_order_and_on_any_worker() -> None:
    cases = ["a", "b", "c"]
    kept = set()
    for number, order in enumerate(permutations(cases)):
        workers = {case: f"gw{(number + index) % 3}" for index, case in enumerate(cases)}
        some = [
            samples.violation(case=case, exchanges=[asked(number=order.index(case), worker=workers[case])])
            for case in order
        ]
        (violation,) = samples.findings(*({"violations": [each]} for each in some)).violations
        kept.add(violation.case)
    assert len(kept) == 1


def test_the_violation_with_the_simplest_example_comes_first() -> None:
    hard = samples.violation(check="a", exchanges=[asked(f"{BASE}?page_size=2")])
    simple = samples.violation(check="b", exchanges=[asked()])
    assert [each.check for each in samples.findings({"violations": [hard, simple]}).violations] == ["b", "a"]
