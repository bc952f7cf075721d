"""Variations work, alone and in pairs."""

import asyncio
import random
from itertools import combinations

import httpx

from fixtures.embedded import running_mock
from fixtures.mock.variants import Variant
from fixtures.mock.variations import VARIATIONS
from tests.variations.scenario import run_scenario

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
        httpx.Client(trust_env=False) as client,
    ):
        response = client.post(f"{mock.base_url}/api/v2/batches", content=b"x" * 400_000)
    assert response.is_client_error
