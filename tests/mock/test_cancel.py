"""Cancelling of batches."""

from typing import Any

import httpx
import pytest

from tests.mock.api import BATCHES, Api, running


def cancel(api: Api, batch_id: str, **more: Any) -> httpx.Response:
    return api.call("POST", f"{BATCHES}/{batch_id}/cancel", **more)


def test_a_batch_is_cancelled_when_the_work_on_it_has_stopped(api: Api) -> None:
    batch = api.create(api.directory("a.pdf"))
    answer = cancel(api, batch["id"])
    assert (answer.status_code, answer.json()) == (200, batch)
    assert api.get(batch["id"])["status"] == "PENDING"
    api.advance(0.5)
    ended = api.get(batch["id"])
    assert ended["status"] == "CANCELLED"
    assert ended["updated_at"] > batch["updated_at"]
    api.advance(60)
    assert api.get(batch["id"]) == ended
    within = {"source_directory_id": batch["source_directory_id"]}
    assert [item["id"] for item in api.batches(status="CANCELLED", **within)["items"]] == [batch["id"]]
    assert api.batches(status="COMPLETED", **within)["items"] == []


def test_finished_files_keep_their_results_and_others_are_stopped(api: Api) -> None:
    directory_id = api.directory("a.pdf", "b.pdf", "c.pdf", "d.pdf")
    api.set_script(directory_id, "COMPLETED", ("RUNNING", 8))
    batch = api.create(directory_id)
    api.advance(2.5)
    cancel(api, batch["id"])
    assert api.results(batch["id"]) is None
    api.advance(0.5)
    jobs = [entry["job_reference"]["id"] for entry in api.results(batch["id"])]
    assert [api.ok("GET", f"/api/v2/parse/{job_id}")["job"]["status"] for job_id in jobs] == [
        "COMPLETED",
        *["CANCELLED"] * 3,
    ]
    shown = api.results(batch["id"])
    api.advance(60)
    assert api.results(batch["id"]) == shown


def test_a_batch_that_was_never_begun_leaves_entries_without_jobs(api: Api) -> None:
    batch = api.create(api.directory("a.pdf"))
    cancel(api, batch["id"])
    api.advance(1)
    (entry,) = api.results(batch["id"])
    assert (entry["job_reference"], entry["error_message"]) == (None, None)


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", "RUNNING"])
def test_a_scripted_batch_leaves_its_script(api: Api, status: str) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, "FAILED", (status, 2), ("RUNNING", 2))
    batch, other = api.create(directory_id), api.create(directory_id)
    api.advance(1)
    assert cancel(api, batch["id"]).json()["status"] == status
    api.advance(0.5)
    assert api.get(batch["id"])["status"] == "CANCELLED"
    api.advance(10)
    assert api.get(batch["id"])["status"] == "CANCELLED"
    assert api.get(other["id"])["status"] == "FAILED"


def test_a_second_cancel_changes_nothing(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, "COMPLETED", ("RUNNING", 60))
    batch = api.create(directory_id)
    cancel(api, batch["id"])
    api.advance(0.4)
    assert cancel(api, batch["id"]).status_code == 200
    api.advance(0.1)
    assert api.get(batch["id"])["status"] == "CANCELLED"


@pytest.mark.parametrize("end", ["COMPLETED", "FAILED", "CANCELLED"])
def test_what_has_ended_cannot_be_cancelled(api: Api, end: str) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, end)
    batch = api.create(directory_id)
    before = api.get(batch["id"], expand="results")
    assert cancel(api, batch["id"]).status_code == 409
    api.advance(5)
    assert api.get(batch["id"], expand="results") == before


def test_only_the_own_batches_can_be_cancelled(api: Api, other: Api) -> None:
    batch = api.create(api.directory("a.pdf"))
    assert cancel(other, batch["id"]).status_code == 404
    assert api.call("POST", f"{BATCHES}/{batch['id']}/cancel", headers={"Authorization": ""}).status_code == 401
    assert cancel(api, "bat-none").status_code == 404
    assert cancel(api, batch["id"], params={"project_id": other.info["other_project_id"]}).status_code == 403
    api.advance(2)
    assert api.get(batch["id"])["status"] == "COMPLETED"
    assert cancel(api, batch["id"], params={"project_id": batch["project_id"]}).status_code == 409


def test_a_cancelled_batch_makes_room_for_the_next() -> None:
    with running("--clock", "virtual", "--control", "--max-running", "1") as api:
        directory_id = api.directory("a.pdf")
        first, second, third = (api.create(directory_id) for _ in range(3))
        api.advance(1)
        assert [api.get(one["id"])["status"] for one in (first, second, third)] == ["RUNNING", "THROTTLED", "THROTTLED"]
        cancel(api, second["id"])
        cancel(api, first["id"])
        api.advance(0.5)
        shown = [api.get(one["id"])["status"] for one in (first, second, third)]
        assert shown == ["CANCELLED", "CANCELLED", "RUNNING"]
        api.advance(1)
        assert api.get(third["id"])["status"] == "COMPLETED"


def test_a_file_takes_as_long_as_its_script_says(api: Api) -> None:
    directory_id = api.directory()
    soon, late = api.upload(directory_id, "soon.pdf"), api.upload(directory_id, "late.pdf")
    files = {soon: {"outcome": "job", "job_status": "COMPLETED", "seconds": 1.5}}
    api.set_script(directory_id, "COMPLETED", ("PENDING", 2), ("RUNNING", 100), files=files)
    batch = api.create(directory_id)
    api.advance(3.6)
    cancel(api, batch["id"])
    api.advance(0.5)
    entries = {entry["source_directory_file_id"]: entry["job_reference"]["id"] for entry in api.results(batch["id"])}
    status = {file_id: api.ok("GET", f"/api/v2/parse/{job_id}")["job"]["status"] for file_id, job_id in entries.items()}
    assert status == {soon: "COMPLETED", late: "CANCELLED"}


def test_a_script_without_seconds_says_none(api: Api) -> None:
    directory_id = api.directory()
    file_id = api.upload(directory_id)
    url = f"{api.info['control_url']}/scripts/{directory_id}"
    for more in ({}, {"seconds": 2}):
        files = {file_id: {"outcome": "job", "job_status": "FAILED", **more}}
        answer = api.client.put(url, json={"steps": [], "end": "COMPLETED", "files": files}).json()
        assert answer["files"] == files
    files = {file_id: {"outcome": "job", "job_status": "FAILED", "seconds": -1}}
    assert api.client.put(url, json={"steps": [], "end": "COMPLETED", "files": files}).status_code == 422
