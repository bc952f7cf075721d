"""What the tests of webhooks look at: batches that have ended, and their deliveries."""

from collections.abc import Iterator

import pytest

from fixtures.client import Client
from fixtures.directories import Directories, Directory
from fixtures.journal import Journal
from fixtures.receiver import Receiver
from fixtures.settings import Settings
from fixtures.target import Target, capabilities
from fixtures.webhooks import Webhook, WebhookConfigurations, bare, whole
from spec import requirements
from suites.profiles.webhooks.notifications import ABSENT, ENDS, EVENTS, NULL, NotifiedBatch, WebhookSteps
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, call_of

STEP = 5.0
"""Seconds that a scripted batch stays in each status."""
PASSED = [("PENDING", STEP), ("RUNNING", STEP)]
NATURAL = 2
"""Batches whose ends are their own."""
AFTERWARDS = 3600.0
"""Seconds that may bring what should not come, where the clock can be moved."""

ACCEPTED = "webhook-configurations-accepted"
ANY_END = "any end"
FAILING = "an endpoint that fails"
STRANGER = "events of another product"
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
    """Batches of every end, where the target can be controlled, each with a webhook for each event and one for all.

    Skips all tests where the target has no webhooks.
    """
    found: list[NotifiedBatch] = []
    for end in ENDS if target.control is not None else [None] * NATURAL:
        if end is not None:
            steps.set_script(source, PASSED, end)
        webhooks = {
            **{event: whole(receiver, [event], "json") for event in EVENTS},
            NULL: whole(receiver, None, "string"),
            ABSENT: bare(receiver),
        }
        exchange = webhook_steps.create(source, webhooks.values())
        if not found and call_of(exchange).refused:
            _skip_with_reason(webhooks, webhook_steps, steps, source, receiver)
        found.append(webhook_steps.followed(steps.accepted(exchange, ACCEPTED), webhooks))
        if not found[0].was_notified:
            pytest.skip(
                f"needs a target that has webhooks; it accepted some, and nothing arrived at {receiver.address} within "
                f"{target.poll_timeout:g} s after the end of a batch; --webhook-url gives it another way here"
            )
    if target.controls_clock:
        target.wait(AFTERWARDS)
    return found


def _skip_with_reason(
    webhooks: dict[str, Webhook], webhook_steps: WebhookSteps, steps: Steps, source: Directory, receiver: Receiver
) -> None:
    """Find out what it is in a create with webhooks that the target refuses: one field, their number, or all of it."""
    plain = bare(receiver)
    exchange = webhook_steps.create(source, [plain])
    if call_of(exchange).refused:
        steps.finish(steps.create(source))
        pytest.skip(f"needs a target that has webhooks, and one to {receiver.address} was refused ({exchange})")
    batch = steps.accepted(exchange, ACCEPTED)
    if not webhook_steps.followed(batch, {ABSENT: plain}).was_notified:
        pytest.skip(f"needs a target that has webhooks; it accepted one, and nothing arrived at {receiver.address}")
    for webhook in webhooks.values():
        steps.finish(steps.accepted(webhook_steps.create(source, [webhook]), ACCEPTED))
    pytest.skip(f"needs a target that notifies {len(webhooks)} webhooks of one batch")


@pytest.fixture(scope="session")
def combination(
    notified: list[NotifiedBatch], webhook_steps: WebhookSteps, steps: Steps, source: Directory, receiver: Receiver
) -> NotifiedBatch:
    """Return a batch some of whose endpoints answer with errors, or subscribed to what no batch does, beside others."""
    assert notified
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    webhooks = {
        FAILING: bare(receiver, SERVER_ERROR),
        **{event: whole(receiver, [event], "string") for event in ENDS.values()},
    }
    stranger = {STRANGER: whole(receiver, OF_ANOTHER_PRODUCT, "json")}
    exchange = webhook_steps.create(source, [*webhooks.values(), *stranger.values()])
    if not call_of(exchange).refused:
        webhooks |= stranger
    else:
        exchange = webhook_steps.create(source, webhooks.values())
    return webhook_steps.followed(steps.accepted(exchange, ACCEPTED), webhooks)


@pytest.fixture(scope="session")
def saved(
    notified: list[NotifiedBatch],
    webhook_steps: WebhookSteps,
    steps: Steps,
    source: Directory,
    receiver: Receiver,
    client: Client,
    journal: Journal,
) -> NotifiedBatch:
    """Return a batch that was created with the id of a saved configuration, which subscribed to every end."""
    assert notified
    webhook = whole(receiver, tuple(ENDS.values()), "json")
    config_id = WebhookConfigurations(client, journal).save(webhook)
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    batch: Batch = steps.accepted(
        webhook_steps.create(source, configuration_ids=[config_id]), "webhook-saved-configuration-is-used"
    )
    return webhook_steps.followed(batch, {ANY_END: webhook})
