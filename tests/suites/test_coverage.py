"""What traffic shows of the contract, and of the ways of its batches."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from fixtures.exchange import Exchange, Request, Response
from spec.elements import elements, fields_of
from suites.coverage import Coverage
from suites.tally import Tally
from suites.timelines import TEXT_LIMIT, Sightings
from suites.traffic import Call, read

BATCHES = "/api/v2/batches"
PARSE = {"job": {"type": "parse_v2", "configuration_id": "cfg-1"}}
NUMBERS = count(1)


def call(method: str, path: str, status: int, answer: Any = None, *, query: str = "", body: Any = None) -> Call:
    request = Request(method, f"http://127.0.0.1{path}", path, query, (), json.dumps(body).encode() if body else b"")
    response = Response(status, (), json.dumps(answer).encode())
    exchange = Exchange(next(NUMBERS), "main", "main", request, response, None, datetime.now(UTC), 1.0, 1.0123)
    found = read(exchange)
    assert found is not None
    return found


def batch(status: str, id_: str = "bat-1") -> dict[str, Any]:
    return {"id": id_, "status": status, "config": PARSE}


def create(id_: str = "bat-1") -> Call:
    return call("POST", BATCHES, 201, batch("PENDING", id_), body={"source_directory_id": "dir-1", "config": PARSE})


def covered(*calls: Call) -> dict[str, dict[str, int]]:
    coverage = Coverage()
    for each in calls:
        coverage.on_exchange(each)
    return coverage.take()


def test_a_create_sends_its_fields_and_shows_those_of_the_batch() -> None:
    taken = covered(create())
    assert taken["sent"] == dict.fromkeys(
        [
            "createBatch",
            "BatchCreate.source_directory_id",
            "BatchCreate.config",
            "BatchConfig.job",
            "BatchJob.type",
            "JobType=parse_v2",
            "BatchJob.configuration_id",
        ],
        1,
    )
    assert taken["seen"]["createBatch:2XX"] == taken["seen"]["BatchStatus=PENDING"] == taken["seen"]["Batch.id"] == 1
    assert "Batch.results" not in taken["seen"]


def test_a_list_sends_its_parameters_and_counts_a_field_once_per_answer() -> None:
    page = {"items": [batch("RUNNING"), batch("RUNNING")]}
    taken = covered(call("GET", BATCHES, 200, page, query="status=RUNNING&page_size=x&unknown=1"))
    assert taken["sent"] == {
        "listBatches": 1,
        "listBatches?status": 1,
        "listBatches?page_size": 1,
        "BatchStatus=RUNNING": 1,
    }
    assert taken["seen"]["BatchStatus=RUNNING"] == taken["seen"]["BatchPage.items"] == 1


def test_a_repeated_parameter_shows_each_of_its_values() -> None:
    taken = covered(call("GET", f"{BATCHES}/bat-1", 404, {}, query="expand=results&expand=other"))
    assert taken["sent"] == {"getBatch": 1, "getBatch/batch_id": 1, "getBatch?expand": 1, "Expandable=results": 1}
    assert taken["seen"] == {"getBatch": 1, "getBatch:4XX": 1}


def test_a_reference_that_may_be_null_is_looked_into() -> None:
    entry = {"source_directory_file_id": "dfl-1", "job_reference": {"type": "parse_v2", "id": "pjb-1"}}
    met = set(fields_of({"$ref": "#/components/schemas/Batch"}, {"results": [entry]}))
    assert {"JobReference.id", "JobType=parse_v2", "BatchResult.job_reference"} <= met
    assert met <= set(elements())


@pytest.mark.parametrize("answer", [[], None, 7, "text", {"items": 7}, {"items": [[[]]], "id": {"status": {}}}])
def test_an_answer_of_any_form_can_be_looked_at(answer: Any) -> None:
    assert set(covered(call("GET", BATCHES, 200, answer))["seen"]) <= set(elements())


def test_calls_of_the_set_up_and_earlier_calls_are_left_alone() -> None:
    coverage = Coverage()
    coverage.on_exchange(call("POST", "/api/v1/beta/directories", 201, {"id": "dir-1"}))
    assert coverage.take() == {"sent": {}, "seen": {}}
    coverage.on_exchange(create())
    coverage.take()
    assert coverage.take() == {"sent": {}, "seen": {}}


@pytest.fixture
def timelines() -> Sightings:
    followed, moments = Sightings(), iter(range(100))
    followed.clock = lambda: float(next(moments))
    return followed


def sightings_of(timelines: Sightings) -> Iterator[tuple[str, float, float, int]]:
    for each in timelines.take():
        for sighting in each["sightings"]:
            yield sighting["status"], sighting["first"], sighting["last"], sighting["times"]


def test_a_batch_is_followed_from_its_create(timelines: Sightings) -> None:
    for each in (create(), *(call("GET", f"{BATCHES}/bat-1", 200, batch(s)) for s in ("PENDING", "RUNNING"))):
        timelines.on_exchange(each)
    assert list(sightings_of(timelines)) == [("PENDING", 0, 1, 2), ("RUNNING", 2, 2, 1)]
    timelines.on_exchange(call("GET", f"{BATCHES}/bat-1", 200, batch("RUNNING")))
    assert list(sightings_of(timelines)) == [("RUNNING", 3, 3, 1)]
    assert timelines.take() == []


def test_batches_of_others_and_lists_are_not_followed(timelines: Sightings) -> None:
    timelines.on_exchange(call("GET", f"{BATCHES}/bat-9", 200, batch("RUNNING", "bat-9")))
    timelines.on_exchange(create())
    timelines.take()
    timelines.on_exchange(call("GET", BATCHES, 200, {"items": [batch("COMPLETED")]}))
    assert timelines.take() == []


def test_long_and_signed_words_of_a_service_are_cut_and_hidden(timelines: Sightings) -> None:
    timelines.on_exchange(create("?sig=abcdefgh&" + "x" * 1000))
    (taken,) = timelines.take()
    assert taken["id"].startswith("?sig=***&x")
    assert len(taken["id"]) == TEXT_LIMIT + 1


def test_the_tally_rounds_latencies_so_that_they_are_few() -> None:
    tally = Tally()
    tally.count(create().exchange, create())
    assert tally.take([])["latencies"] == {"createBatch": {"1.2e-02": 1}}
    assert tally.take([])["latencies"] == {}
