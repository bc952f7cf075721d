"""What tests spend is counted where it is spent."""

from datetime import UTC, datetime
from typing import Any

from fixtures.exchange import Exchange, Request, Response
from suites.tally import Tally
from suites.traffic import read

BATCHES = "/api/v2/batches"
UPLOADS = "/api/v1/beta/directories/{}/files/upload"


def sent(method: str, path: str, status: int, body: bytes = b"") -> Exchange:
    request = Request(method, f"http://127.0.0.1{path}", path, "", (), body)
    return Exchange(1, "main", "main", request, Response(status, (), b"{}"), None, datetime.now(UTC), 1.0, 1.5)


def create(directory: str, status: int) -> Exchange:
    return sent("POST", BATCHES, status, f'{{"source_directory_id": "{directory}"}}'.encode())


def spent(tally: Tally) -> dict[str, Any]:
    amounts: dict[str, Any] = tally.take(["a"])["spent"]
    return amounts


def count(tally: Tally, exchange: Exchange) -> None:
    tally.count(exchange, read(exchange))


def test_an_accepted_create_bills_what_its_directory_holds_by_then() -> None:
    tally = Tally()
    for exchange in (
        *[sent("POST", UPLOADS.format("dir-1"), 201)] * 3,
        sent("POST", UPLOADS.format("dir-2"), 201),
        sent("POST", UPLOADS.format("dir-1"), 422),
        create("dir-1", 201),
        create("dir-1", 422),
        create("dir-unknown", 201),
        sent("POST", UPLOADS.format("dir-1"), 201),
    ):
        count(tally, exchange)
    assert spent(tally) == {
        "requests": 9,
        "uploads": 6,
        "batches": 2,
        "billable_files": 3,
        "requirements": ["a"],
    }


def test_each_test_starts_at_zero_and_directories_are_remembered() -> None:
    tally = Tally()
    count(tally, sent("POST", UPLOADS.format("dir%2D1"), 200))
    tally.take([])
    count(tally, create("dir-1", 200))
    assert spent(tally) == {"requests": 1, "uploads": 0, "batches": 1, "billable_files": 1, "requirements": ["a"]}
    assert spent(tally)["billable_files"] == 0


def test_files_that_others_know_of_can_be_billed() -> None:
    tally = Tally()
    tally.bill(1000)
    assert spent(tally)["billable_files"] == 1000


def test_a_body_that_is_no_json_bills_nothing() -> None:
    tally = Tally()
    count(tally, sent("POST", BATCHES, 201, b"\xff{"))
    assert (spent(tally)["batches"], spent(tally)["billable_files"]) == (1, 0)
