"""What is delivered to which endpoint, and in which form."""

import pytest

from fixtures.webhooks import SIGNATURE, in_words, is_signed
from suites.differences import beyond, enumerated
from suites.profiles.webhooks.conftest import ANY_END, STRANGER
from suites.profiles.webhooks.notifications import ALL, ENDS, PENDING, RUNNING, NotifiedBatch, status_in, texts_in
from suites.verify import ANY_OPERATION, Verify

SHORTEST_ID = 5
"""Characters of an id below which it could stand in a delivery for anything else."""


def _verify_delivered(notified: NotifiedBatch, name: str, requirement: str, verify: Verify) -> None:
    """Verify that a webhook got the events that it expects; one that got requests of other methods only is left out."""
    endpoint, expected = notified.webhooks[name].endpoint, notified.expected_events(name)
    if endpoint.posts or not endpoint.deliveries:
        verify(
            requirement,
            len(endpoint.posts) >= len(expected),
            check="webhook-is-notified",
            kind="missing",
            expected=expected,
            actual=[in_words(post) for post in endpoint.posts],
            difference=f"{len(endpoint.posts)} of {len(expected)} deliveries had arrived long after the end",
            operation=ANY_OPERATION,
            exchanges=notified.exchanges,
            case=f"{notified.case}, {name}",
        )


def _batches_with(event: str, notified: list[NotifiedBatch]) -> list[NotifiedBatch]:
    """Return the batches of which an event surely happened. Skips the test when there are none."""
    return [each for each in notified if event in each.events] or pytest.skip(
        f"needs a batch that can be seen as {event}"
    )


def _verify_silent(notified: NotifiedBatch, name: str, requirement: str, verify: Verify) -> None:
    """Verify that a webhook got no delivery."""
    posts = notified.webhooks[name].endpoint.posts
    verify(
        requirement,
        not posts,
        check="webhook-is-silent",
        kind="unexpected",
        expected=[],
        actual=list(map(in_words, posts)),
        difference=f"{len(posts)} deliveries arrived at a webhook for {name}",
        operation=ANY_OPERATION,
        exchanges=notified.exchanges,
        case=f"{notified.case}, {name}",
    )


