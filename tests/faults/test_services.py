"""Services with faults: each one starts and responds, and several faults can be combined."""

import asyncio
from dataclasses import fields
from typing import Any

import httpx
from starlette.types import ASGIApp

from fixtures.mock.faults import FAULTS
from fixtures.mock.host import Mock
from fixtures.mock.service import Parts, ServiceSettings
from fixtures.mock.variants import changed_parts

BATCHES = "/api/v2/batches"
SETTINGS = ServiceSettings(virtual_clock=True)


def responses(app: ASGIApp, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    async def sent() -> list[httpx.Response]:
        headers = {"Authorization": "Bearer llx-mock-main"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=headers) as client:
            return [await client.request(method, path, json=body) for method, path, body in requests]

    return asyncio.run(sent())


def test_a_service_with_a_fault_responds() -> None:
    create = {"source_directory_id": "none", "config": {"job": {"type": "parse_v2", "configuration_id": "none"}}}
    for fault in FAULTS.values():
        listed, got, created = responses(
            Mock(SETTINGS, [fault]),
            ("GET", BATCHES, None),
            ("GET", f"{BATCHES}/none", None),
            ("POST", BATCHES, create),
        )
        assert listed.status_code == 200, fault.name
        assert got.status_code >= 400 or fault.requirements == ("get-refuses-unknown-batch",), fault.name
        assert created.is_success or "detail" in created.json(), fault.name


def test_all_faults_of_one_part_can_be_combined() -> None:
    for field in fields(Parts):
        plain = getattr(Parts(), field.name)
        alike = [fault for fault in FAULTS.values() if getattr(fault.change(Parts()), field.name) is not plain]
        assert getattr(changed_parts(alike), field.name).mro().count(plain) == 1, field.name
        Mock(SETTINGS, alike)


def test_without_a_fault_the_parts_are_unchanged() -> None:
    assert changed_parts([]) == Parts()


def test_two_faults_of_one_part_are_both_effective() -> None:
    app = Mock(SETTINGS, [FAULTS["total-is-text"], FAULTS["no-next-page-is-false"]])
    (listed,) = responses(app, ("GET", BATCHES, None))
    assert listed.json() == {"items": [], "next_page_token": False, "total_size": "0"}


def test_a_fault_of_a_part_and_a_middleware_are_both_effective() -> None:
    app = Mock(SETTINGS, [FAULTS["total-is-text"], FAULTS["list-sent-as-text"]])
    (listed,) = responses(app, ("GET", BATCHES, None))
    assert (listed.headers["content-type"], listed.json()["total_size"]) == ("text/plain", "0")
