"""What is verified of every batch with webhooks: what its endpoints got, and what each delivery shows by itself."""

from collections.abc import Iterable, MutableMapping
from typing import TypeAlias

from fixtures.exchange import JSON, is_json, media_type_of
from fixtures.webhooks import SIGNATURE, decoded, in_words, is_signed
from suites.differences import beyond, first_few
from suites.profiles.webhooks.notifications import ENDS, NotifiedBatch
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
from suites.verify import ANY_OPERATION, Verify

KnownEvents: TypeAlias = MutableMapping[str, tuple[str, set[str]]]
"""The batch and the events that the id of an event was seen with."""
SHORTEST_ID = 5
"""Characters of an id below which it could stand in a delivery for anything else."""
TERMINAL_EVENTS = set(ENDS.values())
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


def verify_delivered(notified: NotifiedBatch, name: str, requirement: str, verify: Verify) -> None:
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
            difference=f"{first_few(missing)} did not arrive until long after the end",
            operation=ANY_OPERATION,
            exchanges=notified.exchanges,
            case=f"{notified.case}, {name}",
        )


def verify_silent(notified: NotifiedBatch, name: str, requirement: str, verify: Verify) -> None:
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


def verify_events(notified: NotifiedBatch, verify: Verify) -> None:
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


def verify_end(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that no webhook got another terminal event than that of the end; what CANCELLED sends is open."""
    if notified.is_cancelled:
        return
    for event in (TERMINAL_EVENTS - {notified.end}) & notified.webhooks.keys():
        verify_silent(notified, event, "webhook-sends-no-other-terminal-event", verify)
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


def verify_status(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that a delivery for the end has no status but that end, and no other delivery an end that never was.

    Whoever subscribed to everything may be sent more than what concerns the batch.
    """
    for name, delivery in notified.deliveries():
        named = events_in(delivery)
        about = named or set(notified.subscribed(name) or ())
        is_about = bool(about) and all(event.startswith(OF_BATCH) for event in about)
        is_end = bool(named & TERMINAL_EVENTS) if named else name == notified.end
        for status in sorted(statuses_in(delivery)) if is_about else ():
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


def verify_form(notified: NotifiedBatch, verify: Verify) -> None:
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
                difference=f"{in_words(delivery)} lacks {first_few(missing)}",
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


def verify_names(notified: NotifiedBatch, known: Iterable[str], verify: Verify) -> bool:
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
                difference=f"{first_few(sorted(foreign))} in {in_words(delivery)}",
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )
    return is_named


def verify_accepted(notified: NotifiedBatch, verify: Verify) -> None:
    """Note that a create with webhooks was answered with a batch, as of one that has sent something."""
    verify(
        "webhook-configurations-accepted",
        True,
        check="request-is-accepted",
        kind="refused",
        expected="a batch",
        actual=notified.batch["id"],
        operation=ANY_OPERATION,
        exchanges=notified.exchanges,
    )


def verify_posted(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that no webhook that expects a delivery got requests of other methods alone."""
    for name, webhook in notified.webhooks.items():
        if webhook.endpoint.deliveries and notified.expected_events(name):
            verify(
                "webhook-is-delivered-by-post",
                bool(webhook.endpoint.posts),
                check="delivery-is-posted",
                kind="not-matching",
                expected="a POST",
                actual=in_words(webhook.endpoint.deliveries[0]),
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )


def verify_headers(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that the headers and the envelope of a delivery agree where both name its event."""
    for name, delivery in notified.deliveries():
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
                    exchanges=notified.exchanges,
                    case=f"{notified.case}, {name}, {field}",
                )


def verify_declared(notified: NotifiedBatch, verify: Verify) -> None:
    """Verify that a body that is an object of JSON has a content type that says so."""
    for name, delivery in notified.deliveries():
        if isinstance(content(delivery), dict):
            declared = media_type_of(delivery.header("Content-Type"))
            verify(
                "webhook-envelope-is-consistent",
                is_json(declared),
                check="json-is-declared",
                kind="malformed",
                expected=JSON,
                actual=declared,
                operation=ANY_OPERATION,
                exchanges=notified.exchanges,
                case=f"{notified.case}, {name}",
            )


def verify_event_ids(notified: NotifiedBatch, known: KnownEvents, verify: Verify) -> None:
    """Verify that the id of an event is not that of a known one of another type or another batch."""
    for name, delivery in notified.deliveries():
        id_, named = envelope(delivery).get("event_id"), events_in(delivery)
        if not isinstance(id_, str) or not named:
            continue
        batch_id, others = known.setdefault(id_, (notified.batch["id"], named))
        verify(
            "webhook-envelope-is-consistent",
            batch_id == notified.batch["id"] and bool(named & others),
            check="event-id-names-one-event",
            kind="twice",
            expected="an event_id for each event of each batch",
            actual=id_,
            difference=f"{id_} stands for {first_few(sorted(others))} of {batch_id} and in {in_words(delivery)}",
            operation=ANY_OPERATION,
            exchanges=notified.exchanges,
            case=f"{notified.case}, {name}",
        )


def verify_each(notified: NotifiedBatch, known: Iterable[str], verify: Verify) -> None:
    """Verify all that each delivery shows by itself."""
    verify_events(notified, verify)
    verify_end(notified, verify)
    verify_status(notified, verify)
    verify_names(notified, known, verify)
    verify_form(notified, verify)
