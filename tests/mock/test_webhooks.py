"""Webhooks: what the mock tells, when, in which form, and whom it does not tell."""

import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fixtures.receiver import Delivery, Endpoint, Receiver
from tests.mock.api import BATCHES, Api, running
from tests.mock.api import SAVED_WEBHOOKS as SAVED

PATIENCE = 10.0
"""Seconds within which a mock that moves by the clock on the wall has to tell what it has to."""
STEPS = (("PENDING", 1.0), ("RUNNING", 1.0))
EVENT_OF = {"COMPLETED": "batch.success", "FAILED": "batch.error", "CANCELLED": "batch.cancelled"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


@pytest.fixture
def endpoint(receiver: Receiver) -> Endpoint:
    return receiver.endpoint()


def to(endpoint: Endpoint, **fields: Any) -> dict[str, Any]:
    given = {f"webhook_{name}": value for name, value in fields.items()}
    return {"webhook_url": endpoint.url, "webhook_output_format": "json", **given}


def create(api: Api, directory_id: str, *webhooks: dict[str, Any], saved: tuple[str, ...] = ()) -> dict[str, Any]:
    named = {"webhook_configurations": list(webhooks) or None, "webhook_configuration_ids": list(saved) or None}
    created: dict[str, Any] = api.ok("POST", BATCHES, json={**api.batch_body(directory_id), **named})
    return created


def payload(delivery: Delivery) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(delivery.body or b"")
    return read


def events(endpoint: Endpoint) -> list[str]:
    return sorted(payload(delivery)["event_type"] for delivery in endpoint.posts)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


@pytest.mark.parametrize("end", EVENT_OF)
def test_a_batch_tells_its_way(end: str, api: Api, endpoint: Endpoint) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, end, *STEPS)
    batch = create(api, directory_id, to(endpoint))
    assert set(batch) == set(create(api, directory_id))
    api.advance(0)
    assert events(endpoint) == ["batch.pending"]
    api.advance(1)
    assert events(endpoint) == ["batch.pending", "batch.running"]
    api.advance(1)
    assert events(endpoint) == sorted(["batch.pending", "batch.running", EVENT_OF[end]])
    statuses = {payload(delivery)["status"] for delivery in endpoint.posts}
    assert statuses == {"PENDING", "RUNNING", end}
    assert {payload(delivery)["batch_id"] for delivery in endpoint.posts} == {batch["id"]}
    api.advance(1000)
    assert len(endpoint.posts) == 3


def test_a_batch_that_ends_at_once_tells_that_too(api: Api, endpoint: Endpoint) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, "COMPLETED")
    create(api, directory_id, to(endpoint))
    api.advance(0)
    assert events(endpoint) == ["batch.pending", "batch.success"]


def test_each_endpoint_is_notified_of_what_it_subscribed_to(api: Api, receiver: Receiver) -> None:
    success, error, other, everything = (receiver.endpoint() for _ in range(4))
    create(
        api,
        api.directory("a.pdf"),
        to(success, events=["batch.success", "batch.error"]),
        to(error, events=["batch.error"]),
        to(other, events=["parse.success"]),
        to(everything, events=None),
    )
    api.advance(10)
    assert (events(success), len(events(everything))) == (["batch.success"], 3)
    assert error.deliveries == other.deliveries == []


def test_the_same_endpoint_twice_is_notified_twice(api: Api, endpoint: Endpoint) -> None:
    create(api, api.directory("a.pdf"), to(endpoint, events=["batch.success"]), to(endpoint, events=["batch.success"]))
    api.advance(10)
    assert events(endpoint) == ["batch.success"] * 2


def test_a_delivery_is_signed_and_carries_the_headers(api: Api, endpoint: Endpoint) -> None:
    headers = {"Authorization": "Bearer xyz", "X-Route": "a b"}
    create(api, api.directory("a.pdf"), to(endpoint, signing_secret="s3cret ü", headers=headers))
    api.advance(10)
    for delivery in endpoint.posts:
        digest = hmac.digest("s3cret ü".encode(), delivery.body or b"", "sha256").hex()
        assert delivery.header("LC-Signature") == f"sha256={digest}"
        assert {name: delivery.header(name) for name in headers} == headers
        assert delivery.header("Content-Type") == "application/json"


def test_without_a_secret_nothing_is_signed(api: Api, endpoint: Endpoint) -> None:
    create(api, api.directory("a.pdf"), to(endpoint))
    api.advance(10)
    assert {delivery.header("LC-Signature") for delivery in endpoint.posts} == {None}


def test_the_format_string_is_json_in_a_string(api: Api, receiver: Receiver) -> None:
    default, string = receiver.endpoint(), receiver.endpoint()
    create(api, api.directory("a.pdf"), {"webhook_url": default.url}, to(string, output_format="string"))
    api.advance(10)
    for endpoint in (default, string):
        assert {json.loads(json.loads(each.body or b""))["event_type"] for each in endpoint.posts} >= {"batch.success"}


