"""Webhooks under load: each create has an endpoint of its own, and what comes to it is judged after its batch."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from fixtures.exchange import Exchange
from fixtures.receiver import Receiver
from fixtures.webhooks import Webhook
from spec import requirements
from suites.load.options import WEBHOOKS
from suites.oracles.memory import Memory
from suites.profiles.webhooks.notifications import ALL, ENDS, EVENT_OF, KINDS, PENDING, RUNNING, NotifiedBatch
from suites.profiles.webhooks.payload import events_in
from suites.profiles.webhooks.verification import (
    KnownEvents,
    verify_accepted,
    verify_declared,
    verify_delivered,
    verify_end,
    verify_event_ids,
    verify_events,
    verify_form,
    verify_headers,
    verify_names,
    verify_posted,
    verify_status,
)
from suites.tally import rounded
from suites.traffic import CREATE, GET, TERMINAL, Call, status_of
from suites.verify import RequirementViolated, Verify

UNNAMED: Final = "no event"
"""What a delivery is counted as that names no event."""
SECONDS_BETWEEN_LOOKS: Final = 0.2
TERMINAL_SENT: Final = "webhook-sends-terminal-event"
SENT: Final = {
    **dict.fromkeys(ALL, "webhook-without-events-sends-all"),
    **dict.fromkeys(ENDS.values(), TERMINAL_SENT),
    PENDING: "webhook-sends-pending",
    RUNNING: "webhook-sends-running",
}
"""Which requirement promises a webhook of each kind what it subscribed to."""


def _verify_sent(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that a webhook got what it subscribed to, as far as that surely happened."""
    [name] = notified.webhooks
    expected = notified.expected_events(name)
    if expected and (name in SENT or notified.end in expected):
        verify_delivered(notified, name, SENT.get(name, TERMINAL_SENT), verify)


LOOKS: Final = (
    verify_accepted,
    verify_posted,
    _verify_sent,
    verify_events,
    verify_end,
    verify_status,
    verify_form,
    verify_headers,
    verify_declared,
)
"""What is verified of a batch by itself."""


def could_not_ask(reason: str, verify: Verify) -> None:
    """Note of all that the profile requires why it was not exercised."""
    for requirement in requirements.load().values():
        if requirement.profile == WEBHOOKS:
            verify.could_not_ask(requirement.id, reason)


@dataclass
class _Followed:
    """A batch with a webhook, whose it is, and what its creator was shown of it."""

    user: str
    name: str
    webhook: Webhook
    first: Exchange
    last: Exchange
    batch: dict[str, Any]
    statuses: list[str] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)
    """When each status was shown first."""
    ended: float | None = None

    def see(self, batch: dict[str, Any], exchange: Exchange) -> None:
        """Take in what its creator was shown."""
        status = status_of(batch) or ""
        self.batch, self.last = batch, exchange
        self.statuses.append(status)
        self.shown.setdefault(status, exchange.received)
        if status in TERMINAL and self.ended is None:
            self.ended = exchange.received

    @property
    def notified(self) -> NotifiedBatch:
        """The batch as the profile looks at it."""
        return NotifiedBatch(self.batch, tuple(self.statuses), (self.first, self.last), {self.name: self.webhook})


