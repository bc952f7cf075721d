"""Ids that are not ids, paths that are not paths, and methods that nobody offers: refused in any way but a 5xx."""

import pytest

from fixtures.batches import BATCHES, Batches
from fixtures.client import Client, segment
from fixtures.exchange import Exchange
from suites.scenarios.conftest import Series
from suites.steps import Steps
from suites.unknown import unknown_id
from suites.verify import Verify

ODD_IDS = ("a/b", "a%2Fb", "%zz", "...", "a?b#c", "\n", "0a" * 1000)
"""Texts that are the id of nothing, each sent as one segment of a path and as the value of a parameter."""

RAW_SEGMENTS = ("%", "%zz", "%FF", "%C3%28", "%00")
"""Segments of a path as they go over the wire."""

METHODS_OF_ALL = ("HEAD", "OPTIONS", "PUT", "PATCH")
METHODS_OF_ONE = (*METHODS_OF_ALL, "POST", "DELETE")
"""Methods beside those of the contract; the ones that may change something are sent to what is not there."""

NOT_IMPLEMENTED = 501
"""The one 5xx that is an answer to a method."""


@pytest.mark.requirement("get-refuses-unknown-batch", "list-filters-by-directory", "no-server-error")
@pytest.mark.usefixtures("series")
def test_an_odd_text_is_no_id(steps: Steps, batches: Batches) -> None:
    """A get by it is refused, plain and expanded, and a list over it has nothing or is refused."""
    for text in ODD_IDS:
        for expand in ((), ("results",)):
            steps.refused("get-refuses-unknown-batch", batches.get(text, expand=expand), ascii(text[:20]))
        batches.list(source_directory_id=text)


@pytest.mark.requirement("no-server-error")
def test_a_path_that_cannot_be_decoded_breaks_nothing(client: Client, verify: Verify) -> None:
    """Bytes that are not UTF-8, and percent signs that stand for nothing, are refused or taken as they are."""
    for raw in RAW_SEGMENTS:
        _breaks_nothing(client.send("GET", f"{BATCHES}/{raw}"), verify)
        _breaks_nothing(client.send("GET", f"{BATCHES}?source_directory_id={raw}"), verify)


@pytest.mark.requirement("no-server-error")
def test_a_method_that_is_not_offered_breaks_nothing(series: Series, client: Client, verify: Verify) -> None:
    """Whether it is refused, and how, is open; none of them is answered with a 5xx but for 501."""
    one = f"{BATCHES}/{segment(unknown_id(series.batches[0]['id']))}"
    for method, path in [
        *((method, BATCHES) for method in METHODS_OF_ALL),
        *((method, one) for method in METHODS_OF_ONE),
        *((method, f"{one}/nothing") for method in ("GET", "POST")),
        ("GET", f"{one}/"),
    ]:
        _breaks_nothing(client.send(method, path), verify)


def _breaks_nothing(exchange: Exchange, verify: Verify) -> None:
    response = exchange.response
    if response is None or response.is_busy or response.status == NOT_IMPLEMENTED:
        return
    verify(
        "no-server-error",
        response.status < 500,
        check="answer-is-no-server-error",
        kind="server-error",
        expected="any status but a 5xx",
        actual=response.status,
        exchanges=[exchange],
        case=f"{exchange.request.method} {exchange.request.path[:60]}",
    )
