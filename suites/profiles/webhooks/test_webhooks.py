"""What is delivered to which endpoint, and in which form."""

from collections.abc import Iterator

import pytest

from fixtures.directories import Directories
from fixtures.receiver import Receiver
from fixtures.target import OTHER, Target
from fixtures.webhooks import Saved, WebhookConfigurations, bare, in_words, whole
from spec.requirements import capabilities
from suites.differences import first_few
from suites.profiles.webhooks.conftest import AFTERWARDS, ANY_END, BESIDE, COMBINED, FAILING, STRANGER, USED
from suites.profiles.webhooks.notifications import (
    ABSENT,
    ALL,
    NULL,
    PENDING,
    RUNNING,
    SEVERAL,
    NotifiedBatch,
    WebhookSteps,
)
from suites.profiles.webhooks.payload import form, statuses_in
from suites.profiles.webhooks.verification import (
    OF_EACH_DELIVERY,
    KnownEvents,
    verify_accepted,
    verify_declared,
    verify_delivered,
    verify_each,
    verify_end,
    verify_event_ids,
    verify_events,
    verify_form,
    verify_headers,
    verify_names,
    verify_posted,
    verify_silent,
    verify_status,
)
from suites.traffic import call_of
from suites.verify import ANY_OPERATION, Verify


def _batches_with(event: str, notified: list[NotifiedBatch]) -> list[NotifiedBatch]:
    """Return the batches that surely sent an event, with a webhook for it. Skips the test when there are none."""
    return [each for each in notified if event in each.events and event in each.webhooks] or pytest.skip(
        f"needs a batch that can be seen as {event}"
    )