class Webhooks:
    """The webhooks of the users of one process, which has a receiver of its own.

    What a user is shown of its own batches comes one after the other, so it is clear which statuses have lasted. A
    batch is judged when everything has come that has to, and `lag` seconds went by in which more might come; or after
    `patience` seconds since its end was shown.
    """

    def __init__(
        self,
        receiver: Receiver,
        lag: float,
        patience: float,
        random: Random,
        kinds: Mapping[str, Callable[[Receiver], Webhook]] = KINDS,
    ) -> None:
        self._receiver = receiver
        self._lag = lag
        self._patience = patience
        self._random = random
        self._kinds = dict(kinds)
        self._given: Memory[str, tuple[str, Webhook]] = Memory()
        self._known: Memory[str, bool] = Memory()
        self._followed: dict[str, _Followed] = {}
        self._events: KnownEvents = Memory()
        self._was_notified = False
        self._refusal: Exchange | None = None
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def of_create(self) -> dict[str, Any]:
        """Return the fields of a create that give it a new endpoint; none where the service refuses all of them."""
        if not self._kinds:
            return {}
        name, kind = self._random.choice(list(self._kinds.items()))
        webhook = kind(self._receiver)
        self._given[webhook.endpoint.url] = name, webhook
        return {"webhook_configurations": [webhook.configuration]}

    def on_exchange(self, user: str, call: Call) -> None:
        """Take in one call of a user."""
        if call.name == CREATE:
            self._on_create(user, call)
        elif call.name == GET:
            for batch in call.batches:
                known = self._followed.get(batch["id"])
                if known and known.user == user:
                    known.see(batch, call.exchange)

    def _on_create(self, user: str, call: Call) -> None:
        for configuration in call.sent_body.get("webhook_configurations", ()):
            name, webhook = self._given[configuration["webhook_url"]]
            if call.refused and not call.refuses_key:
                self._kinds.pop(name, None)
                self._refusal = call.exchange
            for batch in call.batches:
                if batch["id"] in self._known:
                    continue  # Its webhooks are those of the create that it was made by.
                self._known[batch["id"]] = True
                self._followed[batch["id"]] = _Followed(user, name, webhook, call.exchange, call.exchange, batch)
                self._followed[batch["id"]].see(batch, call.exchange)

    def look(self, verify: Verify) -> None:
        """Judge the batches that are over."""
        now = time.monotonic()
        for followed in self._ended:
            since = now - (followed.ended or now)
            if since >= self._patience or (since >= self._lag and followed.notified.is_complete):
                self._judge(followed, verify)

    def finish(self, verify: Verify) -> None:
        """Wait for what has to come yet, as long as it may take, and judge the rest."""
        while any(map(self._is_awaited, self._ended)):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        for followed in self._ended:
            self._judge(followed, verify)
        if not self._was_notified:
            self._say_why(verify)

    def take(self) -> dict[str, Any]:
        """Return by event what was counted since the last call, as plain data."""
        names = self._counts.keys() | self._seconds.keys()
        taken = {name: {"counts": dict(self._counts[name]), "seconds": dict(self._seconds[name])} for name in names}
        self._counts.clear()
        self._seconds.clear()
        return taken

    @property
    def _ended(self) -> list[_Followed]:
        """The batches of which an end was shown, once anything was delivered at all: else there are no webhooks."""
        self._was_notified = self._was_notified or any(each.notified.was_notified for each in self._followed.values())
        return [each for each in self._followed.values() if each.ended is not None] if self._was_notified else []

    def _is_awaited(self, followed: _Followed) -> bool:
        since = time.monotonic() - (followed.ended or 0.0)
        return since < self._patience and not followed.notified.is_complete

    def _say_why(self, verify: Verify) -> None:
        """Note why nothing was delivered; where nothing had to be yet, nothing is known of the target."""
        needed, address = "needs a target that has webhooks, and", self._receiver.address
        if self._refusal is not None:
            could_not_ask(f"{needed} one to {address} was refused ({self._refusal})", verify)
        elif any(each.ended and each.notified.expected_events(each.name) for each in self._followed.values()):
            could_not_ask(f"{needed} nothing arrived at {address}", verify)

    def _judge(self, followed: _Followed, verify: Verify) -> None:
        """Verify what arrived, count it, and forget it; a violation is noted, and the other looks go on."""
        notified, known = followed.notified, list(self._followed)
        self._count(followed, notified)
        for look in LOOKS:
            with suppress(RequirementViolated):
                look(notified, verify)
        with suppress(RequirementViolated):
            verify_names(notified, known, verify)
        with suppress(RequirementViolated):
            verify_event_ids(notified, self._events, verify)
        del self._followed[followed.batch["id"]]
        self._receiver.release(followed.webhook.endpoint)

    def _count(self, followed: _Followed, notified: NotifiedBatch) -> None:
        """Count the deliveries of a batch by event, and how long each arrived after an answer with its status."""
        seen: set[str] = set()
        for delivery in followed.webhook.endpoint.posts:
            for event in events_in(delivery) or {UNNAMED}:
                self._counts[event]["repeated" if event in seen else "count"] += 1
                if event not in seen:
                    seconds = max(0.0, delivery.received - self._shown(followed, event))
                    self._seconds[event][rounded(seconds)] += 1
                seen.add(event)
        for event in notified.missing_events(followed.name):
            self._counts[event]["missing"] += 1

    def _shown(self, followed: _Followed, event: str) -> float:
        """Return when the status of an event was shown, or the end where that was first."""
        statuses: Iterator[str] = (status for status, name in EVENT_OF.items() if name == event)
        return followed.shown.get(next(statuses, ""), followed.ended or 0.0)
