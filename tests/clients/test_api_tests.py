"""The tests that a client brings, here a small client of our own making."""

import io
import sys
import tarfile
from pathlib import Path

import httpx
import pytest

from batches_conformance.commands import clients as clients_module
from fixtures.errors import ClientFailed
from spec.codes import WRONG_USAGE
from suites.clients.api_tests import ApiTestResult, ResourceTally, run_source
from suites.clients.real_ids import with_real_ids
from tests.command import main_of
from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, SAVED_WEBHOOKS, running

FILE = "tests/api_resources/test_things.py"
PYTHON = Path(sys.executable)
HEAD = """
import os
import httpx
import pytest

def call(method, path, **content):
    url = os.environ["TEST_API_BASE_URL"] + path
    return httpx.request(method, url, headers={"Authorization": "Bearer made-up"}, trust_env=False, **content)
"""
GOOD = """
class TestThings:
    @pytest.mark.skip(reason="there is no server")
    @pytest.mark.parametrize("round", [1, 2])
    def test_delete(self, round):
        assert call("DELETE", "/api/v1/beta/directories/directory_id").status_code == 204

    def test_no_server(self):
        assert call("GET", "/api/v2/batches/batch_id").json()["status"] == "PENDING"
"""
BAD = """
    def test_fails(self):
        assert call("GET", "/api/v2/batches").status_code == 500

    def test_skips(self):
        pytest.skip("for a reason of its own")
"""
clients = main_of("clients")


def source(folder: Path, tests: str, version: str = "1") -> Path:
    """A source distribution with tests of one resource."""
    path = folder / f"client-{version}.tar.gz"
    text = (HEAD + tests).encode()
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(f"client-{version}/{FILE}")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return path


def test_tests_count_although_they_are_released_as_skipped(tmp_path: Path) -> None:
    outcome = run_source(source(tmp_path, GOOD + BAD), PYTHON, {"things": FILE})
    assert outcome.tallies == (ResourceTally("things", 3, 5),), outcome.output
    assert not outcome.passed
    assert "test_fails" in str(outcome)


def test_only_tests_that_are_there_and_pass_are_a_pass() -> None:
    whole = ApiTestResult((ResourceTally("things", 3, 3),), "")
    assert whole.passed
    assert str(whole).split() == ["things", "3", "of", "3"]
    assert not ApiTestResult((*whole.tallies, ResourceTally("others", 0, 0)), "").passed


def test_tests_that_are_not_there_or_do_not_run_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClientFailed, match=r"client-1\.tar\.gz has no tests/elsewhere\.py"):
        run_source(source(tmp_path, GOOD), PYTHON, {"things": "tests/elsewhere.py"})
    with pytest.raises(ClientFailed, match="did not run"):
        run_source(source(tmp_path, GOOD), Path("/bin/false"), {"things": FILE})


def test_a_request_gets_objects_of_its_own_for_every_id() -> None:
    with running("--clock", "virtual") as api, with_real_ids(str(api.client.base_url), api.key) as url:
        scope = {"project_id": "made-up", "organization_id": "made-up"}
        job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
        batch = {
            "source_directory_id": "made-up",
            "config": {"job": job},
            "webhook_configuration_ids": ["one", "two"],
            "webhook_configurations": [{"webhook_url": "https://hooks.example.com/x"}],
        }
        single = f"{DIRECTORIES}/directory_id/files/directory_file_id"
        for method, path, content, status in (
            ("POST", BATCHES, {"json": batch, "params": scope}, 201),
            ("POST", f"{BATCHES}/batch_id/cancel", {}, 200),
            ("PATCH", single, {"json": {"target_directory_id": "made-up"}}, 200),
            ("DELETE", single, {"params": scope}, 204),
            ("POST", f"{DIRECTORIES}/directory_id/files", {"json": {"file_id": "made-up"}}, 201),
            ("POST", f"{DIRECTORIES}/directory_id/files/upload", {"files": {"upload_file": b"x"}}, 201),
            ("PUT", f"{CONFIGURATIONS}/config_id", {"json": {"name": "x"}}, 200),
            ("PUT", f"{SAVED_WEBHOOKS}/config_id", {"json": {"webhook_url": "webhook_url"}}, 200),
            ("GET", f"{BATCHES}?page_token=made-up&status=FAILED", {}, 200),
            ("GET", f"{CONFIGURATIONS}?page_token=made-up&name=n&page_size=1", {}, 200),
            ("GET", f"{DIRECTORIES}?page_token=made-up&name=n&type=user&page_size=0", {}, 200),
            ("GET", "/api/v2/webhook-configs?page_token=made-up", {}, 200),
            ("GET", "/nowhere", {}, 404),
        ):
            answer = httpx.request(method, url + path, trust_env=False, **content)
            assert answer.status_code == status, (method, path, answer.text)
        second = httpx.get(f"{url}{CONFIGURATIONS}?page_token=made-up&name=other&page_size=1", trust_env=False).json()
        assert ([item["name"] for item in second["items"]], second["next_page_token"]) == (["other"], None)


def test_what_the_service_does_not_create_is_said_once() -> None:
    with (
        running("--clock", "virtual", "--variation", "empty-directory-refused") as api,
        with_real_ids(str(api.client.base_url), api.key) as url,
    ):
        answer = httpx.get(f"{url}{BATCHES}/batch_id", trust_env=False)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (500, "false")
    assert f"POST {BATCHES} was answered with 422" in answer.json()["detail"]


def test_the_command_counts_and_says_why_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def run(passed: int) -> None:
        def released(client: object, mock: object) -> ApiTestResult:
            seen.append((client, mock))
            return ApiTestResult((ResourceTally("things", passed, 2),), "why")

        monkeypatch.setattr(clients_module, "run_released", released)

    run(2)
    assert clients(["--api-tests", "--client", "pypi-2.14.1", "--variation", "gzip"]) == 0
    assert [(str(getattr(client, "name", "")), mock) for client, mock in seen] == [
        ("pypi-2.14.1", ["--variation", "gzip"])
    ]
    run(1)
    assert clients(["--api-tests"]) == 7
    assert "why" in capsys.readouterr().out

    def unreachable(*_: object) -> ApiTestResult:
        raise ClientFailed("no route")

    monkeypatch.setattr(clients_module, "run_released", unreachable)
    assert clients(["--api-tests"]) == 6
    assert capsys.readouterr().out == "no route\n"
    for words in (["--target", "http://127.0.0.1:9"], ["--client", "npm-2.16.0"]):
        assert clients(["--api-tests", *words]) == WRONG_USAGE
