"""Creation, life and results of batches."""

import pytest

from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, PDF, Api, running


def test_a_batch_goes_its_default_script(api: Api) -> None:
    directory_id = api.directory("a.pdf", "b.txt")
    batch = api.create(directory_id)
    assert batch["status"] == "PENDING"
    assert batch["project_id"] == api.info["project_id"]
    assert batch["source_directory_id"] == directory_id
    assert batch["config"] == {"job": {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}}
    assert batch["results"] is None

    seen = [(batch["status"], batch["updated_at"])]
    for _ in range(4):
        api.advance(1)
        read = api.get(batch["id"], expand="results")
        seen.append((read["status"], read["updated_at"]))
        assert (read["results"] is None) == (read["status"] != "COMPLETED")
        assert read["created_at"] == batch["created_at"]
    assert [status for status, _ in seen] == ["PENDING", "RUNNING"] + ["COMPLETED"] * 3
    assert seen[0][1] < seen[1][1] < seen[2][1] == seen[3][1]
    assert api.get(batch["id"])["results"] is None


def test_each_file_has_its_own_job_or_an_error(api: Api) -> None:
    directory_id = api.directory()
    good = api.upload(directory_id, "good.pdf")
    empty = api.upload(directory_id, "empty.txt", b"")
    fake = api.upload(directory_id, "fake.PDF", b"no document")
    plain = api.upload(directory_id, "notes.txt", b"no document")
    batch = api.create(directory_id)
    api.advance(2)
    assert api.get(batch["id"])["status"] == "COMPLETED"
    entries = {entry["source_directory_file_id"]: entry for entry in api.results(batch["id"])}
    assert list(entries) == [good, empty, fake, plain]
    for file_id in (empty, fake):
        assert entries[file_id]["job_reference"] is None
        assert entries[file_id]["error_message"]
    for file_id in (good, plain):
        reference = entries[file_id]["job_reference"]
        assert reference["type"] == "parse_v2"
        assert entries[file_id]["error_message"] is None
        job = api.ok("GET", f"/api/v2/parse/{reference['id']}")["job"]
        assert (job["id"], job["status"]) == (reference["id"], "COMPLETED")
        assert job["project_id"] == api.info["project_id"]
        assert api.status("GET", f"/api/v2/extract/{reference['id']}") == 404
    ids = {entries[file_id]["job_reference"]["id"] for file_id in (good, plain)}
    assert len(ids) == 2


