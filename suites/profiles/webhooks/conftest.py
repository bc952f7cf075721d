"""What the tests of webhooks look at: batches that have ended, and all that was told of them."""

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
from suites.profiles.webhooks.telling import ABSENT, ENDS, EVENTS, NULL, Telling, Told
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
def telling(steps: Steps, client: Client) -> Telling:
    """Create batches that tell webhooks."""
    telling = Telling(steps)
    client.observers.append(telling.on_exchange)
    return telling


@pytest.fixture(scope="session")
def source(directories: Directories) -> Directory:
    """Return the directory of one file that all these batches are made of."""
    return directories.holding(1, "webhooks")


@pytest.fixture(scope="session")
def told(telling: Telling, steps: Steps, source: Directory, receiver: Receiver, target: Target) -> list[Told]:
    """Batches of every end, where the target can be controlled, each with a webhook for each event and one for all.

    Skips all tests where the target has no webhooks.
    """
    found: list[Told] = []
    for end in ENDS if target.control is not None else [None] * NATURAL:
        if end is not None:
            steps.set_script(source, PASSED, end)
        webhooks = {
            **{event: whole(receiver, [event], "json") for event in EVENTS},
            NULL: whole(receiver, None, "string"),
            ABSENT: bare(receiver),
        }
        exchange = telling.create(source, webhooks.values())
        if not found and call_of(exchange).refused:
            _look_why(webhooks, telling, steps, source, receiver)
        found.append(telling.followed(steps.accepted(exchange, ACCEPTED), webhooks))
        if not found[0].is_heard:
            pytest.skip(
                f"needs a target that has webhooks; it accepted some, and nothing came to {receiver.address} within "
                f"{target.poll_timeout:g} s after the end of a batch; --webhook-url gives it another way here"
            )
    if target.moves_when_told:
        target.wait(AFTERWARDS)
    return found


def _look_why(
    webhooks: dict[str, Webhook], telling: Telling, steps: Steps, source: Directory, receiver: Receiver
) -> None:
    """Find out what it is in a create with webhooks that the target refuses: one field, their number, or all of it."""
    plain = bare(receiver)
    exchange = telling.create(source, [plain])
    if call_of(exchange).refused:
        steps.finish(steps.create(source))
        pytest.skip(f"needs a target that has webhooks, and one to {receiver.address} was refused ({exchange})")
    batch = steps.accepted(exchange, ACCEPTED)
    if not telling.followed(batch, {ABSENT: plain}).is_heard:
        pytest.skip(f"needs a target that has webhooks; it accepted one, and nothing came to {receiver.address}")
    for webhook in webhooks.values():
        steps.finish(steps.accepted(telling.create(source, [webhook]), ACCEPTED))
    pytest.skip(f"needs a target that tells {len(webhooks)} webhooks of one batch")


@pytest.fixture(scope="session")
def combination(told: list[Told], telling: Telling, steps: Steps, source: Directory, receiver: Receiver) -> Told:
    """Return a batch some of whose endpoints answer with errors, or subscribed to what no batch does, beside others."""
    assert told
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    webhooks = {
        FAILING: bare(receiver, SERVER_ERROR),
        **{event: whole(receiver, [event], "string") for event in ENDS.values()},
    }
    stranger = {STRANGER: whole(receiver, OF_ANOTHER_PRODUCT, "json")}
    exchange = telling.create(source, [*webhooks.values(), *stranger.values()])
    if not call_of(exchange).refused:
        webhooks |= stranger
    else:
        exchange = telling.create(source, webhooks.values())
    return telling.followed(steps.accepted(exchange, ACCEPTED), webhooks)


@pytest.fixture(scope="session")
def saved(
    told: list[Told],
    telling: Telling,
    steps: Steps,
    source: Directory,
    receiver: Receiver,
    client: Client,
    journal: Journal,
) -> Told:
    """Return a batch that was created with the id of a saved configuration, which subscribed to every end."""
    assert told
    webhook = whole(receiver, tuple(ENDS.values()), "json")
    config_id = WebhookConfigurations(client, journal).save(webhook)
    if steps.target.control is not None:
        steps.set_script(source, PASSED, COMPLETED)
    batch: Batch = steps.accepted(
        telling.create(source, configuration_ids=[config_id]), "webhook-saved-configuration-is-used"
    )
    return telling.followed(batch, {ANY_END: webhook})
