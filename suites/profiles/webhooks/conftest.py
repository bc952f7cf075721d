"""What the tests of webhooks look at: batches that have ended, and their deliveries."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pytest

from fixtures.client import Client
from fixtures.directories import Directories, Directory
from fixtures.documents import damaged_document
from fixtures.errors import UploadRefused
from fixtures.journal import Journal
from fixtures.receiver import Receiver
from fixtures.settings import Settings
from fixtures.target import Target, capabilities
from fixtures.webhooks import Saved, Webhook, WebhookConfigurations, unusual, whole
from spec import requirements
from suites.products import EXTRACT
from suites.profiles.webhooks.notifications import (
    ABSENT,
    CANCELLED,
    ENDS,
    KINDS,
    PENDING,
    RUNNING,
    NotifiedBatch,
    WebhookSteps,
)
from suites.steps import Steps
from suites.traffic import COMPLETED, call_of

STEP = 5.0
"""Seconds that a scripted batch stays in each status."""
PASSED = [("PENDING", STEP), ("RUNNING", STEP)]
MOST_BATCHES = 3
"""Batches at most until one is seen RUNNING, and until one is CANCELLED, where all that can be done is to cancel."""
AFTERWARDS = 3600.0
"""Seconds that may bring what should not arrive, where the clock can be moved."""

ACCEPTED = "webhook-configurations-accepted"
USED = "webhook-saved-configuration-is-used"
COMBINED = "webhook-inline-and-saved-combine"
ANY_END = "any end"
FAILING = "an endpoint that fails"
BESIDE = "an endpoint beside it"
STRANGER = "events of another product"
INLINE = "an inline webhook"
SAVED = tuple(f"saved webhook {number}" for number in range(1, 5))
"""The names of as many saved webhooks as one create may name."""
OF_ANOTHER_PRODUCT = ("classify.success", "classify.error")
SERVER_ERROR = 500


@pytest.fixture(scope="session")
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Where deliveries come to. Skips where the target cannot reach it."""
    if "receiver" not in capabilities(settings):
        pytest.skip(f"needs {requirements.capabilities()['receiver']}")
    address = None if settings.rehearsal else settings.webhook_url
    with Receiver(address, settings.webhook_port or 0) as opened:
        yield opened


@pytest.fixture(scope="session")
def webhook_steps(steps: Steps, client: Client) -> WebhookSteps:
    """Create batches with webhooks."""
    webhook_steps = WebhookSteps(steps)
    client.observers.append(webhook_steps.on_exchange)
    return webhook_steps


@pytest.fixture(scope="session")
def source(directories: Directories) -> Directory:
    """Return the directory of one file that all these batches are made of."""
    return directories.holding(1, "webhooks")


@pytest.fixture(scope="session")
def notified(
    webhook_steps: WebhookSteps, steps: Steps, source: Directory, receiver: Receiver, target: Target
) -> list[NotifiedBatch]:
    """Batches of every end, where the target can be controlled, each with webhooks of all kinds.

    Elsewhere there is one that is left alone, and one that is cancelled at once, or a few where they are over too soon.
    Where a create may not have so many webhooks, there is a batch for each. Skips all tests where the target has none.
    """
    found: list[NotifiedBatch] = []
    for end in ENDS if target.control is not None else _uncontrolled_ends(found):
        if target.control is not None:
            steps.set_script(source, PASSED, end)
        webhooks = {name: kind(receiver) for name, kind in KINDS.items()}
        exchange = webhook_steps.create(source, webhooks.values())
        if not found and call_of(exchange).refused:
            found = _one_by_one(webhooks, webhook_steps, steps, source, receiver)
            break
        batch = steps.accepted(exchange, ACCEPTED)
        if target.control is None and end == CANCELLED:
            steps.batches.cancel(batch["id"])
        found.append(webhook_steps.followed(batch, webhooks))
        _skip_unless_notified(found[0], receiver, target)
    if target.controls_clock:
        target.wait(AFTERWARDS)
    return found


def _uncontrolled_ends(found: list[NotifiedBatch]) -> Iterator[str]:
    """Yield what the next batch is to come to, until those that were found show what is looked for."""
    for end, is_shown in ((COMPLETED, _was_running_to_its_end), (CANCELLED, _is_cancelled)):
        for _ in range(MOST_BATCHES):
            yield end
            if any(map(is_shown, found)):
                break


def _was_running_to_its_end(batch: NotifiedBatch) -> bool:
    return RUNNING in batch.events and not batch.is_cancelled


def _is_cancelled(batch: NotifiedBatch) -> bool:
    return batch.is_cancelled


