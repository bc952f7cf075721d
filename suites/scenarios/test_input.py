"""Input that no client would send: it may be refused or ignored, and never breaks the service."""

import pytest

from fixtures.batches import BATCHES, Batches
from fixtures.client import Client
from suites.scenarios.conftest import Series
from suites.steps import Steps
from suites.traffic import call_of, is_whole_create
from suites.unknown import unknown_id

IDS = ("not-a-batch", "0a" * 150, "é", "a b", "%", "a\x00b", "' OR 1=1", "🙂")

QUERIES = (
    "page_size=0",
    "page_size=-1",
    "page_size=abc",
    "page_size=1.5",
    "page_size=",
    "page_size=999999999999999999999999",
    "page_size=1&page_size=2",
    "page_token=abc",
    "page_token=",
    "page_token=%00",
    "page_token=%27%22%3B--",
    "page_token=%FF%FE",
    "page_token=eyJpZCI6IG51bGx9",
    "page_token=" + "A" * 2000,
    "status=DONE",
    "status=completed",
    "status=",
    "status=RUNNING&status=COMPLETED",
    "source_directory_id=",
    "source_directory_id=%00",
    "source_directory_id=%F0%9F%99%82",
    "source_directory_id=%27%22%3B--",
    "created_at_on_or_after=yesterday",
    "created_at_on_or_after=2030-13-45T99:99:99Z",
    "created_at_on_or_after=2030-01-01",
    "created_at_on_or_after=9999-12-31T23:59:59-12:00",
    "created_at_on_or_before=0001-01-01T00:00:00%2B14:00",
    "created_at_on_or_before=99999999999999999999",
    "created_at_on_or_before=",
    "project_id=%00",
    "organization_id=no-such-organization",
    "no_such_parameter=1",
)

CONFIG = b'{"job": {"type": "parse_v2", "configuration_id": "c"}}'

BODIES = {
    "nothing": b"",
    "no JSON": b"source_directory_id=dir",
    "half a document": b'{"source_directory_id": "dir", "config": {"job"',
    "not UTF-8": b'{"source_directory_id": "\xff\xfe"}',
    "a lone surrogate": b'{"source_directory_id": "\\ud800", "config": ' + CONFIG + b"}",
    "a NUL": b'{"source_directory_id": "a\\u0000b", "config": ' + CONFIG + b"}",
    "quotes": b'{"source_directory_id": "\\u0027\\u0022;--", "config": ' + CONFIG + b"}",
    "NaN": b'{"source_directory_id": NaN}',
    "a number of 400 digits": b'{"source_directory_id": ' + b"9" * 400 + b"}",
    "10,000 nested lists": b"[" * 10_000 + b"]" * 10_000,
    "a job type that is an object": b'{"source_directory_id": "d", "config": '
    + CONFIG.replace(b'"parse_v2"', b"{}")
    + b"}",
}


@pytest.mark.requirement("get-refuses-unknown-batch", "no-server-error")
def test_an_unknown_batch_is_refused(series: Series, steps: Steps, batches: Batches) -> None:
    """A get by an id that looks right and belongs to nothing is refused, plain and expanded."""
    unknown = unknown_id(series.batches[0]["id"])
    steps.refused("get-refuses-unknown-batch", batches.get(unknown), unknown)
    steps.refused(
        "get-refuses-unknown-batch",
        batches.get(unknown, expand=["results"]),
        f"{unknown}, expanded",
    )


@pytest.mark.requirement("get-returns-requested-batch", "no-server-error")
def test_an_id_that_resembles_that_of_a_batch_gives_no_batch_of_another_id(series: Series, batches: Batches) -> None:
    """Neither the beginning nor the end of an id is one, nor that of the directory that was processed."""
    known = series.batches[0]["id"]
    for resembling in filter(None, (known[:-1], known[1:], f"{known}0", series.directory.id)):
        for expand in ((), ("results",)):
            batches.get(resembling, expand=expand)


@pytest.mark.requirement("get-refuses-unknown-batch", "no-server-error")
@pytest.mark.parametrize("batch_id", IDS, ids=ascii)
def test_an_odd_id_is_refused(batch_id: str, steps: Steps, batches: Batches) -> None:
    """A get by an id that no service would give out is refused."""
    steps.refused("get-refuses-unknown-batch", batches.get(batch_id), ascii(batch_id))


@pytest.mark.requirement("no-server-error", "results-null-unless-expanded")
@pytest.mark.parametrize("value", ["", "nothing", "Results", "config", "0a" * 150])
def test_an_unknown_expansion_brings_no_results(value: str, series: Series, batches: Batches) -> None:
    """Asking for a part that does not exist is refused or ignored, and is not asking for results."""
    batches.get(series.batches[0]["id"], expand=[value])


@pytest.mark.requirement("no-server-error")
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
@pytest.mark.usefixtures("series")
def test_an_odd_query_breaks_nothing(query: str, client: Client) -> None:
    """A list with a filter, size or token of no use is refused, or answered within what the filters say."""
    client.send("GET", f"{BATCHES}?{query}")


@pytest.mark.requirement("no-server-error", "create-refuses-incomplete-body")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_odd_body_breaks_nothing(body: bytes, client: Client, steps: Steps) -> None:
    """A create with a body that is not a create body is refused; one whose directory cannot exist processes nothing."""
    exchange = client.send("POST", BATCHES, content=body, headers={"Content-Type": "application/json"})
    if is_whole_create(call_of(exchange).sent_body):
        steps.refused_or_fruitless("create-refuses-unknown-directory", exchange, "an id with an odd character")
    else:
        steps.refused("create-refuses-incomplete-body", exchange, "a body that is not a create body")


@pytest.mark.requirement("no-server-error", "create-refuses-incomplete-body")
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_another_media_type_breaks_nothing(media_type: str, client: Client) -> None:
    """A create whose body says that it is something other than JSON is refused or read as JSON."""
    client.send("POST", BATCHES, content=b"[]", headers={"Content-Type": media_type})
