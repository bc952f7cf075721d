"""What tests met becomes latencies, coverage and ways of batches."""

from typing import Any

import pytest

from reports import timelines
from reports.model import ElementCoverage, Latency, Sighting
from spec.elements import elements
from tests.reports import samples


def sighting(status: str, first: float, last: float | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "status": status,
        "first": first,
        "last": first if last is None else last,
        "times": 1,
        "exchange": 3,
        **changes,
    }


def seen(*sightings: dict[str, Any], created: int = 1, worker: str = "main") -> dict[str, Any]:
    entry = {
        "id": f"bat-{created}",
        "job_type": "parse_v2",
        "worker": worker,
        "created": created,
        "sightings": list(sightings),
    }
    return {"batches": [entry]}


def test_what_two_tests_saw_of_a_batch_is_one_way() -> None:
    found = samples.findings(seen(sighting("PENDING", 0)), seen(sighting("PENDING", 1, 2), sighting("FAILED", 3)))
    (timeline,) = found.traffic().batches
    assert timeline.sightings == (Sighting("PENDING", 0, 2, 2, 3), Sighting("FAILED", 3, 3, 1, 3))


def test_the_same_batches_are_kept_in_any_order_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timelines, "BATCHES_KEPT", 2)
    records = [seen(sighting("PENDING", 0), created=created) for created in (1, 2, 3, 4)]
    forth = samples.findings(*records, *records).traffic()
    back = samples.findings(*reversed(records), *records).traffic()
    assert [each.created for each in forth.batches] == [1, 2]
    assert forth == back
    assert forth.batches_omitted == 2


def test_a_status_that_flaps_without_end_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timelines, "SIGHTINGS_KEPT", 2)
    found = samples.findings(seen(*(sighting(status, 0) for status in "ABABA")))
    (timeline,) = found.traffic().batches
    assert [each.status for each in timeline.sightings] == ["A", "B"]
    assert timeline.sightings_omitted == 3


@pytest.mark.parametrize("broken", [{"first": "nan"}, {"last": float("inf")}, {"times": "x"}, {"status": None}])
def test_a_sighting_that_cannot_be_read_is_an_error_or_text(broken: dict[str, Any]) -> None:
    found = samples.findings(seen(sighting("A", 0, **{}) | broken))
    assert found.errors or found.traffic().batches[0].sightings[0].status == "None"


def test_latencies_of_all_tests_have_percentiles() -> None:
    found = samples.findings(
        {"latencies": {"getBatch": {"1.0e-03": 90, "2.0e-03": 4}}}, {"latencies": {"getBatch": {"5.0e-01": 6}}}
    )
    assert found.traffic().latencies == {"getBatch": Latency(100, 0.001, 0.001, 0.5, 0.5)}


def test_coverage_names_every_element() -> None:
    record = {"coverage": {"sent": {"getBatch": 2, "unknown": 1}, "seen": {"Batch.id": 3}}}
    coverage = samples.findings(record, record).traffic().coverage
    assert tuple(coverage) == elements()
    assert coverage["getBatch"] == ElementCoverage(4, 0)
    assert coverage["Batch.id"] == ElementCoverage(0, 6)
    assert coverage["Batch.status"] == ElementCoverage(0, 0)