@pytest.mark.requirement("webhook-configurations-accepted")
def test_a_webhook_with_every_field_is_accepted(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each create with webhooks that have all fields was answered with a batch, which sent something."""
    for each in notified:
        verify_accepted(each, verify)


@pytest.mark.requirement("webhook-is-delivered-by-post")
def test_deliveries_are_posted(notified: list[NotifiedBatch], verify: Verify) -> None:
    """No endpoint that expects a delivery got requests of other methods alone."""
    for each in notified:
        verify_posted(each, verify)


@pytest.mark.requirement("webhook-sends-pending")
def test_a_pending_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that was PENDING at its create or at a get sent that."""
    for each in _batches_with(PENDING, notified):
        verify_delivered(each, PENDING, "webhook-sends-pending", verify)


@pytest.mark.requirement("webhook-sends-running")
def test_a_running_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that went on to be RUNNING from one get to the next sent that."""
    for each in _batches_with(RUNNING, notified):
        verify_delivered(each, RUNNING, "webhook-sends-running", verify)


@pytest.mark.requirement("webhook-sends-terminal-event")
def test_a_terminal_status_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that is COMPLETED or FAILED sent that, to whoever subscribed to it alone or beside others."""
    for each in notified:
        for name in {each.end, SEVERAL} & each.webhooks.keys():
            if each.end in each.expected_events(name):
                verify_delivered(each, name, "webhook-sends-terminal-event", verify)


@pytest.mark.requirement("webhook-sends-terminal-event", "webhook-inline-and-saved-combine")
def test_inline_and_saved_webhooks_of_one_batch_are_notified(mixed: NotifiedBatch, verify: Verify) -> None:
    """Each endpoint of an extract batch with a bad file gets its end, whether it is inline or saved.

    Where none gets it, the batch is to blame; where some do not, the combination is.
    """
    is_sent = any(not mixed.missing_events(name) for name in mixed.webhooks)
    for name in mixed.webhooks:
        verify_delivered(mixed, name, COMBINED if is_sent else "webhook-sends-terminal-event", verify)


@pytest.mark.requirement("webhook-sends-cancelled")
def test_a_cancelled_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that ended CANCELLED sent that."""
    ended = [each for each in notified if each.is_cancelled and each.end in each.webhooks]
    for each in ended or pytest.skip("needs a batch that ends CANCELLED"):
        posts = each.webhooks[each.end].endpoint.posts
        verify(
            "webhook-sends-cancelled",
            bool(posts),
            check="webhook-is-notified",
            kind="missing",
            expected=[each.end],
            actual=[],
            difference=f"{each.end} did not arrive until long after the end",
            operation=ANY_OPERATION,
            exchanges=each.exchanges,
            case=each.case,
        )


@pytest.mark.requirement("webhook-sends-no-other-terminal-event")
def test_no_other_terminal_event_is_sent(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Endpoints for the ends that a batch did not come to got nothing, and no other endpoint got such an event."""
    for each in notified:
        verify_end(each, verify)


@pytest.mark.requirement("webhook-without-events-sends-all")
def test_an_endpoint_without_events_receives_all(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Null and absent events are all events: every status that was shown was delivered."""
    for each in notified:
        for name in set(ALL) & each.webhooks.keys():
            verify_delivered(each, name, "webhook-without-events-sends-all", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_an_endpoint_receives_what_it_subscribed_to(notified: list[NotifiedBatch], verify: Verify) -> None:
    """No delivery names an event that its endpoint did not subscribe to."""
    for each in notified:
        verify_events(each, verify)


@pytest.mark.requirement("webhook-status-agrees-with-get")
def test_the_status_in_a_delivery_agrees_with_a_get(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A status never contradicts the end of the batch, wherever the envelope has it."""
    for each in notified:
        verify_status(each, verify)
    if not any(statuses_in(delivery) for each in notified for _, delivery in each.deliveries()):
        pytest.skip("needs deliveries with the status of a batch in their envelope")


@pytest.mark.requirement("webhook-signature-is-valid", "webhook-headers-are-sent", "webhook-output-format-is-kept")
def test_deliveries_are_signed_and_carry_the_custom_headers(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each delivery is signed with the secret of its own webhook, and has its headers and its format."""
    for each in notified:
        verify_form(each, verify)


@pytest.mark.requirement("webhook-output-format-is-kept")
def test_the_default_format_is_string(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Who names no format gets what another endpoint of the batch gets that names the format string."""
    forms = {
        name: {shown for each in notified if name in each.webhooks for shown in _forms(each, name)}
        for name in (NULL, ABSENT)
    }
    if forms[NULL] != {"string"} or not forms[ABSENT]:
        pytest.skip("needs deliveries in which the formats string and json differ")
    verify(
        "webhook-output-format-is-kept",
        forms[ABSENT] == forms[NULL],
        check="default-format-is-string",
        kind="not-matching",
        expected=["string"],
        actual=sorted(forms[ABSENT]),
        difference="a webhook without a format gets an object, and one with the format string gets JSON in a string",
        operation=ANY_OPERATION,
        exchanges=notified[0].exchanges,
    )


def _forms(notified: NotifiedBatch, name: str) -> Iterator[str]:
    return filter(None, map(form, notified.webhooks[name].endpoint.posts))


@pytest.mark.requirement("webhook-names-only-its-batch")
def test_deliveries_name_only_their_batch(
    notified: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """Where a delivery names a batch, it is the one that was created with the endpoint."""
    named = [verify_names(each, webhook_steps.batch_ids, verify) for each in notified]
    if not any(named):
        pytest.skip("needs deliveries that name their batch")


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_headers_and_body_name_the_same_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Where both the headers and the envelope of a delivery name its event, they agree."""
    for each in notified:
        verify_headers(each, verify)


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_json_is_declared_as_json(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A body that is an object of JSON has a content type that says so."""
    for each in notified:
        verify_declared(each, verify)


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_no_two_events_share_an_id(notified: list[NotifiedBatch], verify: Verify) -> None:
    """The id of an event is not used for one of another type or another batch."""
    known: KnownEvents = {}
    for each in notified:
        verify_event_ids(each, known, verify)


@pytest.mark.requirement("webhook-saved-configuration-is-used")
def test_a_saved_configuration_is_notified(saved: NotifiedBatch, verify: Verify) -> None:
    """The endpoint of a saved configuration is notified like one that is given with the create."""
    verify_delivered(saved, ANY_END, USED, verify)


@pytest.mark.requirement(*OF_EACH_DELIVERY)
def test_a_saved_configuration_has_the_form_of_an_inline_one(
    saved: NotifiedBatch, combination: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What the endpoint of a saved configuration gets is as it has to be, also after a later batch."""
    assert combination
    verify_each(saved, webhook_steps.batch_ids, verify)


@pytest.mark.requirement(*OF_EACH_DELIVERY)
def test_inline_and_saved_webhooks_have_the_same_form(
    mixed: NotifiedBatch, webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What the endpoints of an extract batch get, inline and saved, is as it has to be."""
    verify_each(mixed, webhook_steps.batch_ids, verify)


@pytest.mark.requirement("webhook-url-is-kept", *OF_EACH_DELIVERY)
def test_every_attempt_has_the_form_of_a_delivery(
    combination: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What an endpoint gets that answers with errors is signed at each attempt, and posted to the whole URL."""
    for each in combination:
        verify_each(each, webhook_steps.batch_ids, verify)
    if not any(webhook.query for each in combination for webhook in each.webhooks.values()):
        pytest.skip("needs a target that accepts a webhook_url with a query")


@pytest.mark.requirement("webhook-failed-delivery-is-retried")
def test_a_failed_delivery_is_retried(combination: list[NotifiedBatch], verify: Verify) -> None:
    """An endpoint that answers with a 500 is sent the same event again."""
    failed = [each for each in combination if FAILING in each.webhooks and each.webhooks[FAILING].endpoint.posts]
    for each in failed or pytest.skip("needs a delivery to an endpoint that fails"):
        once = each.events_sent_once(FAILING)
        verify(
            "webhook-failed-delivery-is-retried",
            not once,
            check="delivery-is-retried",
            kind="missing",
            expected="a second attempt",
            actual=[in_words(post) for post in each.webhooks[FAILING].endpoint.posts],
            difference=f"{first_few(once)} was answered with a 500, and not sent again",
            operation=ANY_OPERATION,
            exchanges=each.exchanges,
            case=each.case,
        )


@pytest.mark.requirement("webhook-endpoints-are-independent")
def test_a_failing_endpoint_does_not_affect_the_others(combination: list[NotifiedBatch], verify: Verify) -> None:
    """One endpoint answers everything with a 500; the other one is notified of the end."""
    together = [each for each in combination if {FAILING, BESIDE} <= each.webhooks.keys()]
    for each in together or pytest.skip("needs a target that accepts several webhooks for one batch"):
        verify_delivered(each, BESIDE, "webhook-endpoints-are-independent", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_an_endpoint_for_another_product_receives_nothing(combination: list[NotifiedBatch], verify: Verify) -> None:
    """A batch of parse jobs does nothing that another product would send."""
    given = [each for each in combination if STRANGER in each.webhooks]
    for each in given or pytest.skip("needs a target that accepts webhooks for events of any product"):
        verify_silent(each, STRANGER, "webhook-sends-only-subscribed-events", verify)


@pytest.mark.requirement("webhook-secret-is-never-returned")
def test_the_secret_of_a_saved_configuration_is_never_shown(
    saved_configuration: Saved, webhook_configurations: WebhookConfigurations, verify: Verify
) -> None:
    """Neither the answer that saves a configuration nor a later read has its signing secret."""
    secret = str(saved_configuration.webhook.secret)
    for exchange in (saved_configuration.exchange, webhook_configurations.get(saved_configuration.id)):
        if exchange.response is not None:
            verify(
                "webhook-secret-is-never-returned",
                secret.encode() not in exchange.response.body,
                check="response-has-no-secret",
                kind="disclosed",
                expected="no signing secret",
                actual="the signing secret",
                operation=ANY_OPERATION,
                exchanges=[exchange],
            )


@pytest.mark.requirement("webhook-saved-configuration-stays-in-its-project")
def test_a_saved_configuration_is_not_notified_of_a_foreign_batch(
    notified: list[NotifiedBatch],
    webhook_configurations: WebhookConfigurations,
    webhook_steps: WebhookSteps,
    directories: Directories,
    receiver: Receiver,
    target: Target,
    verify: Verify,
) -> None:
    """A create of another project that names a saved configuration is refused, or sends nothing to its endpoint."""
    assert notified
    if not target.keys[OTHER]:
        pytest.skip(f"needs {capabilities()['other-key']}")
    saved = webhook_configurations.save(whole(receiver, None, "json"))
    own = bare(receiver)
    exchange = webhook_steps.create(directories.holding(1, "webhooks of another project", OTHER), [own], [saved.id])
    call = call_of(exchange)
    if call.succeeded and call.batches:
        webhook_steps.followed(call.batches[0], {ABSENT: own}, OTHER)
        if target.controls_clock:
            target.wait(AFTERWARDS)
    received = saved.webhook.endpoint.deliveries
    verify(
        "webhook-saved-configuration-stays-in-its-project",
        not received,
        check="webhook-is-silent",
        kind="disclosed",
        expected=[],
        actual=list(map(in_words, received)),
        difference=f"{len(received)} deliveries of a batch of another project arrived",
        operation=ANY_OPERATION,
        exchanges=[exchange],
    )


@pytest.mark.requirement("webhook-names-only-its-batch")
def test_no_endpoint_is_notified_of_a_later_batch(
    notified: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """Batches that were created since, by another project too, send nothing to the endpoints of an earlier one."""
    for each in notified:
        verify_names(each, webhook_steps.batch_ids, verify)
