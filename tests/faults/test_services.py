"""The services that deviate: each one starts and answers, and several ways can be combined."""

import asyncio
from dataclasses import fields
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from fixtures.mock.faults import FAULTS
from fixtures.mock.service import Parts, Settings
from fixtures.mock.variants import Variant, apply, changed_parts

BATCHES = "/api/v2/batches"
SETTINGS = Settings(virtual_clock=True)


def call(app: ASGIApp, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    async def answers() -> list[httpx.Response]:
        headers = {"Authorization": "Bearer llx-mock-main"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=headers) as client:
            return [await client.request(method, path, json=body) for method, path, body in requests]

    return asyncio.run(answers())


@pytest.mark.parametrize("variant", FAULTS.values(), ids=FAULTS)
def test_a_deviating_service_answers(variant: Variant) -> None:
    create = {"source_directory_id": "none", "config": {"job": {"type": "parse_v2", "configuration_id": "none"}}}
    listed, got, created = call(
        apply([variant], SETTINGS),
        ("GET", BATCHES, None),
        ("GET", f"{BATCHES}/none", None),
        ("POST", BATCHES, create),
    )
    assert listed.status_code == 200
    if variant.requirements != ("get-refuses-unknown-batch",):
        assert got.status_code >= 400
    assert created.status_code == 200 or "detail" in created.json()


@pytest.mark.parametrize("part", [field.name for field in fields(Parts)])
def test_all_faults_of_one_part_can_be_combined(part: str) -> None:
    plain = getattr(Parts(), part)
    alike = [one for one in FAULTS.values() if getattr(one.change(Parts()), part) is not plain]
    assert getattr(changed_parts(alike), part).mro().count(plain) == 1
    apply(alike, SETTINGS)


def test_without_a_fault_the_parts_are_the_plain_ones() -> None:
    assert changed_parts([]) == Parts()


def test_two_faults_of_one_part_both_show() -> None:
    app = apply([FAULTS["total-is-text"], FAULTS["no-next-page-is-false"]], SETTINGS)
    (listed,) = call(app, ("GET", BATCHES, None))
    assert listed.json() == {"items": [], "next_page_token": False, "total_size": "0"}


def test_a_fault_of_a_part_and_one_of_an_answer_both_show() -> None:
    app = apply([FAULTS["total-is-text"], FAULTS["list-is-sent-as-text"]], SETTINGS)
    (listed,) = call(app, ("GET", BATCHES, None))
    assert (listed.headers["content-type"], listed.json()["total_size"]) == ("text/plain", "0")
