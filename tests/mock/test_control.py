"""The control protocol: clock and scripts."""

from typing import Any

import pytest

from tests.mock.api import Api, running


def test_control_can_be_turned_off() -> None:
    with running("--no-control") as api:
        assert api.info["control_url"] is None
        assert api.client.get("/control/clock").status_code == 404


def test_control_is_on_by_default_on_loopback_only() -> None:
    with running() as api:
        assert api.client.get("/control/clock").status_code == 200
    with running("--host", "0.0.0.0") as api:
        assert api.info["control_url"] is None


def test_a_virtual_clock_moves_only_when_advanced(api: Api) -> None:
    url = f"{api.info['control_url']}/clock"
    before = api.client.get(url).json()
    assert before["kind"] == "virtual"
    assert api.client.get(url).json() == before
    api.advance(0)
    assert api.client.get(url).json() == before
    after = api.client.post(f"{url}/advance", json={"seconds": 60.5}).json()
    assert after["now"] > before["now"]


def test_a_wall_clock_cannot_be_moved(wall: Api) -> None:
    url = f"{wall.info['control_url']}/clock"
    assert wall.client.get(url).json()["kind"] == "wall"
    assert wall.client.post(f"{url}/advance", json={"seconds": 1}).status_code == 409


@pytest.mark.parametrize("seconds", ["-1", "true", '"1"', "null", "NaN", "1e999", "1e300", "1" + "0" * 400])
def test_the_clock_moves_by_numbers_only(api: Api, seconds: str) -> None:
    response = api.client.post(
        f"{api.info['control_url']}/clock/advance",
        content=f'{{"seconds": {seconds}}}',
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 422


def test_a_script_is_followed(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    before = api.create(directory_id)
    api.set_script(directory_id, "COMPLETED", ("PENDING", 5), ("THROTTLED", 5), ("RUNNING", 10))
    batch = api.create(directory_id)
    seen = [batch["status"]]
    for _ in range(5):
        api.advance(5)
        seen.append(api.get(batch["id"])["status"])
    assert seen == ["PENDING", "THROTTLED", "RUNNING", "RUNNING", "COMPLETED", "COMPLETED"]
    assert api.get(before["id"])["status"] == "COMPLETED"


def test_a_script_without_steps_is_over_at_once(api: Api) -> None:
    for end in ("COMPLETED", "FAILED", "CANCELLED"):
        directory_id = api.directory("a.pdf")
        api.set_script(directory_id, end)
        batch = api.create(directory_id)
        assert batch["status"] == end
        assert batch["results"] is None
        results = api.results(batch["id"])
        assert results is None if end == "FAILED" else len(results) == 1


def test_outcomes_of_files(api: Api) -> None:
    directory_id = api.directory()
    names = ("unmapped.pdf", "failed.pdf", "cancelled.pdf", "natural.pdf")
    unmapped, failed, cancelled, natural = (api.upload(directory_id, name) for name in names)
    files = {
        unmapped: {"outcome": "unmapped", "error_message": "No."},
        failed: {"outcome": "job", "job_status": "FAILED"},
        cancelled: {"outcome": "job", "job_status": "CANCELLED"},
    }
    api.set_script(directory_id, "COMPLETED", ("RUNNING", 4), files=files)
    batch = api.create(directory_id)
    api.advance(4)
    entries = {entry["source_directory_file_id"]: entry for entry in api.results(batch["id"])}
    assert entries[unmapped]["error_message"] == "No."
    assert entries[unmapped]["job_reference"] is None
    for file_id, status in ((failed, "FAILED"), (cancelled, "CANCELLED"), (natural, "COMPLETED")):
        job_id = entries[file_id]["job_reference"]["id"]
        job = api.ok("GET", f"/api/v2/parse/{job_id}")["job"]
        assert job["status"] == status
        assert bool(job["error_message"]) == (status == "FAILED")


def test_a_cancelled_batch_keeps_what_was_finished(api: Api) -> None:
    directory_id = api.directory(*[f"{nth}.pdf" for nth in range(5)])
    api.set_script(directory_id, "CANCELLED", ("PENDING", 1), ("RUNNING", 10))
    batch = api.create(directory_id)
    api.advance(11)
    results = api.results(batch["id"])
    assert len(results) == 5
    jobs = [entry["job_reference"] for entry in results]
    assert [job is None for job in jobs] == [False, False, False, True, True]
    statuses = [api.ok("GET", f"/api/v2/parse/{job['id']}")["job"]["status"] for job in jobs[:3]]
    assert statuses == ["COMPLETED", "COMPLETED", "CANCELLED"]


def test_no_time_in_a_status_still_moves_the_date(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    api.set_script(directory_id, "COMPLETED", ("PENDING", 0), ("RUNNING", 0))
    batch = api.create(directory_id)
    assert batch["status"] == "PENDING"
    read = api.get(batch["id"])
    assert read["status"] == "COMPLETED"
    assert read["updated_at"] > batch["updated_at"]


STEP = {"status": "PENDING", "seconds": 1}


@pytest.mark.parametrize(
    "script",
    [
        {"steps": []},
        {"end": "COMPLETED"},
        {"steps": [], "end": "RUNNING"},
        {"steps": [{"status": "COMPLETED", "seconds": 1}], "end": "COMPLETED"},
        {"steps": [{**STEP, "seconds": -1}], "end": "COMPLETED"},
        {"steps": [{**STEP, "seconds": "1"}], "end": "COMPLETED"},
        {"steps": [{**STEP, "seconds": 1e300}], "end": "COMPLETED"},
        {"steps": [{"status": "RUNNING", "seconds": 1}, STEP], "end": "COMPLETED"},
        {"steps": [STEP] * 100_000, "end": "COMPLETED"},
        {"steps": [], "end": "COMPLETED", "files": {"dfl": {"outcome": "unmapped"}}},
        {"steps": [], "end": "COMPLETED", "files": {"dfl": {"outcome": "lost"}}},
        {"steps": [], "end": "COMPLETED", "files": []},
    ],
    ids=lambda script: str(script)[:50],
)
def test_impossible_scripts_are_refused(api: Api, script: dict[str, Any]) -> None:
    directory_id = api.directory()
    url = f"{api.info['control_url']}/scripts/{directory_id}"
    assert api.client.put(url, json=script).status_code == 422
    assert api.create(directory_id)["status"] == "PENDING"


def test_a_script_needs_a_directory(api: Api) -> None:
    url = f"{api.info['control_url']}/scripts/dir-none"
    assert api.client.put(url, json={"steps": [], "end": "FAILED"}).status_code == 404


def test_the_script_is_returned(api: Api) -> None:
    script = {
        "steps": [{"status": "RUNNING", "seconds": 1.5}],
        "end": "FAILED",
        "files": {"dfl-x": {"outcome": "unmapped", "error_message": "No."}},
    }
    url = f"{api.info['control_url']}/scripts/{api.directory()}"
    assert api.client.put(url, json=script).json() == script


def test_a_history_is_made_of_completed_batches(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    url = f"{api.info['control_url']}/history/{directory_id}"
    assert api.client.post(url, json={"batches": 3}).json() == {"batches": 3}
    listed = api.client.get(
        "/api/v2/batches", params={"source_directory_id": directory_id}, headers=api.headers
    ).json()["items"]
    assert [batch["status"] for batch in listed] == ["COMPLETED"] * 3
    assert len({batch["created_at"] for batch in listed}) == 3


@pytest.mark.parametrize("batches", [0, -1, 10_001, "3", None])
def test_a_history_has_a_number_of_batches(api: Api, batches: Any) -> None:
    url = f"{api.info['control_url']}/history/{api.directory('a.pdf')}"
    assert api.client.post(url, json={"batches": batches}).status_code == 422


def test_a_history_needs_a_directory(api: Api) -> None:
    assert api.client.post(f"{api.info['control_url']}/history/none", json={"batches": 1}).status_code == 404
