"""Batches with webhooks: who subscribed to what, what a get showed, and what was delivered."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pytest

from fixtures.configurations import JobType
from fixtures.directories import Directory
from fixtures.exchange import Exchange
from fixtures.receiver import OK, Delivery, Receiver
from fixtures.target import FIRST_PAUSE, MAIN
from fixtures.webhooks import Webhook, bare, whole, with_nulls
from spec.enumerations import event_of, terminal_statuses, transient_statuses
from suites.products import PARSE
from suites.profiles.webhooks.payload import events_in
from suites.steps import Batch, Steps
from suites.traffic import CREATE, GET, read, status_of

EVENT_OF = event_of()
ENDS = {status: EVENT_OF[status] for status in terminal_statuses()}
"""The event of each end."""
EVENTS = tuple(EVENT_OF.values())
PENDING, RUNNING = EVENT_OF["PENDING"], EVENT_OF["RUNNING"]
CANCELLED = "CANCELLED"
WAITING = tuple(status for status in transient_statuses() if status != "RUNNING")
NULL = "null events"
SEVERAL = "several events"
ABSENT = "no events"
ALL_NULL = "null for every field"
ALL = (NULL, ABSENT, ALL_NULL)
"""The names of webhooks that subscribed to nothing in particular."""
KINDS: Mapping[str, Callable[[Receiver], Webhook]] = {
    NULL: partial(whole, events=None, output_format="string"),
    ABSENT: bare,
    ALL_NULL: with_nulls,
    SEVERAL: partial(whole, events=[RUNNING, *ENDS.values()], output_format="json"),
    **{event: partial(whole, events=[event], output_format="json") for event in EVENTS},
}
"""A webhook for each event, one for several and others for all, so that every field has every value."""
MOST_SECONDS_TO_RETRY = 60.0
"""Seconds after which a failed delivery is not sent again, by the public page on webhooks."""


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
    def is_cancelled(self) -> bool:
        """Whether it ended CANCELLED, of which no source says what is sent."""
        return bool(self.batch["status"] == CANCELLED)

    @property
    def events(self) -> tuple[str, ...]:
        """The events that are surely sent: of statuses that were shown, and of RUNNING when it was no mere passing.

        What a CANCELLED batch sends at its end is open.
        """
        was_running = ("RUNNING", "RUNNING") in pairwise(self.statuses)
        return (
            *([PENDING] if "PENDING" in self.statuses else []),
            *([RUNNING] if was_running else []),
            *([] if self.is_cancelled else [self.end]),
        )

    @property
    def was_notified(self) -> bool:
        """Whether any endpoint was sent anything."""
        return any(webhook.endpoint.deliveries for webhook in self.webhooks.values())

    def subscribed(self, name: str) -> list[str] | None:
        """Return the events that a webhook subscribed to; `None` for all of them."""
        events: list[str] | None = self.webhooks[name].configuration.get("webhook_events")
        return events

    def expected_events(self, name: str) -> list[str]:
        """Return the events that happened and that a webhook subscribed to."""
        subscribed = self.subscribed(name)
        return [event for event in self.events if subscribed is None or event in subscribed]

    def missing_events(self, name: str) -> list[str]:
        """Return the expected events that a webhook did not get.

        They are distinguished by name where all deliveries name one, else they are counted.
        """
        posts, expected = self.webhooks[name].endpoint.posts, self.expected_events(name)
        named = [events_in(post) for post in posts]
        if posts and all(named):
            return [event for event in expected if not any(event in names for names in named)]
        return expected[len(posts) :]

    @property
    def is_complete(self) -> bool:
        """Whether every endpoint that answers as it should got the events that it expects."""
        return not any(
            self.missing_events(name) for name, webhook in self.webhooks.items() if webhook.endpoint.status == OK
        )

    def events_sent_once(self, name: str) -> list[str]:
        """Return the expected events that a webhook was sent, and not again: by name where all deliveries name one."""
        posts, expected = self.webhooks[name].endpoint.posts, self.expected_events(name)
        named = [events_in(post) for post in posts]
        if all(named):
            return [event for event in expected if sum(event in names for names in named) == 1]
        return expected if len(posts) == len(expected) else []

    @property
    def has_end_delivered(self) -> bool:
        """Whether a webhook that subscribed to the end alone, if there is one, got a delivery."""
        return self.end not in self.webhooks or bool(self.webhooks[self.end].endpoint.posts)

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

    @property
    def batch_ids(self) -> set[str]:
        """The ids of all batches that were shown."""
        return set(self._shown)

    def create(
        self,
        directory: Directory,
        webhooks: Iterable[Webhook] = (),
        configuration_ids: Sequence[str] = (),
        job_type: JobType = PARSE,
    ) -> Exchange:
        """Ask for a batch with webhooks. Skips when its files are not to be spent."""
        self._steps.ledger.spend_files(len(directory.file_ids))
        job = {"type": job_type, "configuration_id": self._steps.configuration_id(job_type)}
        given = {
            "webhook_configurations": [webhook.configuration for webhook in webhooks],
            "webhook_configuration_ids": list(configuration_ids),
        }
        named = {name: value for name, value in given.items() if value}
        body = {"source_directory_id": directory.id, "config": {"job": job}, **named}
        return self._steps.batches.create_from(body, caller=directory.caller)

    def followed(self, batch: Batch, webhooks: Mapping[str, Webhook], caller: str = MAIN) -> NotifiedBatch:
        """Follow a batch until it has ended and sent every event, or the time that a batch may take has passed again.

        Skips when a create gave a batch that was there already, whose webhooks are not those of the create, and when
        a get shows another batch.
        """
        created = batch["id"]
        if len({exchange.number for _, exchange in self._shown[created]}) > 1:
            pytest.skip(f"needs a batch of its own for each create, and {created} was there before")
        batch = self._steps.finish(self._begun(batch, caller), caller)
        if batch["id"] != created:
            pytest.skip(f"needs a get that shows the requested batch, and {batch['id']} is not {created}")
        shown = self._shown[created]
        notified = NotifiedBatch(batch, tuple(status for status, _ in shown), (shown[0][1], shown[-1][1]), webhooks)
        late = f"batch {created} has ended, and its webhooks have not received every event"
        for _ in self._steps.target.pauses(self._steps.target.poll_timeout, late):
            if notified.is_complete:
                break
        if notified.is_cancelled:
            self._steps.target.eventually(lambda: notified.has_end_delivered, bool)
        return notified

    def retried(self, notified: NotifiedBatch, name: str) -> None:
        """Wait until an endpoint that refuses everything is sent it again, or that is not to be expected any more."""
        bound = min(MOST_SECONDS_TO_RETRY, self._steps.target.poll_timeout)
        late = f"an endpoint has refused a delivery of batch {notified.batch['id']}"
        for _ in self._steps.target.pauses(bound, late):
            if not notified.missing_events(name) and not notified.events_sent_once(name):
                break

    def _begun(self, batch: Batch, caller: str) -> Batch:
        """Return a batch that waits no more; one that is RUNNING is looked at twice."""
        for _ in self._steps.target.pauses(self._steps.target.poll_timeout, f"batch {batch['id']} is to begin"):
            batch = self._steps.get(batch["id"], caller)
            if batch.get("status") not in WAITING:
                break
        if batch.get("status") == "RUNNING":
            self._steps.target.wait(FIRST_PAUSE)
            batch = self._steps.get(batch["id"], caller)
        return batch
