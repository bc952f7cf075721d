"""A short scenario with a service in this process: each step has to succeed, with whatever variation."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from fixtures.mock.host import Mock
from fixtures.mock.service import ServiceSettings
from fixtures.mock.variants import Variant

BATCHES = "/api/v2/batches"
DIRECTORIES = "/api/v1/beta/directories"
KEY = {"Authorization": "Bearer llx-mock-main"}
PDF = {"upload_file": ("a.pdf", b"%PDF-1.4\n%%EOF\n")}
TEMPORARY = {429, 503}
ATTEMPTS = 5


async def send(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> Any:
    """Send a request, retry temporary refusals, and return the JSON of its success."""
    for _ in range(ATTEMPTS):
        response = await client.request(method, path, headers=KEY, **more)
        if response.status_code not in TEMPORARY:
            break
    assert response.is_success, (method, path, response.status_code, response.text)
    return response.json()


async def new_directory(client: httpx.AsyncClient) -> Any:
    """Create a directory of a type that the service has."""
    try:
        return await send(client, "POST", DIRECTORIES, json={"name": "d", "type": "ephemeral"})
    except AssertionError:
        return await send(client, "POST", DIRECTORIES, json={"name": "d", "type": "user"})


async def run_scenario(variants: Sequence[Variant]) -> None:
    """Create a directory with a file and a batch of it, read and list the batch, and provoke refusals."""
    transport = httpx.ASGITransport(app=Mock(ServiceSettings(rate=0), variants))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
        directory = await new_directory(client)
        path = f"{DIRECTORIES}/{quote(directory['id'], safe='')}/files/upload"
        assert (await send(client, "POST", path, files=PDF))["id"]
        job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_FAST"}
        body = {"source_directory_id": directory["id"], "config": {"job": job}}
        batch = await send(client, "POST", BATCHES, json=body)
        assert batch.get("results") is None
        one = f"{BATCHES}/{quote(batch['id'], safe='')}"
        expanded = await send(client, "GET", one, params={"expand": "results"})
        assert expanded["id"] == batch["id"]
        page = await send(client, "GET", BATCHES, params={"source_directory_id": directory["id"]})
        assert {item.get("source_directory_id") for item in page["items"]} <= {None, directory["id"]}
        for path in (f"{BATCHES}/none", "/nowhere"):
            refusal = await client.get(path)
            assert 400 <= refusal.status_code < 500 or refusal.status_code in TEMPORARY
