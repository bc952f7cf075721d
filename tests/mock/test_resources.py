"""What surrounds the batches: how directories, their files, configurations and webhook configurations change and go."""

from typing import Any

import pytest

from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, PDF, SAVED_WEBHOOKS, Api

CLASSIFY = {"product_type": "classify_v2", "rules": []}
URL = "http://127.0.0.1:9/x"


def files_of(api: Api, directory_id: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ok("GET", f"{DIRECTORIES}/{directory_id}/files", params=params)["items"]
    return found


def created_file(api: Api, directory_id: str, **fields: str) -> dict[str, Any]:
    path = f"{DIRECTORIES}/{directory_id}/files/upload"
    file: dict[str, Any] = api.ok("POST", path, files={"upload_file": ("x.pdf", PDF)}, data=fields)
    return file


def test_what_is_created_is_201_and_what_is_deleted_204(api: Api) -> None:
    directory_id, config_id = api.directory("a.pdf"), ""
    files = f"{DIRECTORIES}/{directory_id}/files"
    (file,) = files_of(api, directory_id)
    for path, body in (
        (DIRECTORIES, {"name": "d"}),
        (files, {"file_id": file["file_id"]}),
        (CONFIGURATIONS, {"name": "c", "parameters": CLASSIFY}),
        (SAVED_WEBHOOKS, {"webhook_url": URL}),
        (BATCHES, api.batch_body(directory_id)),
    ):
        answer = api.call("POST", path, json=body)
        assert answer.status_code == 201
        if path != BATCHES:
            config_id = answer.json()["id"]
            gone = api.call("DELETE", f"{path}/{config_id}")
            assert (gone.status_code, gone.content) == (204, b"")
            assert api.status("GET", f"{path}/{config_id}") == 404
    assert api.call("POST", f"{files}/upload", files={"upload_file": ("x.pdf", PDF)}).status_code == 201


def test_a_directory_changes_where_a_field_is_given(api: Api) -> None:
    path = f"{DIRECTORIES}/{api.directory(name='old', description='d', connector_subscription_id='csub-1')}"
    shown = api.ok("GET", path)
    assert shown["connector_subscription_id"] == "csub-1"
    renamed = api.ok("PATCH", path, json={"name": "new"})
    assert renamed == {**shown, "name": "new", "updated_at": renamed["updated_at"]}
    assert renamed["updated_at"] > shown["updated_at"]
    assert api.ok("PATCH", path, json={"description": None, "name": None})["description"] is None
    assert api.ok("GET", path)["name"] == "new"


def test_a_deleted_directory_is_listed_where_that_is_requested(api: Api) -> None:
    kept, deleted = (api.directory(name="listed once deleted", type=kind) for kind in ("user", "ephemeral"))
    api.ok("DELETE", f"{DIRECTORIES}/{deleted}")
    for params, expected in (
        ({}, [kept]),
        ({"include_deleted": "true"}, [deleted, kept]),
        ({"include_deleted": "true", "types": ["ephemeral", "index"]}, [deleted]),
    ):
        query = {"name": "listed once deleted", **params}
        listed = api.ok("GET", DIRECTORIES, params=query)["items"]
        assert [item["id"] for item in listed] == expected
        assert [item["id"] for item in listed if item["deleted_at"]] == [id_ for id_ in expected if id_ == deleted]
        paged = api.ok("GET", DIRECTORIES, params={**query, "page_size": 1})
        assert paged["items"] == listed[:1]
        if token := paged["next_page_token"]:
            assert api.ok("GET", DIRECTORIES, params={"page_token": token})["items"] == listed[1:]


def test_a_stored_file_is_attached_to_another_directory(api: Api, other: Api) -> None:
    uploaded = created_file(api, api.directory(), display_name="shown.pdf", external_file_id="ext-1")
    target = api.directory()
    path = f"{DIRECTORIES}/{target}/files"
    plain = api.ok("POST", path, json={"file_id": uploaded["file_id"]})
    assert (plain["file_id"], plain["unique_id"], plain["display_name"]) == (uploaded["file_id"], "ext-1", "x.pdf")
    named = {"unique_id": "u", "display_name": "d", "metadata": {"foo": "string", "n": [1, "x"][1:]}}
    whole = api.ok("POST", path, json={"file_id": uploaded["file_id"], **named})
    assert {name: whole[name] for name in named} == named
    assert api.status("POST", path, json={"file_id": "file-none"}) == 404
    foreign = f"{DIRECTORIES}/{other.directory()}/files"
    assert other.status("POST", foreign, json={"file_id": uploaded["file_id"]}) == 404
    batch = api.create(target)
    api.advance(2)
    entries = api.results(batch["id"])
    assert [entry["source_directory_file_id"] for entry in entries] == [plain["id"], whole["id"]]
    assert all(entry["job_reference"] for entry in entries)


def test_a_file_is_read_and_changed_and_moved(api: Api, other: Api) -> None:
    source, target = api.directory(), api.directory()
    file = created_file(api, source, metadata='{"a": 1}')
    path = f"{DIRECTORIES}/{source}/files/{file['id']}"
    assert api.ok("GET", path, params={"expand": ["download_url", "string"]}) == file
    change = {"display_name": "new", "unique_id": "u", "metadata": {"b": None}}
    changed = api.ok("PATCH", path, json=change)
    assert changed == {**file, **change, "updated_at": changed["updated_at"]}
    assert api.ok("PATCH", path, json={})["metadata"] == {"b": None}
    foreign = other.directory()
    assert api.status("PATCH", path, json={"target_directory_id": foreign}) == 404
    assert api.ok("PATCH", path, json={"target_directory_id": target})["directory_id"] == target
    assert api.status("GET", path) == 404
    assert [item["id"] for item in files_of(api, target)] == [file["id"]]
    assert other.status("GET", f"{DIRECTORIES}/{target}/files/{file['id']}") == 404


def test_a_batch_keeps_its_files_whatever_becomes_of_them(api: Api) -> None:
    directory_id = api.directory("a.pdf", "b.pdf", "c.pdf")
    first, second, third = (file["id"] for file in files_of(api, directory_id)[::-1])
    batch = api.create(directory_id)
    path = f"{DIRECTORIES}/{directory_id}/files"
    api.ok("DELETE", f"{path}/{first}")
    api.ok("PATCH", f"{path}/{second}", json={"target_directory_id": api.directory()})
    later = api.create(directory_id)
    api.advance(2)
    for batch_id, expected in ((batch["id"], [first, second, third]), (later["id"], [third])):
        assert [entry["source_directory_file_id"] for entry in api.results(batch_id)] == expected


def test_files_are_deleted_together_or_not_at_all(api: Api) -> None:
    directory_id, elsewhere = api.directory("a.pdf", "b.pdf", "c.pdf"), api.directory("d.pdf")
    path = f"{DIRECTORIES}/{directory_id}/files"
    ids = [file["id"] for file in files_of(api, directory_id)]
    (foreign,) = (file["id"] for file in files_of(api, elsewhere))
    assert api.status("POST", f"{path}/bulk-delete", json={"directory_file_ids": [ids[0], foreign]}) == 404
    assert len(files_of(api, directory_id)) == 3
    answer = api.call("POST", f"{path}/bulk-delete", json={"directory_file_ids": [*ids[:2], ids[0]]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert [file["id"] for file in files_of(api, directory_id)] == ids[2:]
    listed = files_of(api, directory_id, include_deleted="true")
    assert [bool(file["deleted_at"]) for file in listed] == [True, True, False]
    assert api.status("DELETE", f"{path}/{ids[0]}") == 404


def test_files_are_filtered_by_part_of_a_name_and_by_update(api: Api) -> None:
    directory_id = api.directory("one.pdf", "two.pdf")
    second, first = files_of(api, directory_id)
    changed = api.ok("PATCH", f"{DIRECTORIES}/{directory_id}/files/{first['id']}", json={"unique_id": "u"})
    for params, expected in (
        ({"display_name_contains": "wo."}, [second["id"]]),
        ({"updated_at_on_or_after": changed["updated_at"]}, [first["id"]]),
        ({"updated_at_on_or_before": second["updated_at"]}, [second["id"]]),
        ({"unique_id": "u", "include_deleted": "true"}, [first["id"]]),
    ):
        assert [file["id"] for file in files_of(api, directory_id, **params)] == expected


def test_a_configuration_changes_where_a_field_is_given(api: Api) -> None:
    saved = api.ok("POST", CONFIGURATIONS, json={"name": "c", "parameters": CLASSIFY})
    path = f"{CONFIGURATIONS}/{saved['id']}"
    renamed = api.ok("PUT", path, json={"name": "new"})
    assert (renamed["name"], renamed["parameters"]) == ("new", CLASSIFY)
    assert renamed["updated_at"] > saved["updated_at"] == saved["created_at"] == renamed["created_at"]
    split = {"product_type": "split_v1", "categories": []}
    changed = api.ok("PUT", path, json={"parameters": split})
    assert (changed["product_type"], changed["parameters"]) == ("split_v1", split)
    assert api.status("PUT", path, json={"parameters": {"product_type": "parse_v2"}}) == 422
    assert api.ok("GET", path) == changed
    assert api.status("PUT", f"{CONFIGURATIONS}/cfg-PARSE_AGENTIC", json={"name": "mine"}) == 403


def test_a_webhook_configuration_changes_where_a_field_is_given(api: Api, other: Api) -> None:
    given = {"webhook_url": URL, "webhook_events": ["batch.success"], "webhook_signing_secret": "s"}
    saved = api.ok("POST", SAVED_WEBHOOKS, json=given)
    path = f"{SAVED_WEBHOOKS}/{saved['id']}"
    unchanged = api.ok("PUT", path, json={})
    assert unchanged == {**saved, "updated_at": unchanged["updated_at"]}
    change = {"webhook_events": None, "webhook_headers": {"foo": "string"}, "webhook_output_format": "json"}
    changed = api.ok("PUT", path, json={**change, "webhook_signing_secret": None, "webhook_url": None})
    assert changed == {**saved, **change, "has_secret": False, "updated_at": changed["updated_at"]}
    assert api.status("PUT", path, json={"webhook_url": "https://hooks.example.com/x"}) == 422
    assert api.ok("PUT", path, json={"webhook_url": "no URL"})["webhook_url"] == "no URL"
    assert other.status("PUT", path, json={}) == 404


@pytest.mark.parametrize("paged", [False, True])
def test_webhook_configurations_are_listed_newest_first(api: Api, other: Api, paged: bool) -> None:
    older, newer = (api.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": URL})["id"] for _ in range(2))
    foreign = other.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": URL})["id"]
    if paged:
        first = api.ok("GET", "/api/v2/webhook-configs", params={"page_size": 1})
        rest = api.ok("GET", "/api/v2/webhook-configs", params={"page_token": first["next_page_token"]})
        listed = [*first["items"], *rest["items"]]
    else:
        listed = api.ok("GET", SAVED_WEBHOOKS)
    found = [item["id"] for item in listed]
    assert found[:2] == [newer, older]
    assert foreign not in found


def test_a_batch_names_four_saved_webhooks_at_most(api: Api) -> None:
    saved = api.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": "no URL"})["id"]
    body = {**api.batch_body(api.directory("a.pdf")), "webhook_configurations": [{}, {"webhook_url": None}]}
    for number, status in ((4, 201), (5, 422)):
        assert api.status("POST", BATCHES, json={**body, "webhook_configuration_ids": [saved] * number}) == status
    api.advance(10)