def _verify_signature_and_headers(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify signature and custom headers of every delivery."""
    for name, delivery in notified.deliveries():
        webhook = notified.webhooks[name]
        case = f"{notified.case}, {name}"
        if webhook.secret is not None and delivery.body is not None:
            verify(
                "webhook-signature-is-valid",
                is_signed(delivery, webhook.secret),
                check="delivery-is-signed",
                kind="not-matching",
                expected=f"{SIGNATURE} with sha256= and the HMAC of the body",
                actual=f"{delivery.header(SIGNATURE)} on {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=case,
            )
        if webhook.headers:
            missing = [header for header, value in webhook.headers.items() if delivery.header(header) != value]
            verify(
                "webhook-headers-are-sent",
                not missing,
                check="delivery-has-headers",
                kind="missing",
                expected=sorted(webhook.headers),
                actual=sorted(webhook.headers.keys() - set(missing)),
                difference=f"{in_words(delivery)} lacks {enumerated(missing)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=case,
            )


@pytest.mark.requirement("webhook-configurations-accepted")
def test_a_webhook_with_every_field_is_accepted(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each create with webhooks that have all fields was answered with a batch, and a webhook was notified of it."""
    for each in notified:
        verify(
            "webhook-configurations-accepted",
            True,
            check="request-is-accepted",
            kind="refused",
            expected="a batch",
            actual=each.batch["id"],
            operation=ANY_OPERATION,
            exchanges=each.exchanges,
        )


@pytest.mark.requirement("webhook-is-delivered-by-post")
def test_deliveries_are_posted(notified: list[NotifiedBatch], verify: Verify) -> None:
    """No endpoint that is owed a delivery got requests of other methods alone."""
    for each in notified:
        for name, webhook in each.webhooks.items():
            if webhook.endpoint.deliveries and each.expected_events(name):
                verify(
                    "webhook-is-delivered-by-post",
                    bool(webhook.endpoint.posts),
                    check="delivery-is-posted",
                    kind="not-matching",
                    expected="a POST",
                    actual=in_words(webhook.endpoint.deliveries[0]),
                    operation=ANY_OPERATION,
                    exchanges=each.exchanges,
                    case=f"{each.case}, {name}",
                )


@pytest.mark.requirement("webhook-sends-pending")
def test_a_pending_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that was PENDING at its create or at a get sends that event."""
    for each in _batches_with(PENDING, notified):
        _verify_delivered(each, PENDING, "webhook-sends-pending", verify)


@pytest.mark.requirement("webhook-sends-running")
def test_a_running_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that was RUNNING in one get and the next sends that event."""
    for each in _batches_with(RUNNING, notified):
        _verify_delivered(each, RUNNING, "webhook-sends-running", verify)


@pytest.mark.requirement("webhook-sends-terminal-event")
def test_a_terminal_status_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch sends the event of the terminal status that a get shows."""
    for each in notified:
        _verify_delivered(each, each.end, "webhook-sends-terminal-event", verify)


@pytest.mark.requirement("webhook-sends-no-other-terminal-event")
def test_no_other_terminal_event_is_sent(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Endpoints for the two other terminal events receive nothing, though other batches do end that way."""
    for each in notified:
        for event in set(ENDS.values()) - {each.end}:
            _verify_silent(each, event, "webhook-sends-no-other-terminal-event", verify)


@pytest.mark.requirement("webhook-without-events-sends-all")
def test_an_endpoint_without_events_receives_all(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Null and absent events are all events; there are at least as many deliveries as statuses that were shown."""
    for each in notified:
        for name in ALL:
            _verify_delivered(each, name, "webhook-without-events-sends-all", verify)


@pytest.mark.requirement("webhook-status-agrees-with-get")
def test_the_status_in_a_delivery_agrees_with_a_get(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A delivery for the end has no status but that end, and any other delivery no end that it did not have.

    Only an endpoint that subscribed to everything may be notified of more than the batch.
    """
    deliveries = [
        (each, name, delivery) for each in notified for name, delivery in each.deliveries() if name not in ALL
    ]
    for each, name, delivery in deliveries:
        if (status := status_in(delivery)) in ENDS or (status and name == each.end):
            verify(
                "webhook-status-agrees-with-get",
                status == each.batch["status"],
                check="delivered-status-agrees",
                kind="not-matching",
                expected=each.batch["status"],
                actual=status,
                difference=f"{in_words(delivery)} says {status}, and a get shows {each.batch['status']}",
                operation=ANY_OPERATION,
                exchanges=each.exchanges,
                case=f"{each.case}, {name}",
            )
    if not any(status_in(delivery) for _, _, delivery in deliveries):
        pytest.skip("needs deliveries with a status at the top of a JSON object")


@pytest.mark.requirement("webhook-signature-is-valid", "webhook-headers-are-sent")
def test_deliveries_are_signed_and_carry_the_custom_headers(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each delivery is signed with the secret of its own webhook, and has the headers of its own webhook."""
    for each in notified:
        _verify_signature_and_headers(each, verify)


@pytest.mark.requirement("webhook-names-only-its-batch")
def test_deliveries_name_only_their_batch(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Where a delivery names a batch, it is the one that was created with the endpoint."""
    ids = [each.batch["id"] for each in notified if len(each.batch["id"]) >= SHORTEST_ID]
    naming = [
        (each, name, delivery, named)
        for each in notified
        for name, delivery in each.deliveries()
        if (named := [id_ for id_ in ids if id_ in texts_in(delivery)])
    ]
    for each, name, delivery, named in naming:
        verify(
            "webhook-names-only-its-batch",
            named == [each.batch["id"]],
            check="delivery-names-its-batch",
            kind="not-matching",
            expected=[each.batch["id"]],
            actual=named,
            difference=f"{beyond([each.batch['id']], named)} in {in_words(delivery)}",
            operation=ANY_OPERATION,
            exchanges=each.exchanges,
            case=f"{each.case}, {name}",
        )
    if not naming:
        pytest.skip("needs deliveries that name their batch")


@pytest.mark.requirement("webhook-saved-configuration-is-used")
def test_a_saved_configuration_verify_delivered(saved: NotifiedBatch, verify: Verify) -> None:
    """The endpoint of a saved configuration is notified like one that is given in full, and in the same form."""
    _verify_delivered(saved, ANY_END, "webhook-saved-configuration-is-used", verify)
    _verify_signature_and_headers(saved, verify)


@pytest.mark.requirement("webhook-endpoints-are-independent")
def test_a_failing_endpoint_does_not_affect_the_others(combination: NotifiedBatch, verify: Verify) -> None:
    """One endpoint answers everything with a 500; the others are notified of the end."""
    _verify_delivered(combination, combination.end, "webhook-endpoints-are-independent", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_an_endpoint_for_another_product_receives_nothing(combination: NotifiedBatch, verify: Verify) -> None:
    """A batch of parse jobs does nothing that is an event of another product."""
    if STRANGER not in combination.webhooks:
        pytest.skip("needs a target that accepts webhooks for events of any product")
    _verify_silent(combination, STRANGER, "webhook-sends-only-subscribed-events", verify)
