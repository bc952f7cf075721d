"""Variations work, alone and in pairs."""

import asyncio
import random
from itertools import combinations
from typing import Any

import httpx

from fixtures.embedded import running_mock
from fixtures.mock.host import Mock
from fixtures.mock.service import ServiceSettings
from fixtures.mock.variants import Variant
from fixtures.mock.variations import VARIATIONS
from tests.local import local_client
from tests.variations.scenario import BATCHES, DIRECTORIES, KEY, PDF, run_scenario

PAIRS = 25


def pairs() -> list[tuple[Variant, Variant]]:
    """Return a random sample of pairs, the same in every run."""
    return random.Random(PAIRS).sample(list(combinations(VARIATIONS.values(), 2)), PAIRS)


def failures(*groups: tuple[Variant, ...]) -> dict[str, str]:
    """Return what went wrong in the scenario under each group of variations."""
    found = {}
    for group in groups:
        try:
            asyncio.run(run_scenario(group))
        except Exception as error:
            found["+".join(variant.name for variant in group)] = repr(error)
    return found


def test_each_variation_works() -> None:
    assert failures(*((variant,) for variant in VARIATIONS.values())) == {}


def test_pairs_of_variations_work_in_either_order() -> None:
    assert failures(*pairs(), *((second, first) for first, second in pairs())) == {}


def test_a_connection_that_is_closed_after_a_refusal_still_carries_the_refusal() -> None:
    """Also where the service refuses a request before it has read the body: a reset would lose the response."""
    with (
        running_mock("--variation", "connection-close", "--variation", "refusals-with-long-text") as mock,
        local_client() as client,
    ):
        response = client.post(f"{mock.base_url}/api/v2/batches", content=b"x" * 400_000)
    assert response.is_client_error


async def answers(name: str, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    """Return what a service with a variation answers to requests with JSON bodies."""
    transport = httpx.ASGITransport(app=Mock(ServiceSettings(rate=0), [VARIATIONS[name]]))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=KEY) as client:
        directory = (await client.post(DIRECTORIES, json={"name": "d"})).json()["id"]
        path = f"{DIRECTORIES}/{directory}/files"
        upload: dict[str, Any] = {"data": {"unique_id": "u"}, "files": PDF}
        await client.post(f"{path}/upload", **upload)
        return [
            await client.request(method, url.replace("FILES", path), **(upload if body is PDF else {"json": body}))
            for method, url, body in requests
        ]


def test_what_the_published_document_does_not_say_stays_possible() -> None:
    saved = "/api/v1/beta/webhook-configs"
    expectations: tuple[tuple[str, tuple[tuple[str, str, Any], ...], list[int]], ...] = (
        ("creations-200", (("POST", DIRECTORIES, {"name": "d"}), ("POST", "FILES/upload", PDF)), [200, 200]),
        ("page-size-bounded", tuple(("GET", f"FILES?page_size={n}", None) for n in (0, 1, 1001)), [422, 200, 422]),
        ("unknown-expand-refused", (("GET", f"{BATCHES}/x?expand=y", None), ("GET", f"{BATCHES}/x", None)), [422, 404]),
        ("unique-ids-refused-twice", (("POST", "FILES/upload", PDF),), [409]),
        ("no-single-files", (("GET", "FILES/x", None), ("POST", "FILES", {}), ("GET", "FILES", None)), [404, 405, 200]),
        ("nothing-changeable", (("PATCH", "FILES/x", {}), ("PUT", f"{saved}/x", {})), [405, 405]),
        (
            "webhook-configurations-checked",
            tuple(
                ("POST", saved, {"webhook_url": "http://127.0.0.1:9/x", name: value})
                for name, value in (("webhook_events", []), ("webhook_signing_secret", ""), ("webhook_url", "x"))
            ),
            [422, 422, 422],
        ),
    )
    for name, requests, expected in expectations:
        assert [answer.status_code for answer in asyncio.run(answers(name, *requests))] == expected, name
    (page,) = asyncio.run(answers("total-size-always", ("GET", "FILES", None)))
    assert page.json()["total_size"] == 1
    (refusal,) = asyncio.run(answers("allow-names-one-method", ("PUT", BATCHES, None)))
    assert refusal.headers["allow"] == "GET"
