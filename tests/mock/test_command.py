"""The command line, and the seams at which the service can be altered."""

import asyncio
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from fixtures.mock.host import Mock
from fixtures.mock.model import Batch, JsonObject
from fixtures.mock.render import Render
from fixtures.mock.service import ServiceSettings
from fixtures.mock.variants import variant_of
from tests.mock.api import BATCHES, ROOT, Api, command


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_people_get_lines_to_copy() -> None:
    with start() as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("export"):
            lines.append(process.stdout.readline())
        _, key, url = lines[-1].split()
        headers = {"Authorization": f"Bearer {key.partition('=')[2]}"}
        response = httpx.get(url.partition("=")[2] + BATCHES, headers=headers, trust_env=False)
        assert response.status_code == 200
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")
    assert "key of prj-" in "".join(lines)


def test_an_open_request_does_not_delay_the_end() -> None:
    with start() as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split(" (")[0].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST {BATCHES} HTTP/1.1\r\nAuthorization: Bearer llx-mock-main\r\n"
            connection.sendall(f"{head}Host: x\r\nContent-Length: 9\r\n\r\n".encode())
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(command("--port", str(port)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 4
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert str(port) in ended.stderr


def test_many_callers_at_once(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: api.create(directory_id)["id"], range(40)))
        list(pool.map(lambda _: api.advance(1), range(8)))
    assert len(set(made)) == 40
    page = api.batches(source_directory_id=directory_id, status="COMPLETED", page_size=1000)
    assert len(page["items"]) == 40
    stamps = [item["created_at"] for item in page["items"]]
    assert stamps == sorted(set(stamps), reverse=True)


class Shouting(Render):
    def listed_batch(self, batch: Batch) -> JsonObject:
        return {"LOUD": batch.id}


def test_a_part_can_be_replaced() -> None:
    mock = Mock(ServiceSettings(virtual_clock=True), [variant_of(Shouting)])
    transport = httpx.ASGITransport(mock)
    headers = {"Authorization": f"Bearer {mock.seeds.main_key}"}

    async def created_and_listed() -> Any:
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=headers) as client:
            directory = await client.post("/api/v1/beta/directories", json={"name": "d"})
            job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
            body = {"source_directory_id": directory.json()["id"], "config": {"job": job}}
            created = await client.post(BATCHES, json=body)
            listed = await client.get(BATCHES)
            return created.json()["id"], listed.json()["items"]

    batch_id, items = asyncio.run(created_and_listed())
    assert items == [{"LOUD": batch_id}]
