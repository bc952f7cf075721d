"""Webhooks under load: what is judged of the deliveries to each create's endpoint, and when."""

import time
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest

from fixtures.receiver import Receiver
from suites.load.watch import Watch
from suites.load.webhooks import Webhooks
from suites.profiles.webhooks.notifications import ABSENT, EVENT_OF, KINDS
from tests.oracles.history import PARSE, batch
from tests.oracles.timeline import BATCHES, exchange

PATIENCE = 60.0
USER = "main 1"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


class Users:
    """One user, whose creates have webhooks for all events, and a service that sends what a test wants."""

    def __init__(self, receiver: Receiver, lag: float = 0.0, patience: float = PATIENCE) -> None:
        self.webhooks = Webhooks(receiver, lag, patience, Random(1), {ABSENT: KINDS[ABSENT]})
        self.watch = Watch(5.0, self.webhooks)
        self.urls: dict[str, str] = {}

    def create(self, id_: str, status: int = 201) -> None:
        fields = self.webhooks.of_create()
        for configuration in fields.get("webhook_configurations", ()):
            self.urls[id_] = configuration["webhook_url"]
        body = {"source_directory_id": "dir-1", "config": {"job": PARSE}, **fields}
        answer = batch(id_, "dir-1") if status == 201 else {"detail": "no"}
        self._see("POST", BATCHES, status, answer, body=body)

    def get(self, id_: str, status: str) -> None:
        self._see("GET", f"{BATCHES}/{id_}", 200, batch(id_, "dir-1", status, results=None))

    def _see(self, method: str, path: str, status: int, answer: Any, **given: Any) -> None:
        now = time.monotonic()
        self.watch.on_exchange(USER, exchange(method, path, status, answer, sent=now, received=now, **given))

    def send(self, to: str, status: str, of: str | None = None) -> None:
        data = {"id": of or to, "status": status}
        payload = {"event_id": f"evt-{to}-{status}", "event_type": EVENT_OF[status], "data": data}
        assert httpx.post(self.urls[to], json=payload, trust_env=False).is_success

    def end(self, id_: str) -> None:
        self.send(id_, "PENDING")
        self.get(id_, "COMPLETED")
        self.send(id_, "COMPLETED")


def failed(found: dict[str, Any]) -> set[str]:
    return {violation["requirement"] for violation in found["findings"]["violations"]}


def test_deliveries_are_counted_by_their_event(receiver: Receiver) -> None:
    users = Users(receiver)
    users.create("bat-1")
    users.end("bat-1")
    users.send("bat-1", "COMPLETED")
    counts = {name: each["counts"] for name, each in users.watch.take()["webhooks"].items()}
    assert counts == {"batch.pending": {"count": 1}, "batch.success": {"count": 1, "repeated": 1}}
    assert users.watch.take()["webhooks"] == {}


def test_what_comes_after_the_judgement_is_answered(receiver: Receiver) -> None:
    users = Users(receiver)
    users.create("bat-1")
    users.end("bat-1")
    users.watch.take()
    users.send("bat-1", "COMPLETED")
    assert users.watch.take()["webhooks"] == {}


def test_more_is_awaited_while_a_service_may_lag(receiver: Receiver) -> None:
    users = Users(receiver, lag=PATIENCE)
    users.create("bat-1")
    users.end("bat-1")
    assert users.watch.take()["webhooks"] == {}
    users.send("bat-1", "FAILED")
    users.watch.finish()
    assert failed(users.watch.take()) == {"webhook-sends-no-other-terminal-event", "webhook-status-agrees-with-get"}


def test_an_end_that_is_not_delivered_is_a_violation_once_it_took_too_long(receiver: Receiver) -> None:
    for patience, expected in ((PATIENCE, set()), (0.0, {"webhook-without-events-sends-all"})):
        users = Users(receiver, patience=patience)
        users.create("bat-1")
        users.send("bat-1", "PENDING")
        users.get("bat-1", "COMPLETED")
        assert failed(users.watch.take()) == expected


def test_the_end_of_another_batch_is_a_violation(receiver: Receiver) -> None:
    users = Users(receiver)
    for id_ in ("bat-1", "bat-2"):
        users.create(id_)
        users.end(id_)
    users.send("bat-1", "COMPLETED", of="bat-2")
    assert failed(users.watch.take()) == {"webhook-names-only-its-batch"}


def test_a_batch_that_was_there_before_has_the_webhooks_of_its_own_create(receiver: Receiver) -> None:
    users = Users(receiver, patience=0.0)
    users.create("bat-1")
    users.end("bat-1")
    users.watch.take()
    users.create("bat-1")
    users.get("bat-1", "COMPLETED")
    users.watch.finish()
    assert not any(requirement.startswith("webhook-") for requirement in failed(users.watch.take()))


def test_what_another_user_is_shown_does_not_count_as_lasting(receiver: Receiver) -> None:
    users = Users(receiver)
    users.create("bat-1")
    now = time.monotonic()
    for user in (USER, "main 2"):
        running = exchange("GET", f"{BATCHES}/bat-1", 200, batch("bat-1", "dir-1", "RUNNING"), sent=now, received=now)
        users.watch.on_exchange(user, running)
    users.end("bat-1")
    assert failed(users.watch.take()) == set()


def test_a_service_that_sends_nothing_has_no_webhooks(receiver: Receiver) -> None:
    users = Users(receiver, patience=0.0)
    users.create("bat-1")
    users.get("bat-1", "COMPLETED")
    users.watch.finish()
    findings = users.watch.take()["findings"]
    assert findings["violations"] == []
    reasons = {each["requirement"]: each["reason"] for each in findings["unexercised"]}
    assert "nothing arrived at http://127.0.0.1:" in reasons["webhook-sends-terminal-event"]


def test_a_kind_of_webhook_that_is_refused_is_given_no_more(receiver: Receiver) -> None:
    users = Users(receiver)
    users.create("bat-1", status=422)
    assert users.webhooks.of_create() == {}
    users.watch.finish()
    [reason] = {each["reason"] for each in users.watch.take()["findings"]["unexercised"]}
    assert "was refused" in reason


def test_too_many_requests_refuse_no_webhook(receiver: Receiver) -> None:
    users = Users(receiver)
    users.create("bat-1", status=429)
    assert "webhook_configurations" in users.webhooks.of_create()


def test_every_kind_of_the_profile_is_given(receiver: Receiver) -> None:
    webhooks = Webhooks(receiver, 0.0, PATIENCE, Random(1))
    subscribed = [str(webhooks.of_create()["webhook_configurations"][0].get("webhook_events")) for _ in range(100)]
    assert len(set(subscribed)) == len(KINDS) - 2  # Three kinds subscribe to nothing in particular.
