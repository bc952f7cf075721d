"""Webhooks: what an endpoint is owed, and what is read out of a delivery."""

import json
from typing import Any

import pytest

from fixtures.receiver import Delivery, Endpoint
from fixtures.webhooks import Webhook
from suites.profiles.webhooks.notifications import NotifiedBatch, content, status_in, texts_in

DEEP = b"[" * 100_000


def delivery(body: Any = b"", method: str = "POST") -> Delivery:
    return Delivery(method, (), body if isinstance(body, bytes | None) else json.dumps(body).encode(), 0.0)


def webhook(*heard: Delivery, status: int = 200, **configuration: Any) -> Webhook:
    return Webhook(Endpoint("http://127.0.0.1:1/x", status, list(heard)), configuration)


def notified(*statuses: str, **webhooks: Webhook) -> NotifiedBatch:
    return NotifiedBatch({"id": "bat-1", "status": statuses[-1]}, statuses, (), webhooks)


@pytest.mark.parametrize(
    ("statuses", "events"),
    [
        (["COMPLETED"], ["batch.success"]),
        (["PENDING", "FAILED"], ["batch.pending", "batch.error"]),
        (["PENDING", "CANCELLED"], ["batch.pending"]),
        (["RUNNING", "PENDING", "RUNNING", "COMPLETED"], ["batch.pending", "batch.success"]),
        (["PENDING", "RUNNING", "RUNNING", "COMPLETED"], ["batch.pending", "batch.running", "batch.success"]),
        (["THROTTLED", "THROTTLED", "COMPLETED"], ["batch.success"]),
    ],
)
def test_a_status_that_was_shown_is_an_event_unless_it_was_passing(statuses: list[str], events: list[str]) -> None:
    assert list(notified(*statuses).events) == events


def test_an_endpoint_is_owed_what_came_about_and_was_subscribed_to() -> None:
    named = notified(
        *("PENDING", "COMPLETED"),
        null=webhook(webhook_events=None),
        absent=webhook(),
        error=webhook(webhook_events=["batch.error"]),
        some=webhook(webhook_events=["batch.success", "batch.error"]),
    )
    assert named.expected_events("null") == named.expected_events("absent") == ["batch.pending", "batch.success"]
    assert (named.expected_events("error"), named.expected_events("some")) == ([], ["batch.success"])


def test_it_is_over_when_everybody_was_told_enough() -> None:
    post, get = delivery(), delivery(method="GET")
    assert notified("COMPLETED", one=webhook(post)).is_complete
    assert not notified("COMPLETED", one=webhook()).is_complete
    assert not notified("COMPLETED", one=webhook(get)).is_complete
    assert not notified("PENDING", "COMPLETED", one=webhook(post)).is_complete
    assert notified("PENDING", "COMPLETED", one=webhook(post, post, post)).is_complete
    assert notified("COMPLETED", one=webhook(webhook_events=["batch.error"])).is_complete
    assert notified("COMPLETED", one=webhook(status=500)).is_complete
    assert not notified("CANCELLED", **{"batch.cancelled": webhook()}).is_complete
    assert notified("CANCELLED", **{"batch.cancelled": webhook(post), "any": webhook()}).is_complete


def test_any_request_shows_that_there_are_webhooks() -> None:
    assert notified("COMPLETED", one=webhook(), two=webhook(delivery(method="GET"))).was_notified
    assert not notified("COMPLETED", one=webhook()).was_notified


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "COMPLETED"}, "COMPLETED"),
        (json.dumps({"status": "PENDING"}), "PENDING"),
        (json.dumps(json.dumps({"status": "PENDING"})), None),
        ({"status": "completed"}, None),
        ({"status": "success"}, None),
        ({"status": 200}, None),
        ({"status": ["COMPLETED"]}, None),
        ({"data": {"status": "COMPLETED"}}, None),
        ([{"status": "COMPLETED"}], None),
        (b"status=COMPLETED", None),
        (b"", None),
        (b"\xff\xfe", None),
        (None, None),
        (DEEP, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_status_counts_only_where_it_surely_is_one(body: Any, status: str | None) -> None:
    assert status_in(delivery(body)) == status


def test_every_text_is_found() -> None:
    value = {"a": ["b", {"c": "d", "e": 1}], "f": None, "g": "h"}
    assert texts_in(delivery(value)) == texts_in(delivery(json.dumps(value))) == {"b", "d", "h"}
    assert texts_in(delivery(b"nothing")) == texts_in(delivery(DEEP)) == set()
    assert content(delivery("plain")) is None
