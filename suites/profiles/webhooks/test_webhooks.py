"""What is told, to whom, and in which form."""

import pytest

from fixtures.webhooks import SIGNATURE, is_signed
from fixtures.webhooks import told as in_words
from suites.differences import beyond, enumerated
from suites.profiles.webhooks.conftest import ANY_END, STRANGER
from suites.profiles.webhooks.telling import ALL, ENDS, PENDING, RUNNING, Told, status_in, texts_in
from suites.verify import ANY_OPERATION, Verify

SHORTEST_ID = 5
"""Characters of an id below which it could stand in a delivery for anything else."""


def _is_told(told: Told, name: str, requirement: str, verify: Verify) -> None:
    """Verify that a webhook was told what it is owed; one that was told by other methods is judged for these."""
    endpoint = told.webhooks[name].endpoint
    if endpoint.posts or not endpoint.heard:
        verify(
            requirement,
            len(endpoint.posts) >= len(told.owed(name)),
            check="webhook-is-told",
            kind="missing",
            expected=told.owed(name),
            actual=[in_words(post) for post in endpoint.posts],
            difference=f"{len(endpoint.posts)} of {len(told.owed(name))} deliveries came until long after the end",
            operation=ANY_OPERATION,
            exchanges=told.exchanges,
            case=f"{told.case}, {name}",
        )


def _that_were(event: str, told: list[Told]) -> list[Told]:
    """Return the batches of which an event surely came about. Skips the test when there are none."""
    return [each for each in told if event in each.events] or pytest.skip(f"needs a batch that can be seen as {event}")


def _is_silent(told: Told, name: str, requirement: str, verify: Verify) -> None:
    """Verify that a webhook was told nothing."""
    posts = told.webhooks[name].endpoint.posts
    verify(
        requirement,
        not posts,
        check="webhook-is-silent",
        kind="unexpected",
        expected=[],
        actual=list(map(in_words, posts)),
        difference=f"{len(posts)} deliveries came to a webhook for {name}",
        operation=ANY_OPERATION,
        exchanges=told.exchanges,
        case=f"{told.case}, {name}",
    )


def _is_well_made(told: Told, verify: Verify) -> None:
    """Verify signature and custom headers of all that was told."""
    for name, delivery in told.deliveries():
        webhook = told.webhooks[name]
        case = f"{told.case}, {name}"
        if webhook.secret is not None and delivery.body is not None:
            verify(
                "webhook-signature-is-valid",
                is_signed(delivery, webhook.secret),
                check="delivery-is-signed",
                kind="not-matching",
                expected=f"{SIGNATURE} with sha256= and the HMAC of the body",
                actual=f"{delivery.header(SIGNATURE)} on {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=told.exchanges,
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
                exchanges=told.exchanges,
                case=case,
            )


@pytest.mark.requirement("webhook-configurations-accepted")
def test_a_webhook_with_every_field_is_accepted(told: list[Told], verify: Verify) -> None:
    """Each create with webhooks that have all fields was answered with a batch, and something was told of it."""
    for each in told:
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
def test_whoever_is_told_is_told_by_post(told: list[Told], verify: Verify) -> None:
    """No endpoint that is owed a delivery got requests of other methods alone."""
    for each in told:
        for name, webhook in each.webhooks.items():
            if webhook.endpoint.heard and each.owed(name):
                verify(
                    "webhook-is-delivered-by-post",
                    bool(webhook.endpoint.posts),
                    check="delivery-is-posted",
                    kind="not-matching",
                    expected="a POST",
                    actual=in_words(webhook.endpoint.heard[0]),
                    operation=ANY_OPERATION,
                    exchanges=each.exchanges,
                    case=f"{each.case}, {name}",
                )


@pytest.mark.requirement("webhook-sends-pending")
def test_a_pending_batch_is_told_of(told: list[Told], verify: Verify) -> None:
    """A batch that was PENDING at its create or at a get told so."""
    for each in _that_were(PENDING, told):
        _is_told(each, PENDING, "webhook-sends-pending", verify)


