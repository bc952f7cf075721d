"""Keys, projects, and what one project can see of another."""

from uuid import UUID

import pytest

from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, PDF, SAVED_WEBHOOKS, Api

EVERY_OPERATION = [
    ("POST", BATCHES),
    ("GET", BATCHES),
    ("GET", f"{BATCHES}/x"),
    ("GET", "/api/v2/parse/x"),
    ("GET", "/api/v2/extract/x"),
    ("POST", DIRECTORIES),
    ("GET", DIRECTORIES),
    ("GET", f"{DIRECTORIES}/x"),
    ("PATCH", f"{DIRECTORIES}/x"),
    ("DELETE", f"{DIRECTORIES}/x"),
    ("POST", f"{DIRECTORIES}/x/files/upload"),
    ("POST", f"{DIRECTORIES}/x/files/bulk-delete"),
    ("POST", f"{DIRECTORIES}/x/files"),
    ("GET", f"{DIRECTORIES}/x/files"),
    ("GET", f"{DIRECTORIES}/x/files/y"),
    ("PATCH", f"{DIRECTORIES}/x/files/y"),
    ("DELETE", f"{DIRECTORIES}/x/files/y"),
    ("POST", CONFIGURATIONS),
    ("GET", CONFIGURATIONS),
    ("GET", f"{CONFIGURATIONS}/x"),
    ("PUT", f"{CONFIGURATIONS}/x"),
    ("DELETE", f"{CONFIGURATIONS}/x"),
    ("POST", SAVED_WEBHOOKS),
    ("GET", SAVED_WEBHOOKS),
    ("GET", "/api/v2/webhook-configs"),
    ("GET", f"{SAVED_WEBHOOKS}/x"),
    ("PUT", f"{SAVED_WEBHOOKS}/x"),
    ("DELETE", f"{SAVED_WEBHOOKS}/x"),
    ("GET", "/api/v2/projects"),
    ("GET", "/api/v1/projects"),
]


@pytest.mark.parametrize(("method", "path"), EVERY_OPERATION)
def test_every_operation_needs_a_key(api: Api, method: str, path: str) -> None:
    for value in (
        None,
        b"Bearer wrong",
        f"Basic {api.key}".encode(),
        api.key.encode(),
        b"Bearer",
        b"Bearer \xff\xfe",
    ):
        headers = {} if value is None else {b"Authorization": value}
        response = api.client.request(method, f"{path}?page_size=x&project_id=y", content=b"{", headers=headers)
        assert response.status_code == 401
        assert "detail" in response.json()


@pytest.mark.parametrize(("method", "path"), EVERY_OPERATION)
def test_every_operation_keeps_to_its_project(api: Api, method: str, path: str) -> None:
    for query in (
        f"project_id={api.info['other_project_id']}",
        f"project_id={api.info['project_id']}&project_id={api.info['other_project_id']}",
        "organization_id=org-none",
    ):
        assert api.status(method, f"{path}?{query}") == 403
    own = f"project_id={api.info['project_id']}&organization_id={api.info['organization_id']}"
    assert api.status(method, f"{path}?{own}") in (200, 404, 422)


def test_nothing_shows_in_another_project(api: Api, other: Api) -> None:
    parameters = {"product_type": "parse_v2", "tier": "fast", "version": "latest"}
    config_id = api.ok("POST", CONFIGURATIONS, json={"name": "c", "parameters": parameters})["id"]
    directory_id = api.directory("a.pdf")
    batch = api.create(directory_id)
    api.advance(2)
    job_id = api.results(batch["id"])[0]["job_reference"]["id"]
    upload = {"files": {"upload_file": ("a.pdf", PDF)}}
    for method, path, more in (
        ("GET", f"{BATCHES}/{batch['id']}", {}),
        ("GET", f"/api/v2/parse/{job_id}", {}),
        ("GET", f"{DIRECTORIES}/{directory_id}", {}),
        ("DELETE", f"{DIRECTORIES}/{directory_id}", {}),
        ("GET", f"{DIRECTORIES}/{directory_id}/files", {}),
        ("POST", f"{DIRECTORIES}/{directory_id}/files/upload", upload),
        ("GET", f"{CONFIGURATIONS}/{config_id}", {}),
        ("DELETE", f"{CONFIGURATIONS}/{config_id}", {}),
        ("POST", BATCHES, {"json": api.batch_body(directory_id)}),
        ("POST", BATCHES, {"json": api.batch_body(other.directory(), "parse_v2", config_id)}),
    ):
        assert other.status(method, path, **more) == 404
    assert directory_id not in str(other.ok("GET", DIRECTORIES, params={"page_size": 1000}))
    assert config_id not in str(other.ok("GET", CONFIGURATIONS))
    assert other.batches(source_directory_id=directory_id)["items"] == []
    assert api.get(batch["id"])["status"] == "COMPLETED"
    api.ok("GET", f"{DIRECTORIES}/{directory_id}")


def test_a_plan_without_batches_may_only_read(limited: Api) -> None:
    body = limited.batch_body(limited.directory("a.pdf"))
    assert limited.status("POST", BATCHES, json=body) == 403
    assert limited.batches()["items"] == []


def test_projects(api: Api, other: Api) -> None:
    (project,) = api.ok("GET", "/api/v1/projects")
    assert api.batches(project_id=str(UUID(project["id"]))) == api.batches(project_id=api.info["project_id"])
    assert project["organization_id"] == api.info["organization_id"]
    assert api.ok("GET", "/api/v2/projects")["items"] == [project]
    assert api.status("GET", BATCHES, params={"project_id": other.ok("GET", "/api/v1/projects")[0]["id"]}) == 403
    assert api.ok("GET", "/api/v1/projects", params={"project_name": "x"}) == []


def test_directories_come_and_go(api: Api) -> None:
    directory_id = api.directory("a.pdf", type="ephemeral", description="d")
    shown = api.ok("GET", f"{DIRECTORIES}/{directory_id}")
    assert shown["type"] == "ephemeral"
    assert shown["description"] == "d"
    assert shown["expires_at"] > shown["created_at"]
    assert shown["deleted_at"] is None
    api.advance(2 * 86_400)
    for path in ("", "/files"):
        assert api.status("GET", f"{DIRECTORIES}/{directory_id}{path}") == 404
    assert directory_id not in str(api.ok("GET", DIRECTORIES, params={"page_size": 1000}))
    upload = {"upload_file": ("a.pdf", PDF)}
    path = f"{DIRECTORIES}/{directory_id}/files/upload"
    assert api.status("POST", path, files=upload) == 404
    second = api.directory()
    api.ok("DELETE", f"{DIRECTORIES}/{second}")
    assert api.status("DELETE", f"{DIRECTORIES}/{second}") == 404
    assert api.status("POST", BATCHES, json=api.batch_body(second)) == 404


def test_presets_are_there_and_stay(api: Api) -> None:
    preset = api.ok("GET", f"{CONFIGURATIONS}/cfg-PARSE_AGENTIC")
    assert preset["product_type"] == preset["parameters"]["product_type"] == "parse_v2"
    assert api.status("DELETE", f"{CONFIGURATIONS}/cfg-PARSE_AGENTIC") == 403
    saved = api.info["extract_configuration_id"]
    assert api.ok("GET", f"{CONFIGURATIONS}/{saved}")["product_type"] == "extract_v2"