def _one_by_one(
    webhooks: dict[str, Webhook], webhook_steps: WebhookSteps, steps: Steps, source: Directory, receiver: Receiver
) -> list[NotifiedBatch]:
    """Return a batch for each webhook. Skips where even the plainest one is refused."""
    exchange = webhook_steps.create(source, [webhooks[ABSENT]])
    if call_of(exchange).refused:
        steps.finish(steps.create(source))
        pytest.skip(f"needs a target that has webhooks, and one to {receiver.address} was refused ({exchange})")
    found = [webhook_steps.followed(steps.accepted(exchange, ACCEPTED), {ABSENT: webhooks.pop(ABSENT)})]
    _skip_unless_notified(found[0], receiver, steps.target)
    end_of = {event: end for end, event in ENDS.items()}
    for name, webhook in webhooks.items():
        if steps.target.control is not None:
            steps.set_script(source, PASSED, end_of.get(name, COMPLETED))
        batch = steps.accepted(webhook_steps.create(source, [webhook]), ACCEPTED)
        if steps.target.control is None and end_of.get(name) == CANCELLED:
            steps.batches.cancel(batch["id"])
        found.append(webhook_steps.followed(batch, {name: webhook}))
    return found


def _skip_unless_notified(first: NotifiedBatch, receiver: Receiver, target: Target) -> None:
    if not first.was_notified:
        pytest.skip(
            f"needs a target that has webhooks; it accepted some, and nothing arrived at {receiver.address} within "
            f"{target.poll_timeout:g} s after the end of a batch; --webhook-url gives it another way here"
        )


@pytest.fixture(scope="session")
def combination(
    notified: list[NotifiedBatch], webhook_steps: WebhookSteps, steps: Steps, source: Directory, receiver: Receiver
) -> list[NotifiedBatch]:
    """Return a batch one of whose endpoints answers with errors, and one subscribed to what no batch does.

    Where a create may not have several, there is a batch for each that is accepted.
    """
    assert notified
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    found: list[NotifiedBatch] = []
    for webhooks in _beside_each_other(receiver):
        exchange = webhook_steps.create(source, webhooks.values())
        if not call_of(exchange).refused:
            found.append(webhook_steps.followed(steps.accepted(exchange, ACCEPTED), webhooks))
            if FAILING in webhooks:
                webhook_steps.retried(found[-1], FAILING)
            if BESIDE in webhooks:
                break
    return found or pytest.skip("needs a target that accepts webhooks with any URL, secret and events")


def _beside_each_other(receiver: Receiver) -> Iterator[dict[str, Webhook]]:
    """Yield webhooks to combine, each time with fewer things that a target need not accept; at last one at a time."""
    ends = tuple(ENDS.values())
    stranger = {STRANGER: whole(receiver, OF_ANOTHER_PRODUCT, "json")}
    for kind in (unusual, whole):
        failing = kind(receiver, [PENDING, *ends], "json", SERVER_ERROR)
        webhooks = {FAILING: failing, BESIDE: kind(receiver, ends, "string")}
        yield {**webhooks, **stranger}
        yield webhooks
    yield {FAILING: unusual(receiver, [PENDING, *ends], "json", SERVER_ERROR)}
    yield stranger


@pytest.fixture(scope="session")
def webhook_configurations(client: Client, journal: Journal) -> WebhookConfigurations:
    """Save webhook configurations."""
    return WebhookConfigurations(client, journal)


@pytest.fixture(scope="session")
def saved_configuration(
    notified: list[NotifiedBatch], receiver: Receiver, webhook_configurations: WebhookConfigurations
) -> Saved:
    """Return a saved configuration with every field, which subscribes to every end."""
    assert notified
    return webhook_configurations.save(whole(receiver, tuple(ENDS.values()), "json"))


@pytest.fixture(scope="session")
def saved(saved_configuration: Saved, webhook_steps: WebhookSteps, steps: Steps, source: Directory) -> NotifiedBatch:
    """Return a batch that was created with the id of a saved configuration, and no other webhook."""
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    exchange = webhook_steps.create(source, configuration_ids=[saved_configuration.id])
    return webhook_steps.followed(steps.accepted(exchange, USED), {ANY_END: saved_configuration.webhook})


@pytest.fixture(scope="session")
def mixed(
    notified: list[NotifiedBatch],
    webhook_steps: WebhookSteps,
    steps: Steps,
    directories: Directories,
    receiver: Receiver,
    webhook_configurations: WebhookConfigurations,
    run_id: str,
) -> NotifiedBatch:
    """Return an extract batch over a good and a bad file, with an inline webhook beside several saved ones.

    Skips where a create may not have several webhooks.
    """
    directory = directories.holding(1, "webhooks and a bad file")
    with suppress(UploadRefused):
        directories.upload(directory, [damaged_document(run_id)])
    ends = tuple(ENDS.values())
    inline = {INLINE: whole(receiver, ends, "string")}
    saved = {name: webhook_configurations.save(whole(receiver, ends, "json")) for name in SAVED}
    if steps.target.control is not None:
        steps.set_script(directory, PASSED, COMPLETED)
    for number in (len(SAVED), 1):
        used = dict(islice(saved.items(), number))
        exchange = webhook_steps.create(directory, inline.values(), [each.id for each in used.values()], EXTRACT)
        if not call_of(exchange).refused:
            break
    else:
        if not any(len(each.webhooks) > 1 for each in notified):
            pytest.skip(f"needs a target that accepts several webhooks for one batch ({exchange})")
        steps.finish(steps.create(directory, EXTRACT))
    webhooks = {**inline, **{name: each.webhook for name, each in used.items()}}
    return webhook_steps.followed(steps.accepted(exchange, COMBINED), webhooks)
