"""The state in a file: nothing that was answered is lost, whoever dies, and no other file is touched."""

import json
import sqlite3
import sys
import threading
from pathlib import Path

import httpx
import pytest

from fixtures.mock.state_file import CannotKeep, StateFile
from fixtures.receiver import Receiver
from tests.local import local_client
from tests.mock.api import (
    BATCHES,
    CONFIGURATIONS,
    DIRECTORIES,
    SAVED_WEBHOOKS,
    Api,
    complaint,
    killed_at_the_end,
    running,
)
from tests.quick_python.starting import REAL

MOST_IN_A_PAGE = 5000
OPEN_FILES = Path("/proc/self/fd")
ON_A_SMALL_DISK = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
runpy.run_module("fixtures.mock", run_name="__main__", alter_sys=True)
"""


def test_every_answered_create_is_there_after_a_kill(tmp_path: Path) -> None:
    file = ("--state", str(tmp_path / "state"), "--pace", "0.01")
    answered: list[str] = []
    many = threading.Event()

    def create_until_the_end(api: Api, directory_id: str) -> None:
        with local_client(base_url=api.info["base_url"], headers=api.headers) as client:
            while True:
                try:
                    response = client.post(BATCHES, json=api.batch_body(directory_id))
                except httpx.TransportError:
                    return
                answered.append(response.raise_for_status().json()["id"])
                if len(answered) >= 60:
                    many.set()

    with killed_at_the_end(*file) as api:
        directory_id = api.directory("a.pdf")
        clients = [threading.Thread(target=create_until_the_end, args=(api, directory_id)) for _ in range(3)]
        for client in clients:
            client.start()
        assert many.wait(20)
    for client in clients:
        client.join(20)
    with running(*file) as again:
        assert again.info | {"base_url": "", "control_url": ""} == api.info | {"base_url": "", "control_url": ""}
        assert len(answered) < MOST_IN_A_PAGE
        listed = again.batches(page_size=MOST_IN_A_PAGE, source_directory_id=directory_id)["items"]
        assert set(answered) <= {batch["id"] for batch in listed}


def test_the_file_of_a_mock_that_has_ended_can_be_copied_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", REAL)
    with running("--state", str(tmp_path / "state")) as api:
        api.directory("a.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_the_progress_of_a_batch_and_everything_else_is_kept(tmp_path: Path) -> None:
    file = ("--state", str(tmp_path / "state"), "--clock", "virtual", "--pace", "10")
    with killed_at_the_end(*file) as api:
        directory_id = api.directory("a.pdf", "b.pdf", description="mine")
        done = api.create(directory_id)["id"]
        api.advance(20)
        running_one = api.create(directory_id)["id"]
        api.advance(10)
        cancelled = api.create(directory_id)["id"]
        api.ok("POST", f"{BATCHES}/{cancelled}/cancel")
        first = api.ok("GET", f"{DIRECTORIES}/{directory_id}/files")["items"][-1]["id"]
        api.ok("PATCH", f"{DIRECTORIES}/{directory_id}/files/{first}", json={"display_name": "c.pdf"})
        api.ok("DELETE", f"{DIRECTORIES}/{api.directory('x.pdf')}")
        api.ok("DELETE", f"{CONFIGURATIONS}/{api.info['extract_configuration_id']}")
        api.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": "http://127.0.0.1:9/", "webhook_signing_secret": "s"})
        api.set_script(api.directory(), "FAILED")
        results = api.results(done)
        page = api.batches(page_size=1)
        state = api.client.get("/control/state").json()
    with killed_at_the_end(*file) as again:
        assert again.client.get("/control/state").json() == state
        assert again.results(done) == results
        assert again.batches(page_size=1, page_token=page["next_page_token"])["items"]
        statuses = [again.get(each)["status"] for each in (done, running_one)]
        assert statuses == ["COMPLETED", "RUNNING"]
        again.advance(10)
        assert [again.get(each)["status"] for each in (running_one, cancelled)] == ["COMPLETED", "CANCELLED"]


def test_batches_over_a_directory_that_is_not_there_are_kept(tmp_path: Path) -> None:
    file = ("--state", str(tmp_path / "state"), "--variation", "concurrent-batches", "--clock", "virtual")
    with killed_at_the_end(*file) as api:
        [foreign] = api.batches()["items"]
    with killed_at_the_end(*file) as again:
        assert again.get(foreign["id"]) == foreign


def test_a_reset_and_a_state_that_is_put_back_are_kept_too(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"directories": [{"name": "d", "files": ["a.pdf"]}], "batches": [{"id": "bat-1"}]}))
    file = ("--state", str(tmp_path / "state"), "--clock", "virtual", "--seed", str(seed))
    with killed_at_the_end(*file) as api:
        full = api.client.get("/control/state").json()
        api.create(full["directories"][0]["id"])
        api.client.post("/control/reset")
    with killed_at_the_end(*file) as api:
        assert [batch["id"] for batch in api.batches()["items"]] == ["bat-1"]
        api.client.put("/control/state", json={**full, "batches": []})
    with killed_at_the_end(*file) as api:
        assert api.batches()["items"] == []
        api.client.post("/control/reset")
        assert [batch["id"] for batch in api.batches()["items"]] == ["bat-1"]


def test_what_is_not_kept(tmp_path: Path) -> None:
    file = ("--state", str(tmp_path / "state"))
    with Receiver() as receiver:
        endpoint = receiver.endpoint(status=500)
        with killed_at_the_end(*file) as api:
            before = [api.client.get(f"/control/{path}").json() for path in ("variants", "clock")]
            webhooks = [{"webhook_url": endpoint.url, "webhook_events": ["batch.pending"]}]
            body = {**api.batch_body(api.directory("a.pdf")), "webhook_configurations": webhooks}
            api.ok("POST", BATCHES, json=body)
            assert api.client.put("/control/variants/faults/total-is-text").is_success
            assert api.client.put("/control/clock", json={"rate": 0}).is_success
        assert len(endpoint.posts) == 1
        with running(*file) as again:
            after = [again.client.get(f"/control/{path}").json() for path in ("variants", "clock")]
            assert again.client.put("/control/clock", json={"rate": 1000}).is_success
            assert again.batches()["items"]
        assert len(endpoint.posts) == 1
    for was, is_now in zip(before, after, strict=True):
        assert {**was, "now": ""} == {**is_now, "now": ""}


def test_two_mocks_on_one_file_are_one_too_many(tmp_path: Path) -> None:
    file = str(tmp_path / "state")
    with running("--state", file):
        assert "in use" in complaint("--state", file)


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state"
    file.write_bytes(content)
    assert str(file) in complaint("--state", str(file))
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE mine (a)")
    database.close()
    content = file.read_bytes()
    assert "another program" in complaint("--state", str(file))
    assert file.read_bytes() == content


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="needs a list of open files")
def test_a_file_that_cannot_be_kept_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(CannotKeep):
        StateFile(file)
    assert file not in [opened.resolve() for opened in OPEN_FILES.iterdir()]


def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "state"
    with killed_at_the_end("--state", str(file)) as api:
        api.directory("a.pdf")
    database = sqlite3.connect(file)
    database.execute("UPDATE record SET data = '{' WHERE kind = 'directories'")
    database.commit()
    database.close()
    assert "damaged" in complaint("--state", str(file))
    cut = tmp_path / "cut"
    cut.write_bytes(file.read_bytes()[:9000])
    assert str(cut) in complaint("--state", str(cut))


def test_a_full_disk_is_said_in_the_answer_and_loses_no_create_that_was_answered(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    file = ("--state", str(tmp_path / "state"))
    with killed_at_the_end(*file, program=("-c", ON_A_SMALL_DISK)) as api:
        directory_id = api.directory("a.pdf")
        answered: list[str] = []
        while (response := api.call("POST", BATCHES, json=api.batch_body(directory_id))).is_success:
            answered.append(response.json()["id"])
            assert len(answered) < MOST_IN_A_PAGE
        assert (response.status_code, list(response.json())) == (500, ["detail"])
        assert "choose another --state" in response.json()["detail"]
        assert api.client.post("/control/reset").status_code == 500
    with running(*file) as again:
        assert {batch["id"] for batch in again.batches(page_size=MOST_IN_A_PAGE)["items"]} >= set(answered)


def test_a_file_in_a_folder_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    assert "cannot be used" in complaint("--state", str(tmp_path / "none" / "state"))