def test_extract_batches_need_an_extract_configuration(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    extract = api.info["extract_configuration_id"]
    batch = api.create(directory_id, "extract_v2", extract)
    api.advance(2)
    (entry,) = api.results(batch["id"])
    assert entry["job_reference"]["type"] == "extract_v2"
    job = api.ok("GET", f"/api/v2/extract/{entry['job_reference']['id']}")
    assert job["status"] == "COMPLETED"
    assert job["file_input"]
    assert job["configuration_id"] == extract
    for product, config in (
        ("extract_v2", "cfg-PARSE_AGENTIC"),
        ("extract_v2", api.info["parse_configuration_id"]),
        ("parse_v2", extract),
        ("parse_v2", "cfg-none"),
    ):
        body = api.batch_body(directory_id, product, config)
        assert 400 <= api.status("POST", BATCHES, json=body) < 500
    api.create(directory_id, "parse_v2", api.info["parse_configuration_id"])


def test_an_empty_directory_completes_with_no_results(api: Api) -> None:
    batch = api.create(api.directory())
    api.advance(2)
    assert api.get(batch["id"])["status"] == "COMPLETED"
    assert api.results(batch["id"]) == []


def test_files_and_configuration_are_snapshots(api: Api) -> None:
    parameters = {"product_type": "parse_v2", "tier": "fast", "version": "latest"}
    config_id = api.ok("POST", CONFIGURATIONS, json={"name": "c", "parameters": parameters})["id"]
    directory_id = api.directory("first.pdf")
    batch = api.create(directory_id, "parse_v2", config_id)
    api.upload(directory_id, "second.pdf")
    api.ok("DELETE", f"{CONFIGURATIONS}/{config_id}")
    assert len(api.ok("GET", f"{DIRECTORIES}/{directory_id}/files")["items"]) == 2
    api.advance(1)
    api.ok("DELETE", f"{DIRECTORIES}/{directory_id}")
    api.advance(1)
    read = api.get(batch["id"], expand="results")
    assert read["status"] == "COMPLETED"
    assert len(read["results"]) == 1
    assert read["config"] == batch["config"]
    assert api.status("POST", BATCHES, json=api.batch_body(directory_id)) == 404


def test_at_most_a_thousand_files(api: Api) -> None:
    directory_id = api.directory()
    for _ in range(1000):
        api.upload(directory_id)
    batch = api.create(directory_id)
    api.upload(directory_id)
    assert 400 <= api.status("POST", BATCHES, json=api.batch_body(directory_id)) < 500
    api.advance(2)
    assert len(api.results(batch["id"])) == 1000
    page = {"page_size": 1000, "include_total": True}
    first = api.ok("GET", f"{DIRECTORIES}/{directory_id}/files", params=page)
    token = first["next_page_token"]
    last = api.ok("GET", f"{DIRECTORIES}/{directory_id}/files", params={"page_token": token})
    assert (len(first["items"]), len(last["items"])) == (1000, 1)
    assert (first["total_size"], last["next_page_token"]) == (1001, None)


@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_a_batch_fails_when_its_directory_goes_before_it_starts(api: Api, how: str) -> None:
    now = api.client.get(f"{api.info['control_url']}/clock").json()["now"]
    assert now.endswith("Z")
    directory_id = api.directory("a.pdf", type="ephemeral")
    if how == "expired":
        api.advance(2 * 86_400 - 0.5)
    batch = api.create(directory_id)
    if how == "deleted":
        api.ok("DELETE", f"{DIRECTORIES}/{directory_id}")
    api.advance(1)
    assert api.get(batch["id"])["status"] == "FAILED"
    assert api.results(batch["id"]) is None


def test_expand_knows_results_only(api: Api) -> None:
    batch = api.create(api.directory())
    assert api.status("GET", f"{BATCHES}/{batch['id']}?expand=results&expand=results") == 200
    for query in ("expand=jobs", "expand=", "expand=results,results"):
        assert api.ok("GET", f"{BATCHES}/{batch['id']}?{query}")["results"] is None


def test_scripts_work_with_a_wall_clock(wall: Api) -> None:
    directory_id = wall.directory("a.pdf")
    wall.set_script(directory_id, "CANCELLED", ("RUNNING", 0))
    batch = wall.create(directory_id)
    assert batch["status"] == "RUNNING"
    read = wall.get(batch["id"], expand="results")
    assert read["status"] == "CANCELLED"
    assert read["updated_at"] > batch["updated_at"]


def test_more_batches_than_may_run_are_throttled() -> None:
    with running("--clock", "virtual", "--control", "--max-running", "2") as api:
        directory_id = api.directory("a.txt")
        ids = [api.create(directory_id)["id"] for _ in range(5)]
        seen = []
        for _ in range(4):
            api.advance(1)
            seen.append("".join(api.get(batch_id)["status"][0] for batch_id in ids))
        assert seen == ["RRTTT", "CCRRT", "CCCCR", "CCCCC"]
        assert len(api.results(ids[-1])) == 1
        gone = api.directory("a.txt", type="ephemeral")
        ids = [api.create(where)["id"] for where in (directory_id, directory_id, gone, gone)]
        api.advance(1)
        api.ok("DELETE", f"{DIRECTORIES}/{gone}")
        ids.append(api.create(directory_id)["id"])
        api.advance(1)
        seen = [api.get(batch_id)["status"] for batch_id in ids]
        assert seen == ["COMPLETED", "COMPLETED", "FAILED", "FAILED", "RUNNING"]


def test_uploads_show_what_was_sent(api: Api) -> None:
    directory_id = api.directory()
    path = f"{DIRECTORIES}/{directory_id}/files/upload"
    fields = {"display_name": "Größe.pdf", "unique_id": "u-1", "metadata": '{"a": 1, "b": ["x"]}'}
    file = api.ok("POST", path, files={"upload_file": ("x.pdf", PDF)}, data=fields)
    assert file["display_name"] == "Größe.pdf"
    assert file["unique_id"] == "u-1"
    assert file["metadata"] == {"a": 1, "b": ["x"]}
    assert file["directory_id"] == directory_id
    assert file["project_id"] == api.info["project_id"]
    assert api.ok("GET", f"{DIRECTORIES}/{directory_id}/files")["items"] == [file]
