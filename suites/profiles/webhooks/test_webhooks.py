"""What is delivered to which endpoint, and in which form."""

from collections.abc import Iterable, Iterator

import pytest

from fixtures.directories import Directories
from fixtures.receiver import Receiver
from fixtures.target import OTHER, Target
from fixtures.webhooks import SIGNATURE, Saved, WebhookConfigurations, bare, decoded, in_words, is_signed, whole
from spec.requirements import capabilities
from suites.differences import beyond, enumerated
from suites.profiles.webhooks.conftest import AFTERWARDS, ANY_END, BESIDE, COMBINED, FAILING, STRANGER, USED
from suites.profiles.webhooks.notifications import (
    ABSENT,
    ALL,
    ENDS,
    NULL,
    PENDING,
    RUNNING,
    SEVERAL,
    NotifiedBatch,
    WebhookSteps,
)
from suites.profiles.webhooks.payload import (
    EVENT_ID,
    EVENT_TYPE,
    OF_BATCH,
    content,
    directories_in,
    envelope,
    events_in,
    form,
    other_ids_in,
    statuses_in,
    texts_in,
)
from suites.traffic import call_of
from suites.verify import ANY_OPERATION, Verify

SHORTEST_ID = 5
"""Characters of an id below which it could stand in a delivery for anything else."""
TERMINAL_EVENTS = set(ENDS.values())
JSON = "application/json"
OF_EACH_DELIVERY = (
    "webhook-sends-only-subscribed-events",
    "webhook-sends-no-other-terminal-event",
    "webhook-status-agrees-with-get",
    "webhook-names-only-its-batch",
    "webhook-signature-is-valid",
    "webhook-headers-are-sent",
    "webhook-output-format-is-kept",
)
"""What each delivery shows by itself."""


def _verify_delivered(notified: NotifiedBatch, name: str, requirement: str, verify: Verify) -> None:
    """Verify that a webhook got the events that it expects; one that got requests of other methods only is left out."""
    endpoint, missing = notified.webhooks[name].endpoint, notified.missing_events(name)
    if endpoint.posts or not endpoint.deliveries:
        verify(
            requirement,
            not missing,
            check="webhook-is-notified",
            kind="missing",
            expected=notified.expected_events(name),
            actual=[in_words(post) for post in endpoint.posts],
            difference=f"{enumerated(missing)} did not arrive until long after the end",
            operation=ANY_OPERATION,
            exchanges=notified.exchanges,
            case=f"{notified.case}, {name}",
        )


