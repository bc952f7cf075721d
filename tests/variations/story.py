"""A short story told to a service in this process: each step has to succeed, in whatever way."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from fixtures.mock.service import Settings
from fixtures.mock.variants import Variant, apply

BATCHES = "/api/v2/batches"
DIRECTORIES = "/api/v1/beta/directories"
KEY = {"Authorization": "Bearer llx-mock-main"}
PDF = {"upload_file": ("a.pdf", b"%PDF-1.4\n%%EOF\n")}
TURNED_AWAY = {429, 503}
TRIES = 5


async def ask(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> Any:
    """Send a request until it is not turned away, and give the JSON of its success."""
    for _ in range(TRIES):
        response = await client.request(method, path, headers=KEY, **more)
        if response.status_code not in TURNED_AWAY:
            break
    assert response.is_success, (method, path, response.status_code, response.text)
    return response.json()


async def tell(variants: Sequence[Variant]) -> None:
    """Go from a directory to a batch that is read and listed, and to a page of refusals."""
    transport = httpx.ASGITransport(app=apply(variants, Settings(virtual_clock=True)))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
        directory = await ask(client, "POST", DIRECTORIES, json={"name": "d"})
        path = f"{DIRECTORIES}/{quote(directory['id'], safe='')}/files/upload"
        assert (await ask(client, "POST", path, files=PDF))["id"]
        job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_FAST"}
        body = {"source_directory_id": directory["id"], "config": {"job": job}}
        batch = await ask(client, "POST", BATCHES, json=body)
        assert batch.get("results") is None
        one = f"{BATCHES}/{quote(batch['id'], safe='')}"
        expanded = await ask(client, "GET", one, params={"expand": "results"})
        assert expanded["id"] == batch["id"]
        page = await ask(client, "GET", BATCHES, params={"source_directory_id": directory["id"]})
        assert {item["id"] for item in page["items"]} <= {batch["id"]}
        for path in (f"{BATCHES}/none", "/nowhere"):
            refusal = await client.get(path)
            assert 400 <= refusal.status_code < 500 or refusal.status_code in TURNED_AWAY
