"""Webhooks: what an endpoint is owed, and what is read out of a delivery."""

import json
from typing import Any

import pytest

from fixtures.receiver import Delivery, Endpoint
from fixtures.webhooks import Webhook
from suites.profiles.webhooks.notifications import NotifiedBatch
from suites.profiles.webhooks.payload import (
    content,
    directories_in,
    events_in,
    form,
    other_ids_in,
    statuses_in,
    texts_in,
)

DEEP = b"[" * 100_000


def delivery(body: Any = b"", method: str = "POST") -> Delivery:
    return Delivery(method, (), body if isinstance(body, bytes | None) else json.dumps(body).encode(), 0.0)


def webhook(*deliveries: Delivery, status: int = 200, **configuration: Any) -> Webhook:
    return Webhook(Endpoint("http://127.0.0.1:1/x", status, list(deliveries)), configuration)


def notified(*statuses: str, **webhooks: Webhook) -> NotifiedBatch:
    return NotifiedBatch({"id": "bat-1", "status": statuses[-1]}, statuses, (), webhooks)


@pytest.mark.parametrize(
    ("statuses", "events"),
    [
        (["COMPLETED"], ["batch.success"]),
        (["PENDING", "FAILED"], ["batch.pending", "batch.error"]),
        (["RUNNING", "CANCELLED"], []),
        (["PENDING", "CANCELLED"], ["batch.pending"]),
        (["RUNNING", "PENDING", "RUNNING", "COMPLETED"], ["batch.pending", "batch.success"]),
        (["PENDING", "RUNNING", "RUNNING", "COMPLETED"], ["batch.pending", "batch.running", "batch.success"]),
        (["THROTTLED", "THROTTLED", "COMPLETED"], ["batch.success"]),
    ],
)
def test_a_status_that_was_shown_is_an_event_unless_it_was_passing(statuses: list[str], events: list[str]) -> None:
    assert list(notified(*statuses).events) == events


def test_an_endpoint_is_owed_what_happened_and_was_subscribed_to() -> None:
    named = notified(
        *("PENDING", "COMPLETED"),
        null=webhook(webhook_events=None),
        absent=webhook(),
        error=webhook(webhook_events=["batch.error"]),
        some=webhook(webhook_events=["batch.success", "batch.error"]),
    )
    assert named.expected_events("null") == named.expected_events("absent") == ["batch.pending", "batch.success"]
    assert (named.expected_events("error"), named.expected_events("some")) == ([], ["batch.success"])


def test_it_is_over_when_every_endpoint_got_enough() -> None:
    post, get = delivery(), delivery(method="GET")
    assert notified("COMPLETED", one=webhook(post)).is_complete
    assert not notified("COMPLETED", one=webhook()).is_complete
    assert not notified("COMPLETED", one=webhook(get)).is_complete
    assert not notified("PENDING", "COMPLETED", one=webhook(post)).is_complete
    assert notified("PENDING", "COMPLETED", one=webhook(post, post, post)).is_complete
    assert notified("COMPLETED", one=webhook(webhook_events=["batch.error"])).is_complete
    assert notified("COMPLETED", one=webhook(status=500)).is_complete
    assert not notified("CANCELLED", **{"batch.cancelled": webhook()}).has_end_delivered
    assert notified("CANCELLED", **{"batch.cancelled": webhook(post), "any": webhook()}).has_end_delivered


def test_missing_events_are_known_by_name_where_every_delivery_names_one() -> None:
    pending, success = delivery({"event_type": "batch.pending"}), delivery({"event_type": "batch.success"})
    unnamed = delivery({})
    for posts, missing in (
        ((), ["batch.pending", "batch.success"]),
        ((pending, pending), ["batch.success"]),
        ((success, pending), []),
        ((unnamed,), ["batch.success"]),
        ((unnamed, pending), []),
    ):
        assert notified("PENDING", "COMPLETED", one=webhook(*posts)).missing_events("one") == missing


def test_what_was_sent_once_was_not_retried() -> None:
    pending, success = delivery({"event_type": "batch.pending"}), delivery({"event_type": "batch.success"})
    unnamed = delivery({})
    for posts, once in (
        ((pending, success), ["batch.pending", "batch.success"]),
        ((pending, pending, success), ["batch.success"]),
        ((pending, success, pending, success), []),
        ((unnamed, unnamed), ["batch.pending", "batch.success"]),
        ((unnamed, unnamed, unnamed), []),
    ):
        assert notified("PENDING", "COMPLETED", one=webhook(*posts)).events_sent_once("one") == once


def test_the_end_of_a_cancelled_batch_is_waited_for_and_not_expected() -> None:
    cancelled = notified("CANCELLED", **{"batch.cancelled": webhook(webhook_events=["batch.cancelled"])})
    assert (cancelled.is_cancelled, cancelled.is_complete, cancelled.has_end_delivered) == (True, True, False)
    sent = notified("CANCELLED", **{"batch.cancelled": webhook(delivery(), webhook_events=["batch.cancelled"])})
    assert sent.has_end_delivered
    assert notified("CANCELLED", one=webhook()).has_end_delivered


