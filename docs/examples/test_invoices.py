"""Tests of a program on the Batches API, against the mock.

The fixture `batches_mock` is there without an import wherever the package is installed, and the clients find the mock
by the variables that it sets.
"""

import asyncio

import pytest
from llama_cloud import AsyncLlamaCloud, LlamaCloud
from llama_cloud.types import BatchGetResponse

from batches_conformance.mock import Mock

PDF = b"%PDF-1.4\n"
TERMINAL = {"COMPLETED", "FAILED", "CANCELLED"}


def start(client: LlamaCloud, *names: str) -> str:
    """Stand for a part of your program: upload files, create a batch over them, and return its id."""
    directory = client.beta.directories.create(name="invoices")
    for name in names:
        client.beta.directories.files.upload(directory.id, upload_file=(name, PDF))
    return client.batches.create(
        source_directory_id=directory.id,
        config={"job": {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}},
    ).id


def parse(client: LlamaCloud, *names: str) -> BatchGetResponse:
    """Stand for the whole of it: wait for the end of the batch."""
    batch_id = start(client, *names)
    while True:
        batch = client.batches.get(batch_id, expand=["results"])
        if batch.status in TERMINAL:
            return batch


def test_every_file_gets_a_job(batches_mock: Mock) -> None:  # noqa: ARG001
    """The synchronous client."""
    with LlamaCloud() as client:
        results = parse(client, "one.pdf", "two.pdf").results or []
    assert [result.job_reference.type for result in results if result.job_reference] == ["parse_v2", "parse_v2"]


def test_a_project_begins_empty(batches_mock: Mock) -> None:
    """The asynchronous client, which takes the place of the mock as arguments; nothing is left of the test before."""

    async def batches() -> list[str]:
        async with AsyncLlamaCloud(**batches_mock.client_options) as client:
            return [batch.id async for batch in client.batches.list()]

    assert asyncio.run(batches()) == []


def test_a_batch_that_fails(batches_mock: Mock) -> None:
    """The next batch ends as the test wants it."""
    batches_mock.script(end="FAILED")
    with LlamaCloud() as client:
        assert parse(client, "one.pdf").status == "FAILED"


@pytest.mark.batches_mock(situations=["service-unavailable=4"])
def test_a_busy_service_is_asked_again(batches_mock: Mock) -> None:
    """Every fourth request is answered with 503; the client sends it again."""
    with LlamaCloud() as client:
        assert parse(client, "one.pdf", "two.pdf").status == "COMPLETED"
    assert batches_mock.requests(status=503)


def test_hours_pass_at_once(batches_mock: Mock) -> None:
    """The clock stands still, and is moved to the end of a long batch."""
    batches_mock.clock_rate(0)
    batches_mock.script(steps=[{"status": "THROTTLED", "seconds": 3600}, {"status": "RUNNING", "seconds": 60}])
    with LlamaCloud() as client:
        batch_id = start(client, "one.pdf")
        batches_mock.advance(3599)
        assert client.batches.get(batch_id).status == "THROTTLED"
        batches_mock.advance(61)
        assert client.batches.get(batch_id).status == "COMPLETED"


def test_a_file_that_fails(batches_mock: Mock) -> None:
    """A batch is COMPLETED although one of its files has no job."""
    batches_mock.script(files={"two.pdf": {"outcome": "unmapped", "error_message": "No text."}})
    with LlamaCloud() as client:
        results = parse(client, "one.pdf", "two.pdf").results or []
    assert [result.error_message for result in results] == [None, "No text."]


def test_what_was_sent(batches_mock: Mock) -> None:
    """The journal has every request, with its body and without its key."""
    with LlamaCloud() as client:
        parse(client, "one.pdf")
    [created] = batches_mock.requests(method="POST", path="/api/v2/batches")
    assert created["status"] == 201