@pytest.mark.requirement("webhook-sends-running")
def test_a_running_batch_is_told_of(told: list[Told], verify: Verify) -> None:
    """A batch that went on to be RUNNING from one get to the next told so."""
    for each in _that_were(RUNNING, told):
        _is_told(each, RUNNING, "webhook-sends-running", verify)


@pytest.mark.requirement("webhook-sends-terminal-event")
def test_the_end_is_told_of(told: list[Told], verify: Verify) -> None:
    """A batch told of the end that a get shows."""
    for each in told:
        _is_told(each, each.end, "webhook-sends-terminal-event", verify)


@pytest.mark.requirement("webhook-sends-no-other-terminal-event")
def test_no_other_end_is_told_of(told: list[Told], verify: Verify) -> None:
    """Endpoints for the two ends that a batch did not come to heard nothing, though other batches did come to them."""
    for each in told:
        for event in set(ENDS.values()) - {each.end}:
            _is_silent(each, event, "webhook-sends-no-other-terminal-event", verify)


@pytest.mark.requirement("webhook-without-events-sends-all")
def test_whoever_subscribes_to_nothing_in_particular_is_told_everything(told: list[Told], verify: Verify) -> None:
    """Null and absent events are all events; there are at least as many deliveries as statuses that were shown."""
    for each in told:
        for name in ALL:
            _is_told(each, name, "webhook-without-events-sends-all", verify)


@pytest.mark.requirement("webhook-status-agrees-with-get")
def test_the_status_that_is_told_agrees_with_a_get(told: list[Told], verify: Verify) -> None:
    """A delivery for the end has no status but that end, and any other delivery no end that it did not have.

    Only those who want to hear everything may be told of more than the batch.
    """
    deliveries = [(each, name, delivery) for each in told for name, delivery in each.deliveries() if name not in ALL]
    for each, name, delivery in deliveries:
        if (status := status_in(delivery)) in ENDS or (status and name == each.end):
            verify(
                "webhook-status-agrees-with-get",
                status == each.batch["status"],
                check="told-status-agrees",
                kind="not-matching",
                expected=each.batch["status"],
                actual=status,
                difference=f"{in_words(delivery)} tells of {status}, and a get shows {each.batch['status']}",
                operation=ANY_OPERATION,
                exchanges=each.exchanges,
                case=f"{each.case}, {name}",
            )
    if not any(status_in(delivery) for _, _, delivery in deliveries):
        pytest.skip("needs deliveries with a status at the top of a JSON object")


@pytest.mark.requirement("webhook-signature-is-valid", "webhook-headers-are-sent")
def test_what_is_told_is_signed_and_carries_the_custom_headers(told: list[Told], verify: Verify) -> None:
    """Each delivery is signed with the secret of its own webhook, and has the headers of its own webhook."""
    for each in told:
        _is_well_made(each, verify)


@pytest.mark.requirement("webhook-names-only-its-batch")
def test_no_endpoint_is_told_of_another_batch(told: list[Told], verify: Verify) -> None:
    """Where a delivery names a batch, it is the one that was created with the endpoint."""
    ids = [each.batch["id"] for each in told if len(each.batch["id"]) >= SHORTEST_ID]
    naming = [
        (each, name, delivery, named)
        for each in told
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
def test_a_saved_configuration_is_told(saved: Told, verify: Verify) -> None:
    """The endpoint of a saved configuration is told like one that stands in the create, and in the same form."""
    _is_told(saved, ANY_END, "webhook-saved-configuration-is-used", verify)
    _is_well_made(saved, verify)


@pytest.mark.requirement("webhook-endpoints-are-independent")
def test_an_endpoint_that_fails_takes_nothing_from_the_others(combination: Told, verify: Verify) -> None:
    """One endpoint answers everything with a 500; the others are told of the end."""
    _is_told(combination, combination.end, "webhook-endpoints-are-independent", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_whoever_subscribes_to_another_product_is_told_nothing(combination: Told, verify: Verify) -> None:
    """A batch of parse jobs does nothing that another product would tell of."""
    if STRANGER not in combination.webhooks:
        pytest.skip("needs a target that accepts webhooks for events of any product")
    _is_silent(combination, STRANGER, "webhook-sends-only-subscribed-events", verify)