def test_any_request_shows_that_there_are_webhooks() -> None:
    assert notified("COMPLETED", one=webhook(), two=webhook(delivery(method="GET"))).was_notified
    assert not notified("COMPLETED", one=webhook()).was_notified


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ({"status": "COMPLETED"}, ["COMPLETED"]),
        (json.dumps({"status": "PENDING"}), ["PENDING"]),
        (json.dumps(json.dumps({"status": "PENDING"})), []),
        ({"status": "completed"}, []),
        ({"status": "success"}, []),
        ({"status": 200}, []),
        ({"status": ["COMPLETED"]}, []),
        ({"data": {"status": "COMPLETED"}}, ["COMPLETED"]),
        ({"data": json.dumps({"status": "COMPLETED"})}, ["COMPLETED"]),
        ({"data": {"batch": {"status": "FAILED"}}, "status": "COMPLETED"}, ["COMPLETED", "FAILED"]),
        ({"data": {"object": json.dumps({"status": "FAILED"})}}, ["FAILED"]),
        ({"data": "COMPLETED", "batch": 1, "payload": None}, []),
        ({"data": {"jobs": [{"status": "FAILED"}], "previous": {"status": "RUNNING"}}}, []),
        ([{"status": "COMPLETED"}], ["COMPLETED"]),
        ([{"status": "COMPLETED"}, {"status": "FAILED"}], []),
        (b"status=COMPLETED", []),
        (b"", []),
        (b"\xff\xfe", []),
        (None, []),
        (DEEP, []),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_status_counts_wherever_an_envelope_may_carry_it(body: Any, statuses: list[str]) -> None:
    assert statuses_in(delivery(body)) == set(statuses)


def test_an_event_counts_where_the_sources_name_it() -> None:
    assert events_in(delivery({"event_type": "batch.success", "data": {"type": "batch"}})) == {"batch.success"}
    assert events_in(delivery({"type": "parse.error", "event": "x.batch.success"})) == {"parse.error"}
    assert events_in(delivery({"event": "batch.throttled", "type": ["batch.error"]})) == set()
    named = Delivery("POST", (("x-webhook-event-type", "batch.error"),), b"plain", 0.0)
    assert events_in(named) == {"batch.error"}


def test_another_batch_is_meant_only_for_certain() -> None:
    for body, others in (
        ({"batch_id": "bat-2"}, {"bat-2"}),
        ({"batch_id": "bat-1", "id": "evt-1", "source_directory_id": "d"}, set()),
        ({"data": {"batch_id": "bat-2"}, "subject": "bat-1"}, {"bat-2"}),
        ({"data": {"id": "bat-2", "source_directory_id": "d"}}, {"bat-2"}),
        ({"data": json.dumps({"id": "bat-2", "status": "FAILED", "project_id": "p"})}, {"bat-2"}),
        ({"subject": "bat-1", "data": {"id": "bat-2", "source_directory_id": "d", "status": "FAILED"}}, {"bat-2"}),
        ({"data": {"id": "evt-1", "batch": "bat-1", "source_directory_id": "d", "status": "FAILED"}}, set()),
        ({"subject": "bat-1", "id": "evt-1", "source_directory_id": "d", "status": "FAILED"}, set()),
        ({"data": {"id": "evt-1", "status": "FAILED"}}, set()),
        ({"event_type": "batch.error", "data": {"id": "bat-2", "status": "FAILED"}}, {"bat-2"}),
        ({"event_type": "parse.error", "data": {"id": "pjb-2", "status": "FAILED"}}, set()),
        ({"event": "batch.error", "id": "evt-1", "status": "FAILED"}, set()),
        ({"id": "evt-1", "project_id": "p", "status": "FAILED", "batch": "bat-1"}, set()),
        ({"data": {"id": 2, "source_directory_id": "d"}, "batch_id": None}, set()),
        ({"data": {"jobs": [{"batch_id": "bat-2"}]}}, set()),
        ("plain", set()),
    ):
        assert other_ids_in(delivery(body), "bat-1") == others, body


def test_a_directory_is_found_wherever_an_envelope_may_carry_it() -> None:
    assert directories_in(delivery({"data": {"source_directory_id": "d"}, "source_directory_id": 1})) == {"d"}


def test_the_forms_of_a_delivery_are_distinguished() -> None:
    inner = {"status": "FAILED"}
    for body, expected in (
        ({"data": inner}, "json"),
        ([{"data": inner}], "json"),
        (inner, "json"),
        ({"data": json.dumps(inner)}, "string"),
        (json.dumps(inner), "string"),
        ({"data": "plain"}, None),
        ({"data": None}, None),
        ("plain", None),
        ([inner, inner], None),
        (b"a=b", None),
        (None, None),
    ):
        assert form(delivery(body)) == expected, body


def test_every_text_is_found() -> None:
    value = {"a": ["b", {"c": "d", "e": 1}], "f": None, "g": "h"}
    assert texts_in(delivery(value)) == texts_in(delivery(json.dumps(value))) == {"b", "d", "h"}
    assert texts_in(delivery({"data": json.dumps(value)})) == {"b", "d", "h", json.dumps(value)}
    assert texts_in(delivery(b"nothing")) == texts_in(delivery(DEEP)) == set()
    assert content(delivery("plain")) is None
