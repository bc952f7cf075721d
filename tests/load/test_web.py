"""Loads that are started from the web interface of locust: of the target of its command line, and of no other."""

import importlib.util
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from batches_conformance.commands.load import LOCUSTFILE
from fixtures.embedded import MockAddress, running_mock
from spec.process import STOPPED
from tests.load.started import BETWEEN_LOOKS, SECONDS, begun, ended
from tests.suites.sessions import Ended, directories_on

pytestmark = pytest.mark.skipif(importlib.util.find_spec("locust") is None, reason="needs locust, of the extra load")

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def mock() -> Iterator[MockAddress]:
    with running_mock() as address:
        yield address


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[socket.socket]:
    """Another service, to which nobody connects."""
    with socket.create_server((HERE, 0)) as server:
        server.setblocking(False)
        yield server


def at_a_free_port(folder: Path, mock: MockAddress, *words: str) -> "tuple[subprocess.Popen[str], str]":
    """Start locust with a web interface, and wait until that answers."""
    with socket.create_server((HERE, 0)) as free:
        port = free.getsockname()[1]
    at = (f"--web-host={HERE}", f"--web-port={port}")
    process = begun(["locust", "-f", str(LOCUSTFILE), f"--host={mock.base_url}", *at, *words], folder, mock)
    by, url = time.monotonic() + SECONDS, f"http://{HERE}:{port}"
    while not answers(url):
        assert time.monotonic() < by
        assert process.poll() is None
        time.sleep(BETWEEN_LOOKS)
    return process, url


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Web:
    """What the web interface has answered, by the host that was typed, and what the load has come to."""

    refused: dict[str, dict[str, Any]]
    changed: dict[str, Any]
    started: dict[str, dict[str, Any]]
    loaded: Ended


@pytest.fixture(scope="module")
def web(mock: MockAddress, elsewhere: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Web:
    """Loads are refused before the first, while it is under way, and after it; then there is a second one."""
    folder = tmp_path_factory.mktemp("web")
    process, url = at_a_free_port(folder, mock, "--pause=0-0.1", "--rate=50")
    other = f"http://{HERE}:{elsewhere.getsockname()[1]}"
    by = time.monotonic() + SECONDS
    refused, started = {}, {}
    with httpx.Client(base_url=url, timeout=SECONDS) as client:

        def swarm(host: str, **fields: str) -> dict[str, Any]:
            form = {"user_count": "2", "spawn_rate": "2", "host": host, **fields}
            answer: dict[str, Any] = client.post("/swarm", data=form).json()
            return answer

        def until_requests() -> None:
            while not client.get("/stats/requests").json()["stats"][:-1]:
                assert time.monotonic() < by
                time.sleep(BETWEEN_LOOKS)

        refused["first"] = swarm(other)
        for host in ("foo", f"{mock.base_url}/below", "http://user:llx-password@127.0.0.1", "http://[::1"):
            refused[host] = swarm(host)
        changed = swarm(mock.base_url, rate="5000")
        for host in (f"{mock.base_url.upper()}/", "", f" {mock.base_url}"):
            started[host] = swarm(host)
        until_requests()
        refused["while"] = swarm(other)
        client.post("/stop")
        refused["after"] = swarm(other)
        started["second"] = swarm("")
        until_requests()
    process.send_signal(signal.SIGINT)
    return Web(refused, changed, started, ended(process, folder))


def test_another_host_is_refused_and_gets_nothing(web: Web, mock: MockAddress, elsewhere: socket.socket) -> None:
    for answer in web.refused.values():
        assert (answer["success"], answer["host"]) == (False, mock.base_url)
        assert f"has been started for {mock.base_url}, and sends nothing to another host" in answer["message"]
        assert answer["message"] in web.loaded.output
    assert "llx-password" not in web.loaded.output
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


def test_an_option_of_the_suite_stays_as_it_was(web: Web) -> None:
    assert not web.changed["success"]
    assert "rate cannot be changed here" in web.changed["message"]
    assert web.loaded.report["target"]["settings"]["rate"] == 50


def test_the_same_host_may_be_written_in_other_ways(web: Web) -> None:
    assert [answer["message"] for answer in web.started.values()] == ["Swarming started"] * len(web.started)


def test_each_load_has_a_report_that_names_what_was_loaded(web: Web, mock: MockAddress) -> None:
    assert len(re.findall("^CONFORMANT ", web.loaded.output, re.MULTILINE)) == 2
    assert (web.loaded.code, web.loaded.report["verdict"]) == (0, "conformant"), web.loaded.output
    assert web.loaded.report["target"]["base_url"] == mock.base_url
    assert directories_on(mock) == []


def test_a_signal_before_the_first_load_ends_with_a_sentence(mock: MockAddress, tmp_path: Path) -> None:
    process, _ = at_a_free_port(tmp_path, mock)
    process.send_signal(signal.SIGINT)
    waiting = ended(process, tmp_path)
    assert (waiting.code, waiting.output.count(STOPPED)) == (2, 1)


@pytest.mark.parametrize("host", [HERE, "203.0.113.1", "nowhere.invalid"])
def test_an_address_that_cannot_be_taken_is_one_sentence(mock: MockAddress, tmp_path: Path, host: str) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), f"--host={mock.base_url}", f"--web-host={host}"]
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        refused = ended(begun([*words, f"--web-port={port}"], tmp_path, mock), tmp_path)
    assert refused.code == 4
    assert f"The web interface cannot listen on {host}:{port} (" in refused.output
    assert refused.output.endswith("name another address with --web-host and --web-port.\n")
    assert "Traceback" not in refused.output
