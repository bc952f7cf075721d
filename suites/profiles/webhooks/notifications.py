"""Batches with webhooks: who subscribed to what, what a get showed, and what was delivered."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest

from fixtures.directories import Directory
from fixtures.exchange import Exchange
from fixtures.receiver import OK, Delivery
from fixtures.target import FIRST_PAUSE
from fixtures.webhooks import Webhook
from spec.enumerations import event_of, terminal_statuses, transient_statuses
from suites.products import PARSE
from suites.steps import Batch, Steps
from suites.traffic import CREATE, GET, STATUSES, read, status_of

EVENT_OF = event_of()
ENDS = {status: EVENT_OF[status] for status in terminal_statuses()}
"""The event of each end."""
EVENTS = tuple(EVENT_OF.values())
PENDING, RUNNING = EVENT_OF["PENDING"], EVENT_OF["RUNNING"]
WAITING = tuple(status for status in transient_statuses() if status != "RUNNING")
NULL = "null events"
ABSENT = "no events"
ALL = (NULL, ABSENT)
"""The names of webhooks that subscribed to nothing in particular."""


@dataclass(frozen=True)
class NotifiedBatch:
    """A batch at its end, with its webhooks by the names that the suite gave them, mostly those of their events.

    `statuses` are those that its create and its gets showed, in order.
    """

    batch: Batch
    statuses: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    webhooks: Mapping[str, Webhook]

    @property
    def case(self) -> str:
        """The batch in words."""
        return f"batch {self.batch['id']}, {self.batch['status']}"

    @property
    def end(self) -> str:
        """The event that its end is."""
        return ENDS[self.batch["status"]]

    @property
    def events(self) -> tuple[str, ...]:
        """The events that surely happened: statuses that were shown, and RUNNING only when it was no mere passing."""
        was_running = ("RUNNING", "RUNNING") in pairwise(self.statuses)
        return (
            *([PENDING] if "PENDING" in self.statuses else []),
            *([RUNNING] if was_running else []),
            self.end,
        )

    @property
    def was_notified(self) -> bool:
        """Whether any endpoint was sent anything."""
        return any(webhook.endpoint.deliveries for webhook in self.webhooks.values())

    def expected_events(self, name: str) -> list[str]:
        """Return the events that happened and that a webhook subscribed to."""
        subscribed = self.webhooks[name].configuration.get("webhook_events")
        return [event for event in self.events if subscribed is None or event in subscribed]

    @property
    def is_complete(self) -> bool:
        """Whether every endpoint that answers as it should got the events that it expects."""
        return all(
            len(webhook.endpoint.posts) >= len(self.expected_events(name))
            for name, webhook in self.webhooks.items()
            if webhook.endpoint.status == OK
        )

    def deliveries(self) -> Iterator[tuple[str, Delivery]]:
        """Everything that was posted, each with the name of its webhook."""
        for name, webhook in self.webhooks.items():
            for delivery in webhook.endpoint.posts:
                yield name, delivery


class WebhookSteps:
    """Creates batches with webhooks, follows them to their ends, and waits for the deliveries."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._shown: defaultdict[str, list[tuple[str, Exchange]]] = defaultdict(list)

    def on_exchange(self, exchange: Exchange) -> None:
        """Remember which statuses of which batches an exchange shows."""
        call = read(exchange)
        if call is not None and call.name in (CREATE, GET):
            for batch in call.batches:
                self._shown[batch["id"]].append((status_of(batch) or "", exchange))

    def create(
        self, directory: Directory, webhooks: Iterable[Webhook] = (), configuration_ids: Sequence[str] = ()
    ) -> Exchange:
        """Ask for a parse batch with webhooks. Skips when its files are not to be spent."""
        self._steps.ledger.spend_files(len(directory.file_ids))
        job = {"type": PARSE, "configuration_id": self._steps.configuration_id(PARSE)}
        given = {
            "webhook_configurations": [webhook.configuration for webhook in webhooks],
            "webhook_configuration_ids": list(configuration_ids),
        }
        named = {name: value for name, value in given.items() if value}
        return self._steps.batches.create_from({"source_directory_id": directory.id, "config": {"job": job}, **named})

    def followed(self, batch: Batch, webhooks: Mapping[str, Webhook]) -> NotifiedBatch:
        """Follow a batch until it has ended and sent every event, or the time that a batch may take has passed again.

        Skips when a create gave a batch that was there already, whose webhooks are not those of the create, and when
        a get shows another batch.
        """
        created = batch["id"]
        if len({exchange.number for _, exchange in self._shown[created]}) > 1:
            pytest.skip(f"needs a batch of its own for each create, and {created} was there before")
        batch = self._steps.finish(self._begun(batch))
        if batch["id"] != created:
            pytest.skip(f"needs a get that shows the requested batch, and {batch['id']} is not {created}")
        shown = self._shown[created]
        notified = NotifiedBatch(batch, tuple(status for status, _ in shown), (shown[0][1], shown[-1][1]), webhooks)
        late = f"batch {created} has ended, and its webhooks have not received every event"
        for _ in self._steps.target.pauses(self._steps.target.poll_timeout, late):
            if notified.is_complete:
                break
        return notified

    def _begun(self, batch: Batch) -> Batch:
        """Return a batch that waits no more; one that is RUNNING is looked at twice."""
        for _ in self._steps.target.pauses(self._steps.target.poll_timeout, f"batch {batch['id']} is to begin"):
            batch = self._steps.get(batch["id"])
            if batch.get("status") not in WAITING:
                break
        if batch.get("status") == "RUNNING":
            self._steps.target.wait(FIRST_PAUSE)
            batch = self._steps.get(batch["id"])
        return batch


def content(delivery: Delivery) -> object:
    """Return the JSON of a delivery, also where it is written into a string of JSON; `None` where there is none."""
    value: object = delivery.body
    for _ in range(2):
        if isinstance(value, str | bytes):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return None
    return value


def status_in(delivery: Delivery) -> str | None:
    """Return the status of a batch at the top of the object that a delivery is."""
    value = content(delivery)
    status = value.get("status") if isinstance(value, dict) else None
    return status if isinstance(status, str) and status in STATUSES else None


def texts_in(delivery: Delivery) -> set[str]:
    """Every string that a delivery has as a value, however deep."""
    found, left = set(), [content(delivery)]
    while left:
        match left.pop():
            case str(text):
                found.add(text)
            case list(values):
                left += values
            case dict(fields):
                left += fields.values()
    return found