def _batches_with(event: str, notified: list[NotifiedBatch]) -> list[NotifiedBatch]:
    """Return the batches that surely sent an event, with a webhook for it. Skips the test when there are none."""
    return [each for each in notified if event in each.events and event in each.webhooks] or pytest.skip(
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


def _verify_events(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that each delivery that names events names those that its webhook subscribed to."""
    for name, delivery in notified.deliveries():
        subscribed, named = notified.subscribed(name), events_in(delivery)
        if subscribed is not None and named:
            verify(
                "webhook-sends-only-subscribed-events",
                named <= set(subscribed),
                check="delivery-names-subscribed-event",
                kind="unexpected",
                expected=subscribed,
                actual=sorted(named),
                difference=f"{beyond(subscribed, named)} in {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )


def _verify_end(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that no webhook got another terminal event than that of the end; what CANCELLED sends is open."""
    if notified.is_cancelled:
        return
    for event in (TERMINAL_EVENTS - {notified.end}) & notified.webhooks.keys():
        _verify_silent(notified, event, "webhook-sends-no-other-terminal-event", verify)
    for name, delivery in notified.deliveries():
        if named := events_in(delivery) & TERMINAL_EVENTS:
            verify(
                "webhook-sends-no-other-terminal-event",
                named == {notified.end},
                check="delivery-names-the-end",
                kind="unexpected",
                expected=[notified.end],
                actual=sorted(named),
                difference=f"{beyond([notified.end], named)} in {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )


def _verify_status(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that a delivery for the end has no status but that end, and no other delivery an end that never was.

    Whoever subscribed to everything may be sent more than what concerns the batch.
    """
    for name, delivery in notified.deliveries():
        named = events_in(delivery)
        is_about = all(event.startswith(OF_BATCH) for event in named) if named else name not in ALL
        is_end = bool(named & TERMINAL_EVENTS) if named else name == notified.end
        for status in sorted(statuses_in(delivery)) if is_about and name != STRANGER else ():
            if status in ENDS or is_end:
                verify(
                    "webhook-status-agrees-with-get",
                    status == notified.batch["status"],
                    check="delivered-status-agrees",
                    kind="not-matching",
                    expected=notified.batch["status"],
                    actual=status,
                    difference=f"{in_words(delivery)} says {status}, and a get shows {notified.batch['status']}",
                    operation=ANY_OPERATION,
                    exchanges=notified.exchanges,
                    case=f"{notified.case}, {name}",
                )


def _verify_form(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify URL, signature, headers and format of every delivery, attempts that failed among them."""
    for name, delivery in notified.deliveries():
        webhook = notified.webhooks[name]
        case = f"{notified.case}, {name}"
        if webhook.query:
            actual = decoded(delivery.query)
            verify(
                "webhook-url-is-kept",
                actual == webhook.query,
                check="delivery-has-query",
                kind="not-matching",
                expected=[parameter for parameter, _ in webhook.query],
                actual=[parameter for parameter, _ in actual],
                difference=f"the URL of {in_words(delivery)} has another query than webhook_url",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=case,
            )
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
        actual_form = form(delivery)
        if webhook.output_format == "json" and actual_form is not None:
            verify(
                "webhook-output-format-is-kept",
                actual_form == "json",
                check="delivery-has-format",
                kind="not-matching",
                expected="an object",
                actual="JSON in a string",
                difference=f"the format json was asked for, and {in_words(delivery)} has JSON in a string",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=case,
            )


def _verify_names(notified: NotifiedBatch, known: Iterable[str], verify: Verify) -> bool:
    """Verify that no delivery means another batch or its directory; return whether any says which one it means."""
    own, directory = notified.batch["id"], notified.batch.get("source_directory_id")
    others = {id_ for id_ in known if id_ != own and len(id_) >= SHORTEST_ID}
    is_named = False
    for name, delivery in notified.deliveries():
        texts = texts_in(delivery)
        foreign = other_ids_in(delivery, own)
        if own not in texts:
            foreign |= texts & others
        if isinstance(directory, str):
            foreign |= directories_in(delivery) - {directory}
        if foreign or (own in texts and len(own) >= SHORTEST_ID):
            is_named = True
            verify(
                "webhook-names-only-its-batch",
                not foreign,
                check="delivery-names-its-batch",
                kind="not-matching",
                expected=[own],
                actual=sorted(foreign),
                difference=f"{enumerated(sorted(foreign))} in {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )
    return is_named


def _verify_each(notified: NotifiedBatch, known: Iterable[str], verify: Verify) -> None:
    """Verify all that each delivery shows by itself."""
    _verify_events(notified, verify)
    _verify_end(notified, verify)
    _verify_status(notified, verify)
    _verify_names(notified, known, verify)
    _verify_form(notified, verify)


@pytest.mark.requirement("webhook-configurations-accepted")
def test_a_webhook_with_every_field_is_accepted(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each create with webhooks that have all fields was answered with a batch, which sent something."""
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
    """No endpoint that expects a delivery got requests of other methods alone."""
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
    """A batch that was PENDING at its create or at a get sent that."""
    for each in _batches_with(PENDING, notified):
        _verify_delivered(each, PENDING, "webhook-sends-pending", verify)


@pytest.mark.requirement("webhook-sends-running")
def test_a_running_batch_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that went on to be RUNNING from one get to the next sent that."""
    for each in _batches_with(RUNNING, notified):
        _verify_delivered(each, RUNNING, "webhook-sends-running", verify)


@pytest.mark.requirement("webhook-sends-terminal-event")
def test_a_terminal_status_sends_its_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A batch that is COMPLETED or FAILED sent that, to whoever subscribed to it alone or beside others."""
    for each in notified:
        for name in {each.end, SEVERAL} & each.webhooks.keys():
            if each.end in each.expected_events(name):
                _verify_delivered(each, name, "webhook-sends-terminal-event", verify)


@pytest.mark.requirement("webhook-sends-terminal-event", "webhook-inline-and-saved-combine")
def test_inline_and_saved_webhooks_of_one_batch_are_notified(mixed: NotifiedBatch, verify: Verify) -> None:
    """Each endpoint of an extract batch with a bad file gets its end, whether it is inline or saved.

    Where none gets it, the batch is to blame; where some do not, the combination is.
    """
    is_sent = any(not mixed.missing_events(name) for name in mixed.webhooks)
    for name in mixed.webhooks:
        _verify_delivered(mixed, name, COMBINED if is_sent else "webhook-sends-terminal-event", verify)


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
        _verify_end(each, verify)


@pytest.mark.requirement("webhook-without-events-sends-all")
def test_an_endpoint_without_events_receives_all(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Null and absent events are all events: every status that was shown was delivered."""
    for each in notified:
        for name in set(ALL) & each.webhooks.keys():
            _verify_delivered(each, name, "webhook-without-events-sends-all", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_an_endpoint_receives_what_it_subscribed_to(notified: list[NotifiedBatch], verify: Verify) -> None:
    """No delivery names an event that its endpoint did not subscribe to."""
    for each in notified:
        _verify_events(each, verify)


@pytest.mark.requirement("webhook-status-agrees-with-get")
def test_the_status_in_a_delivery_agrees_with_a_get(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A status never contradicts the end of the batch, wherever the envelope has it."""
    for each in notified:
        _verify_status(each, verify)
    if not any(statuses_in(delivery) for each in notified for _, delivery in each.deliveries()):
        pytest.skip("needs deliveries with the status of a batch in their envelope")


@pytest.mark.requirement("webhook-signature-is-valid", "webhook-headers-are-sent", "webhook-output-format-is-kept")
def test_deliveries_are_signed_and_carry_the_custom_headers(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Each delivery is signed with the secret of its own webhook, and has its headers and its format."""
    for each in notified:
        _verify_form(each, verify)


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
    named = [_verify_names(each, webhook_steps.batch_ids, verify) for each in notified]
    if not any(named):
        pytest.skip("needs deliveries that name their batch")


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_headers_and_body_name_the_same_event(notified: list[NotifiedBatch], verify: Verify) -> None:
    """Where both the headers and the envelope of a delivery name its event, they agree."""
    for each in notified:
        for name, delivery in each.deliveries():
            named = events_in(delivery)
            for header, field in ((EVENT_ID, "event_id"), (EVENT_TYPE, "event_type")):
                expected, actual = envelope(delivery).get(field), delivery.header(header)
                is_comparable = named.issuperset([expected, actual]) if field == "event_type" else actual is not None
                if isinstance(expected, str) and is_comparable:
                    verify(
                        "webhook-envelope-is-consistent",
                        actual == expected,
                        check="header-agrees-with-body",
                        kind="not-matching",
                        expected=expected,
                        actual=actual,
                        difference=f"{header} is {actual}, and {field} is {expected}",
                        operation=ANY_OPERATION,
                        exchanges=each.exchanges,
                        case=f"{each.case}, {name}, {field}",
                    )


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_json_is_declared_as_json(notified: list[NotifiedBatch], verify: Verify) -> None:
    """A body that is an object of JSON has a content type that says so."""
    for each in notified:
        for name, delivery in each.deliveries():
            if isinstance(content(delivery), dict):
                declared = (delivery.header("Content-Type") or "").partition(";")[0].strip().lower()
                verify(
                    "webhook-envelope-is-consistent",
                    declared == JSON or declared.endswith("+json"),
                    check="json-is-declared",
                    kind="malformed",
                    expected=JSON,
                    actual=declared,
                    operation=ANY_OPERATION,
                    exchanges=each.exchanges,
                    case=f"{each.case}, {name}",
                )


@pytest.mark.requirement("webhook-envelope-is-consistent")
def test_no_two_events_share_an_id(notified: list[NotifiedBatch], verify: Verify) -> None:
    """The id of an event is not used for one of another type or another batch."""
    known: dict[str, tuple[str, set[str]]] = {}
    for each in notified:
        for name, delivery in each.deliveries():
            id_, named = envelope(delivery).get("event_id"), events_in(delivery)
            if not isinstance(id_, str) or not named:
                continue
            batch_id, others = known.setdefault(id_, (each.batch["id"], named))
            verify(
                "webhook-envelope-is-consistent",
                batch_id == each.batch["id"] and bool(named & others),
                check="event-id-names-one-event",
                kind="twice",
                expected="an event_id for each event of each batch",
                actual=id_,
                difference=f"{id_} stands for {enumerated(sorted(others))} of {batch_id} and in {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=each.exchanges,
                case=f"{each.case}, {name}",
            )


@pytest.mark.requirement("webhook-saved-configuration-is-used")
def test_a_saved_configuration_is_notified(saved: NotifiedBatch, verify: Verify) -> None:
    """The endpoint of a saved configuration is notified like one that is given with the create."""
    _verify_delivered(saved, ANY_END, USED, verify)


@pytest.mark.requirement(*OF_EACH_DELIVERY)
def test_a_saved_configuration_has_the_form_of_an_inline_one(
    saved: NotifiedBatch, combination: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What the endpoint of a saved configuration gets is as it has to be, also after a later batch."""
    assert combination
    _verify_each(saved, webhook_steps.batch_ids, verify)


@pytest.mark.requirement(*OF_EACH_DELIVERY)
def test_inline_and_saved_webhooks_have_the_same_form(
    mixed: NotifiedBatch, webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What the endpoints of an extract batch get, inline and saved, is as it has to be."""
    _verify_each(mixed, webhook_steps.batch_ids, verify)


@pytest.mark.requirement("webhook-url-is-kept", *OF_EACH_DELIVERY)
def test_every_attempt_has_the_form_of_a_delivery(
    combination: list[NotifiedBatch], webhook_steps: WebhookSteps, verify: Verify
) -> None:
    """What an endpoint gets that answers with errors is signed at each attempt, and posted to the whole URL."""
    for each in combination:
        _verify_each(each, webhook_steps.batch_ids, verify)
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
            difference=f"{enumerated(once)} was answered with a 500, and not sent again",
            operation=ANY_OPERATION,
            exchanges=each.exchanges,
            case=each.case,
        )


@pytest.mark.requirement("webhook-endpoints-are-independent")
def test_a_failing_endpoint_does_not_affect_the_others(combination: list[NotifiedBatch], verify: Verify) -> None:
    """One endpoint answers everything with a 500; the other one is notified of the end."""
    together = [each for each in combination if {FAILING, BESIDE} <= each.webhooks.keys()]
    for each in together or pytest.skip("needs a target that accepts several webhooks for one batch"):
        _verify_delivered(each, BESIDE, "webhook-endpoints-are-independent", verify)


@pytest.mark.requirement("webhook-sends-only-subscribed-events")
def test_an_endpoint_for_another_product_receives_nothing(combination: list[NotifiedBatch], verify: Verify) -> None:
    """A batch of parse jobs does nothing that another product would send."""
    given = [each for each in combination if STRANGER in each.webhooks]
    for each in given or pytest.skip("needs a target that accepts webhooks for events of any product"):
        _verify_silent(each, STRANGER, "webhook-sends-only-subscribed-events", verify)


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
        _verify_names(each, webhook_steps.batch_ids, verify)
