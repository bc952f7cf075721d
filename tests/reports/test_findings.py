"""Records become findings."""

from typing import Any

import pytest

from reports.model import Spending
from tests.reports import samples


def test_held_observations_add_up() -> None:
    found = samples.findings({"held": {"a": 2, "b": 1}}, {"held": {"a": 3}})
    assert found.held == {"a": 5, "b": 1}


def test_violations_of_one_fingerprint_are_one_that_counts_all_and_names_all_tests() -> None:
    some = [samples.violation(test=f"suites/test_a.py::test_{name}", case=name) for name in "bacb"]
    (merged,) = samples.findings(*({"violations": [violation]} for violation in some)).violations
    assert merged.count == 4
    assert merged.tests == tuple(f"suites/test_a.py::test_{name}" for name in "abc")


@pytest.mark.parametrize(
    "change",
    [{"requirement": "another"}, {"check": "another"}, {"kind": "missing"}, {"operation": "listBatches"}],
    ids=lambda change: next(iter(change)),
)
def test_violations_of_another_fingerprint_are_kept_apart(change: dict[str, Any]) -> None:
    record = {"violations": [samples.violation(), samples.violation(**change)]}
    assert [each.count for each in samples.findings(record).violations] == [1, 1]


@pytest.mark.parametrize(("deciding", "index"), [(-1, 1), (0, 0), (1, 1)])
def test_the_deciding_exchange_is_the_evidence(deciding: int, index: int) -> None:
    shown = [samples.exchange(number=1), samples.exchange(number=2)]
    (violation,) = samples.findings({"violations": [samples.violation(exchanges=shown, deciding=deciding)]}).violations
    assert violation.evidence == violation.exchanges[index]


def test_however_many_fingerprints_there_are_each_keeps_an_example_with_its_exchanges() -> None:
    many = [samples.violation(check=f"check-{number}") for number in range(100)]
    violations = samples.findings({"violations": many}).violations
    assert len(violations) == len(many)
    assert all(violation.evidence for violation in violations)


def test_order_of_records_does_not_matter() -> None:
    records = [
        {"violations": [samples.violation(test=f"suites/test_{name}.py::test")], "errors": [name]} for name in "bca"
    ]
    forth, back = samples.findings(*records), samples.findings(*reversed(records))
    assert forth.violations == back.violations
    assert forth.errors == back.errors == ("a", "b", "c")


def test_spending_adds_up_once_in_total_and_for_each_requirement() -> None:
    one = {"requests": 3, "uploads": 1, "batches": 1, "billable_files": 1, "requirements": ["a", "b"]}
    two = {"requests": 2, "uploads": 0, "batches": 1, "billable_files": 4, "requirements": ["b"]}
    found = samples.findings({"spent": one}, {"spent": two})
    assert found.spent == found.spent_on["b"] == Spending(5, 1, 2, 5)
    assert found.spent_on["a"] == Spending(3, 1, 1, 1)


def test_reasons_and_errors_are_reported_once() -> None:
    record = {
        "unexercised": [{"requirement": "a", "reason": "no second key"}],
        "errors": ["The service did not answer."],
    }
    found = samples.findings(record, record)
    assert found.reasons("a") == ("no second key",)
    assert found.reasons("b") == ()
    assert found.errors == ("The service did not answer.",)


def test_errors_that_differ_in_their_exchange_alone_are_one() -> None:
    given = {"errors": ["No id (#10 POST /a → 500)", "No id (#9 POST /a → 500)", "No id (#9 POST /b → 500)"]}
    assert samples.findings(given).errors == (
        "No id (#9 POST /a → 500) [and 1 more like it]",
        "No id (#9 POST /b → 500)",
    )


def test_traffic_adds_up() -> None:
    one = {"exchanges": {"count": 3, "seconds": 0.5, "by_operation": {"getBatch": 3}}}
    two = {"exchanges": {"count": 2, "seconds": 0.25, "by_operation": {"getBatch": 1, "create": 1}}}
    traffic = samples.findings(one, two).traffic()
    assert (traffic.count, traffic.seconds) == (5, 0.75)
    assert traffic.by_operation == {"create": 1, "getBatch": 4}


@pytest.mark.parametrize(
    "record",
    [
        {"held": ["a"]},
        {"held": {"a": "many"}},
        {"violations": [{"requirement": "a"}]},
        {"violations": 1},
        {"violations": [samples.violation(exchanges=[samples.exchange(seconds=float("nan"))])]},
        {"violations": [samples.violation(exchanges=[{}])]},
        {"violations": [samples.violation(deciding=1)]},
        {"unexercised": ["a"]},
        {"exchanges": {"count": 1}},
        {"spent": {"requests": "many"}},
    ],
    ids=str,
)
def test_a_record_that_cannot_be_read_is_an_error(record: dict[str, object]) -> None:
    (error,) = samples.findings(record).errors
    assert "cannot be read" in error


def test_an_unreadable_violation_hides_no_readable_one() -> None:
    found = samples.findings({"violations": [{}, samples.violation()]})
    assert len(found.violations) == 1
    assert len(found.errors) == 1