def test_what_was_not_taken_is_sent_again_until_it_is(api: Api, receiver: Receiver) -> None:
    endpoint = receiver.endpoint(500)
    create(api, api.directory("a.pdf"), to(endpoint, events=["batch.pending"]))
    api.advance(0)
    assert len(endpoint.posts) == 1
    api.advance(1)
    assert len(endpoint.posts) == 2
    endpoint.status = 204
    api.advance(1)
    assert len(endpoint.posts) == 2
    api.advance(1)
    assert len(endpoint.posts) == 3
    api.advance(1000)
    assert len(endpoint.posts) == 3
    assert len({each.body for each in endpoint.posts}) == 1


def test_what_is_never_taken_is_given_up(api: Api, receiver: Receiver) -> None:
    endpoint, gone = receiver.endpoint(500), {"webhook_url": "http://127.0.0.1:9/nobody"}
    create(api, api.directory("a.pdf"), gone, to(endpoint, events=["batch.pending"]))
    for _ in range(10):
        api.advance(20)
    assert len(endpoint.posts) == 6


def test_by_the_wall_a_batch_tells_without_being_asked(wall: Api, endpoint: Endpoint) -> None:
    create(wall, wall.directory("a.pdf"), to(endpoint))
    wait_for(lambda: len(endpoint.posts) == 3)
    assert events(endpoint) == ["batch.pending", "batch.running", "batch.success"]


@pytest.mark.parametrize(
    "webhook",
    [
        {"webhook_url": "ftp://127.0.0.1/x"},
        {"webhook_url": "http://127.0.0.1:port/x"},
        {"webhook_url": "http://[::1/x"},
        {"webhook_url": "http://10.0.0.1/x"},
        {"webhook_url": "http://localhost.example.com/x"},
        {"webhook_url": "http://127.0.0.1@example.com/x"},
        {"webhook_events": ["nonsense"]},
        {"webhook_headers": {"a b": "c"}},
        {"webhook_headers": {"a": "b\r\nc: d"}},
        {"webhook_headers": {"a": 1}},
        {"webhook_output_format": "xml"},
    ],
    ids=str,
)
def test_an_unusable_configuration_is_refused(webhook: dict[str, Any], api: Api, endpoint: Endpoint) -> None:
    given = {"webhook_url": endpoint.url, **webhook}
    body = {**api.batch_body(api.directory("a.pdf")), "webhook_configurations": [given]}
    assert api.status("POST", BATCHES, json=body) == 422
    assert api.status("POST", SAVED, json=given) == 422
    api.advance(10)
    assert endpoint.deliveries == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_has_many_names(host: str, api: Api) -> None:
    saved = api.ok("POST", SAVED, json={"webhook_url": f"http://{host}:9/x"})
    assert api.status("DELETE", f"{SAVED}/{saved['id']}") == 204


def test_only_who_says_so_has_webhooks_anywhere() -> None:
    with running("--webhooks-anywhere") as api:
        assert api.status("POST", SAVED, json={"webhook_url": "https://hooks.example.com/x"}) == 201


def test_a_saved_configuration_is_notified_and_never_shows_its_secret(api: Api, other: Api, endpoint: Endpoint) -> None:
    given = to(endpoint, events=["batch.success"], signing_secret="top-secret")
    saved = api.ok("POST", SAVED, json=given)
    one = f"{SAVED}/{saved['id']}"
    assert saved["has_secret"]
    assert (saved["webhook_url"], saved["webhook_events"]) == (endpoint.url, ["batch.success"])
    assert api.ok("GET", one) == saved
    assert saved in api.ok("GET", SAVED)
    assert "top-secret" not in json.dumps(api.ok("GET", SAVED))
    assert other.status("GET", one) == other.status("DELETE", one) == 404
    assert saved not in other.ok("GET", SAVED)
    body = {**other.batch_body(other.directory("a.pdf")), "webhook_configuration_ids": [saved["id"]]}
    assert other.status("POST", BATCHES, json=body) == 404
    create(api, api.directory("a.pdf"), saved=(saved["id"],))
    assert api.status("DELETE", one) == 204
    assert api.status("GET", one) == 404
    api.advance(10)
    assert events(endpoint) == ["batch.success"]
    assert endpoint.posts[0].header("LC-Signature")


def test_a_refused_create_tells_nobody(api: Api, endpoint: Endpoint) -> None:
    body = {**api.batch_body("none"), "webhook_configurations": [to(endpoint)]}
    assert api.status("POST", BATCHES, json=body) == 404
    api.advance(10)
    assert endpoint.deliveries == []
