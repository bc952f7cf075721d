"""The mock under control of a test: reset, state, journal, clock, next batches, and variants that are switched."""

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.receiver import Endpoint, Receiver
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

MANY = 1000
PATIENCE = 10.0
"""Seconds within which a mock that moves by the clock on the wall has to notify."""


@pytest.fixture(scope="module")
def started() -> Iterator[Api]:
    with running("--clock", "virtual", "--pace", "10") as api:
        yield api


@pytest.fixture
def api(started: Api) -> Api:
    """A mock in the state at the start."""
    assert started.client.post("/control/reset").status_code == 204
    return started


def control(api: Api, method: str, path: str, body: Any = None, /, **params: Any) -> Any:
    response = api.client.request(method, f"/control{path}", json=body, params=params)
    assert response.is_success, response.text
    return response.json() if response.content else None


def refusal(api: Api, method: str, path: str, body: Any = None, /, **params: Any) -> tuple[int, str, str]:
    response = api.client.request(method, f"/control{path}", json=body, params=params or None)
    detail = response.json()["detail"]
    if isinstance(detail, str):
        return response.status_code, "", detail
    return response.status_code, ".".join(map(str, detail[0]["loc"])), detail[0]["msg"]


# --- reset ---


def test_a_reset_returns_to_the_state_at_the_start(api: Api) -> None:
    before = control(api, "GET", "/state")
    directory_id = api.directory("a.pdf")
    api.create(directory_id)
    api.ok("DELETE", f"{CONFIGURATIONS}/{api.info['parse_configuration_id']}")
    control(api, "PUT", "/clock", {"now": "2040-01-01T00:00:00Z", "rate": 5})
    control(api, "PUT", "/variants", {"faults": ["total-is-text"]})
    control(api, "POST", "/next-batches", {"end": "FAILED"})
    control(api, "POST", "/reset")
    after = control(api, "GET", "/state")
    for kind in ("projects", "configurations"):
        for was, is_now in zip(before[kind], after[kind], strict=True):
            assert {**was, "created_at": ""} == {**is_now, "created_at": ""}
    assert {name: after[name] for name in ("directories", "batches", "webhooks", "next")} == {
        "directories": [],
        "batches": [],
        "webhooks": [],
        "next": [],
    }
    assert control(api, "GET", "/variants") == {"faults": [], "variations": [], "situations": []}
    clock = control(api, "GET", "/clock")
    assert (clock["kind"], clock["rate"]) == ("virtual", 0)
    assert datetime.fromisoformat(clock["now"]) < datetime.now(UTC) + timedelta(minutes=1)
    assert api.status("GET", f"{DIRECTORIES}/{directory_id}") == 404
    assert api.ok("GET", f"{CONFIGURATIONS}/{api.info['parse_configuration_id']}")


def test_a_reset_takes_no_longer_when_more_is_stored(api: Api) -> None:
    """A reset of many batches takes a small part of the time that it took to add them."""
    parts = []
    for _ in range(3):
        added = api.client.post(f"/control/history/{api.directory('a.pdf')}", json={"batches": MANY})
        reset = api.client.post("/control/reset")
        parts.append(reset.elapsed / added.elapsed)
    assert min(parts) < 0.5


# --- state ---


def test_the_state_can_be_put_back(api: Api) -> None:
    directory_id = api.directory("a.pdf", "b.pdf")
    first = api.upload(directory_id, "c.pdf")
    failed = {"outcome": "job", "job_status": "FAILED"}
    api.set_script(
        directory_id,
        "CANCELLED",
        ("PENDING", 5),
        ("RUNNING", 20),
        files={first: failed},
    )
    batches = [api.create(directory_id)["id"]]
    api.advance(10)
    batches += [api.create(directory_id)["id"], api.create(api.directory("d.pdf"))["id"]]
    api.ok("POST", f"{BATCHES}/{batches[-1]}/cancel")
    api.ok("PATCH", f"{DIRECTORIES}/{directory_id}/files/{first}", json={"display_name": "renamed.pdf"})
    api.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": "http://127.0.0.1:9/", "webhook_headers": {"a": "b"}})
    control(api, "POST", "/next-batches", {"batches": 2, "end": "FAILED"})
    state = control(api, "GET", "/state")
    results = [api.results(batch_id) for batch_id in batches]
    control(api, "POST", "/reset")
    control(api, "PUT", "/state", state)
    again = control(api, "GET", "/state")
    assert {**again, "now": ""} == {**state, "now": ""}
    assert [api.results(batch_id) for batch_id in batches] == results
    api.advance(60)
    assert [api.get(batch_id)["status"] for batch_id in batches] == ["CANCELLED"] * 3
    job_id = api.results(batches[0])[2]["job_reference"]["id"]
    assert api.ok("GET", f"/api/v2/parse/{job_id}")["job"]["status"] in ("FAILED", "CANCELLED")
    assert api.create(directory_id)["status"] == "PENDING"


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"])
def test_a_batch_in_any_status_takes_one_word(api: Api, status: str) -> None:
    control(
        api,
        "PUT",
        "/state",
        {"directories": [{"name": "d", "files": ["a.pdf"]}], "batches": [{"id": "b", "status": status}]},
    )
    assert api.get("b")["status"] == status
    api.advance(60)
    is_over = status in ("FAILED", "CANCELLED")
    assert api.get("b")["status"] == (status if is_over else "COMPLETED")


def test_a_short_state_has_defaults_for_everything_else(api: Api) -> None:
    no_text = {"outcome": "unmapped", "error_message": "No text."}
    control(
        api,
        "PUT",
        "/state",
        {
            "directories": [{"id": "dir-1", "name": "d", "files": ["a.pdf", {"name": "scan.pdf", "id": "dfl-2"}]}],
            "batches": [
                {"id": "bat-1", "status": "COMPLETED", "outcomes": {"scan.pdf": no_text}},
                {"id": "bat-2", "type": "extract_v2"},
                {"id": "bat-3", "status": "COMPLETED", "results": [{"file": "a.pdf", "job": {"id": "pjb-1"}}]},
            ],
        },
    )
    assert api.batches()["items"][-1]["id"] == "bat-1"
    text, scan = api.results("bat-1")
    assert api.ok("GET", f"/api/v2/parse/{text['job_reference']['id']}")["job"]["status"] == "COMPLETED"
    assert (scan["source_directory_file_id"], scan["error_message"]) == ("dfl-2", "No text.")
    assert api.get("bat-2")["config"]["job"]["configuration_id"].startswith("cfg-")
    assert api.ok("GET", "/api/v2/parse/pjb-1")["job"]["name"] == "a.pdf"
    assert len(api.ok("GET", f"{DIRECTORIES}/dir-1/files")["items"]) == 2


def test_a_time_with_any_offset_is_shown_in_utc(api: Api) -> None:
    directory = {"name": "d", "created_at": "2030-01-01T05:30:00+05:30", "expires_at": "2060-01-01T00:00:00-01:00"}
    control(api, "PUT", "/state", {"now": "2050-01-01T02:00:00+02:00", "directories": [directory]})
    [shown] = api.ok("GET", DIRECTORIES)["items"]
    assert (shown["created_at"], shown["expires_at"]) == ("2030-01-01T00:00:00.000000Z", "2060-01-01T01:00:00.000000Z")
    assert re.fullmatch(r"2050-01-01T00:00:00\.\d+Z", control(api, "GET", "/clock")["now"])
    control(api, "PUT", "/clock", {"now": "2051-01-01T02:00:00+02:00"})
    assert re.fullmatch(r"2051-01-01T00:00:00\.\d+Z", control(api, "GET", "/state")["now"])


FAILED_JOB = {"outcome": "job", "job_status": "FAILED"}
BACKWARDS = [{"status": "RUNNING", "seconds": 1}, {"status": "PENDING", "seconds": 1}]


def over_a_directory(*batches: Any) -> dict[str, Any]:
    return {"directories": [{"name": "d"}], "batches": batches}


def with_files(*files: Any) -> dict[str, Any]:
    return {"directories": [{"name": "d", "files": files}]}


def test_a_batch_that_is_throttled_again_and_again_stops_nothing(api: Api) -> None:
    steps = [{"status": status, "seconds": 1} for status in ("THROTTLED", "THROTTLED", "RUNNING")]
    endless = {"id": "b", "status": "THROTTLED", "script": {"steps": steps}, "scripted": False, "due_at": None}
    control(api, "PUT", "/state", {"directories": [{"name": "d"}], "batches": [endless, {"status": "RUNNING"}]})
    api.advance(60)
    assert len(api.batches()["items"]) == 2


def test_a_batch_outlives_its_directory(api: Api) -> None:
    control(api, "PUT", "/state", {"batches": [{"id": "b", "directory": "dir-gone", "project": "main"}]})
    assert api.get("b")["source_directory_id"] == "dir-gone"
    api.advance(60)
    assert api.get("b")["status"] == "FAILED"


@pytest.mark.parametrize(
    ("state", "place", "words"),
    [
        ([], "body", "object"),
        ({"batch": []}, "body.batch", "Extra"),
        ({"projects": []}, "body.projects", "at least 1"),
        ({"projects": [{}]}, "body.projects.0.name", "required"),
        ({"projects": [{"name": "a"}, {"name": "a"}]}, "body.projects.1.keys", "twice"),
        ({"directories": [{"name": "d", "project": "none"}]}, "body.directories.0.project", "'none' among main, other"),
        (with_files({}), "body.directories.0.files.0.name", "required"),
        (with_files("a", {"name": "b", "size": "x"}), "body.directories.0.files.1.size", "integer"),
        (with_files({"name": "b", "content": "long", "size": 1}), "body.directories.0.files.0.size", "4 bytes"),
        ({"configurations": [{"name": "c", "parameters": {}}]}, "body.configurations.0.parameters", "product_type"),
        ({"webhooks": [{"webhook_url": "ftp://a"}]}, "body.webhooks.0.webhook_url", "http"),
        ({"batches": [{}]}, "body.batches.0.directory", "no directory"),
        (over_a_directory({"directory": "e"}), "body.batches.0.directory", "'e' among d"),
        (over_a_directory({}, {}, {"status": "DONE"}), "body.batches.2.status", "COMPLETED"),
        (over_a_directory({"outcomes": {"a": FAILED_JOB}}), "body.batches.0.outcomes.a", "no such file"),
        (over_a_directory({"results": [{"file": "a"}]}), "body.batches.0.results.0.file", "'a'"),
        (over_a_directory({"status": "FAILED", "script": {}}), "body.batches.0.status", "COMPLETED"),
        (over_a_directory({"id": "b"}, {"id": "b"}), "body.batches.1.id", "twice"),
        ({"now": "9999-12-31T23:59:59Z"}, "body.now", "5000"),
        ({"now": []}, "body.now", "date-time"),
        ({"now": "0001-01-01T00:00:00+01:00"}, "body.now", "calendar"),
        ({"projects": [{"name": "Größe"}]}, "body.projects.0.keys", "cannot be sent"),
        ({"projects": [{"name": "p", "keys": ["k", "k\nk"]}]}, "body.projects.0.keys", "cannot be sent"),
        ({"projects": [{"name": "p", "keys": ["k "]}]}, "body.projects.0.keys", "cannot be sent"),
        ({"projects": [{"name": "p", "keys": []}]}, "body.projects", "no project has a key"),
        ({"next": [{"steps": BACKWARDS}]}, "body.next.0.steps.1.status", "PENDING"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_impossible_state_is_refused_with_its_place_and_changes_nothing(
    api: Api, state: Any, place: str, words: str
) -> None:
    before = control(api, "GET", "/state")
    status, where, message = refusal(api, "PUT", "/state", state)
    assert (status, where) == (422, place)
    assert words in message
    assert control(api, "GET", "/state") == before


def test_the_mock_starts_from_a_seed(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        """\ufeff
projects:
  - {name: ours, id: prj-ours, keys: [llx-ours, llx-also-ours]}
directories:
  - name: invoices
    files: [a.pdf, b.pdf]
    created_at: 2030-01-01T00:00:00Z
batches:
  - {id: bat-running, status: RUNNING}
""",
        encoding="utf-8",
    )
    with running("--seed", str(seed), "--clock", "virtual") as api:
        assert (api.info["api_key"], api.info["project_id"]) == ("llx-ours", "prj-ours")
        assert api.info["other_api_key"] is None
        api.client.post("/control/reset")
        for key in ("llx-ours", "llx-also-ours"):
            found = api.call("GET", f"{BATCHES}/bat-running", headers={"Authorization": f"Bearer {key}"})
            assert found.json()["status"] == "RUNNING"
        assert api.ok("GET", DIRECTORIES)["items"][0]["created_at"].startswith("2030-01-01T00:00:00")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("seed.json", '{"batches": [{}, {"status": "DONE"}]}', "batches.1.status: Input should be"),
        ("seed.json", '{"batches": [{"directory": "d"}]}', "batches.0.directory: there is no directory 'd'"),
        ("seed.json", "{", "the file: "),
        ("seed.yaml", "batches: [", "the file: "),
        ("seed.yaml", "- a", "the document: Input should be an object"),
        ("seed.yaml", "{1: 2}", "1: Extra inputs"),
        ("seed.json", "[" * 10_000, "the file: it is nested too deeply"),
        ("seed.yaml", "[" * 10_000, "the file: it is nested too deeply"),
        ("seed.yaml", "a: &a [*a]", "the document: Circular reference"),
        ("seed.json", "\udcff{}", "the file: it is not UTF-8, save it as UTF-8"),
    ],
)
def test_a_seed_that_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    seed = tmp_path / name
    seed.write_text(content, "utf-8", "surrogateescape")
    said = complaint("--seed", str(seed))
    assert words in said
    assert str(seed) in said


def test_a_seed_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    assert "No such file or directory; name another file." in complaint("--seed", str(tmp_path / "none.json"))
    assert "it is a device; name another file." in complaint("--seed", os.devnull)


# --- journal ---


def journal(api: Api, **query: Any) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = control(api, "GET", "/requests", **query)["requests"]
    return requests


def test_the_journal_shows_requests_without_keys(api: Api) -> None:
    body = {
        "webhook_url": "http://127.0.0.1:9/",
        "webhook_signing_secret": "s3cret",
        "webhook_headers": {"X": "s3cret"},
    }
    api.ok("POST", SAVED_WEBHOOKS, params={"project_id": api.info["project_id"]}, json=body)
    [asked] = journal(api)
    assert (asked["number"], asked["method"], asked["path"], asked["status"]) == (1, "POST", SAVED_WEBHOOKS, 201)
    assert asked["query"] == {"project_id": [api.info["project_id"]]}
    assert asked["body"] == {**body, "webhook_signing_secret": "***", "webhook_headers": {"X": "***"}}
    assert asked["headers"]["authorization"] == "***"
    assert asked["headers"]["content-type"] == "application/json"
    assert 0 < asked["seconds"] < 60
    text = json.dumps(asked)
    assert api.key not in text
    assert "s3cret" not in text


def test_the_journal_shows_the_method_that_was_sent(api: Api) -> None:
    for method in ("HEAD", "OPTIONS", "DELETE"):
        api.call(method, BATCHES)
    assert [(asked["method"], asked["status"]) for asked in journal(api)] == [
        ("HEAD", 200),
        ("OPTIONS", 204),
        ("DELETE", 405),
    ]


def test_the_journal_is_filtered_and_cleared(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    api.call("GET", BATCHES)
    api.call("GET", f"{BATCHES}/none")
    assert [asked["path"] for asked in journal(api, method="GET")] == [BATCHES, f"{BATCHES}/none"]
    assert [asked["path"] for asked in journal(api, status=404)] == [f"{BATCHES}/none"]
    assert len(journal(api, status="2xx")) == 3
    assert len(journal(api, path=f"{DIRECTORIES}*")) == 2
    assert len(journal(api, path=BATCHES)) == 1
    assert journal(api, method="post") == journal(api, method="POST")
    assert [asked["number"] for asked in journal(api, since=3)] == [4]
    assert journal(api, path=f"{DIRECTORIES}/{directory_id}/files/upload")[0]["body"] is None
    control(api, "DELETE", "/requests")
    assert control(api, "GET", "/requests") == {"count": 0, "requests": []}


def test_the_journal_keeps_the_latest_thousand(api: Api) -> None:
    address = urlsplit(api.info["base_url"])
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        connection.sendall(b"GET /none HTTP/1.1\r\nHost: mock\r\n\r\n" * (MANY + 1))
        with connection.makefile("rb") as answers:
            for _ in range(MANY + 1):
                while b"HTTP/1.1 404" not in next(answers):
                    pass
    kept = control(api, "GET", "/requests")
    assert (kept["count"], len(kept["requests"]), kept["requests"][0]["number"]) == (MANY + 1, MANY, 2)


@pytest.mark.parametrize(
    "query", [{"status": "9"}, {"status": "ok"}, {"since": -1}, {"since": "x"}, {"methods": "POST"}]
)
def test_a_filter_of_the_journal_has_a_form(api: Api, query: dict[str, Any]) -> None:
    assert refusal(api, "GET", "/requests", **query)[:2] == (422, f"query.{next(iter(query))}")


# --- clock ---


def test_a_clock_goes_faster_freezes_and_goes_on(api: Api) -> None:
    batch_id = api.create(api.directory("a.pdf"))["id"]
    assert control(api, "PUT", "/clock", {"rate": 1_000_000})["kind"] == "wall"
    while api.get(batch_id)["status"] != "COMPLETED":
        pass
    frozen = control(api, "PUT", "/clock", {"rate": 0})
    assert frozen["kind"] == "virtual"
    assert control(api, "GET", "/clock") == frozen
    later = datetime.fromisoformat(frozen["now"]) + timedelta(days=3)
    assert datetime.fromisoformat(control(api, "PUT", "/clock", {"now": later.isoformat()})["now"]) == later
    assert control(api, "PUT", "/clock", {"rate": 1})["kind"] == "wall"
    assert api.client.post("/control/clock/advance", json={"seconds": 1}).status_code == 409


def test_moving_the_clock_processes_what_was_due(api: Api) -> None:
    batch_id = api.create(api.directory("a.pdf"))["id"]
    now = datetime.fromisoformat(control(api, "GET", "/clock")["now"])
    control(api, "PUT", "/clock", {"now": (now + timedelta(seconds=10)).isoformat()})
    assert control(api, "GET", "/state")["batches"][0]["status"] == "RUNNING"
    assert api.get(batch_id)["status"] == "RUNNING"


@pytest.mark.parametrize(
    "change",
    [
        {"rate": -1},
        {"rate": 1e9},
        {"rate": "1"},
        {"now": "2000-01-01T00:00:00Z"},
        {"now": "9000-01-01T00:00:00Z"},
        {"now": 1},
        {"speed": 60},
    ],
)
def test_the_clock_refuses_what_no_clock_does(api: Api, change: dict[str, Any]) -> None:
    before = control(api, "GET", "/clock")
    assert refusal(api, "PUT", "/clock", change)[:2] == (422, f"body.{next(iter(change))}")
    assert control(api, "GET", "/clock") == before


# --- the next batches ---


def test_the_next_batches_follow_a_script_wherever_they_are_created(api: Api) -> None:
    assert control(api, "POST", "/next-batches", {"batches": 2, "steps": [], "end": "FAILED"}) == {"batches": 2}
    lost = {"a.pdf": {"outcome": "unmapped", "error_message": "Lost."}}
    assert control(api, "POST", "/next-batches", {"steps": [], "files": lost}) == {"batches": 3}
    created = [api.create(api.directory("a.pdf")) for _ in range(4)]
    assert [batch["status"] for batch in created] == ["FAILED", "FAILED", "COMPLETED", "PENDING"]
    assert api.results(created[2]["id"])[0]["error_message"] == "Lost."


def test_scripts_for_the_next_batches_can_be_forgotten(api: Api) -> None:
    control(api, "POST", "/next-batches", {"end": "FAILED", "steps": []})
    control(api, "DELETE", "/next-batches")
    assert api.create(api.directory("a.pdf"))["status"] == "PENDING"


@pytest.mark.parametrize(
    "script", [{"batches": 0}, {"end": "RUNNING"}, {"ends": "FAILED"}, {"steps": [{"status": "PENDING"}]}]
)
def test_an_impossible_script_for_the_next_batches_is_refused(api: Api, script: dict[str, Any]) -> None:
    assert refusal(api, "POST", "/next-batches", script)[0] == 422
    assert control(api, "GET", "/state")["next"] == []


# --- variants ---


def test_a_fault_is_switched_on_and_off_and_the_data_stays(api: Api) -> None:
    directory_id = api.directory("a.pdf")
    first = api.create(directory_id)["id"]
    token = (api.create(directory_id), api.batches(page_size=1))[1]["next_page_token"]
    assert control(api, "PUT", "/variants/faults/total-is-text")["faults"] == ["total-is-text"]
    assert control(api, "PUT", "/variants/variations/gzip")["variations"] == ["gzip"]
    page = api.batches(include_total=True, page_size=1, page_token=token)
    assert (page["total_size"], page["items"][0]["id"]) == ("1", first)
    assert control(api, "DELETE", "/variants/faults/total-is-text") == {
        "faults": [],
        "variations": ["gzip"],
        "situations": [],
    }
    assert api.batches(include_total=True)["total_size"] == 2
    api.advance(20)
    assert api.get(first)["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("method", "path", "deliveries"),
    [("PUT", "/variants/variations/gzip", 2), ("POST", "/reset", 1)],
    ids=["a switch keeps it", "a reset drops it"],
)
def test_what_is_to_be_delivered_later(api: Api, method: str, path: str, deliveries: int) -> None:
    with Receiver() as receiver:
        endpoint = receiver.endpoint(status=500)
        subscribed = {"webhook_url": endpoint.url, "webhook_events": ["batch.pending"]}
        body = {**api.batch_body(api.directory("a.pdf")), "webhook_configurations": [subscribed]}
        api.ok("POST", BATCHES, json=body)
        api.advance(0)
        assert len(endpoint.posts) == 1
        control(api, method, path)
        api.advance(1)
        assert len(endpoint.posts) == deliveries


def test_a_running_mock_notifies_of_its_state_without_being_asked() -> None:
    with Receiver() as receiver, running("--pace", "0.05") as api:
        endpoint = receiver.endpoint()
        webhooks = [{"webhook_url": endpoint.url, "webhook_events": ["batch.success"]}]
        control(api, "PUT", "/state", {"directories": [{"name": "d"}], "batches": [{"webhooks": webhooks}]})
        await_posts(endpoint, 1)


def test_a_mock_that_starts_or_is_reset_notifies_without_being_asked(tmp_path: Path) -> None:
    with Receiver() as receiver:
        endpoint = receiver.endpoint()
        webhooks = [{"webhook_url": endpoint.url, "webhook_events": ["batch.success"]}]
        seed, file = tmp_path / "seed.json", tmp_path / "state"
        seed.write_text(json.dumps({"directories": [{"name": "d"}], "batches": [{"webhooks": webhooks}]}))
        with killed_at_the_end("--seed", str(seed), "--state", str(file), "--pace", "0.3") as api:
            await_posts(endpoint, 1)
            control(api, "POST", "/reset")
            await_posts(endpoint, 2)
            control(api, "POST", "/reset")
        assert len(endpoint.posts) == 2
        with killed_at_the_end("--state", str(file)):
            await_posts(endpoint, 3)


def await_posts(endpoint: Endpoint, number: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(endpoint.posts) < number and time.monotonic() < until:
        time.sleep(0.01)
    assert len(endpoint.posts) == number


def test_all_variants_of_a_kind_are_set_at_once(api: Api) -> None:
    control(api, "PUT", "/variants", {"faults": ["total-is-text"], "variations": ["gzip"]})
    assert control(api, "PUT", "/variants", {"faults": []}) == {"faults": [], "variations": ["gzip"], "situations": []}


def test_variants_are_listed_with_what_they_break_and_whether_they_are_on(api: Api) -> None:
    control(api, "PUT", "/variants/faults/total-is-text")
    [total] = [each for each in control(api, "GET", "/variants/faults", about="total-is") if each["is_on"]]
    assert total["name"] == "total-is-text"
    assert total["breaks"]
    assert total["sentence"].endswith(".")
    assert len(control(api, "GET", "/variants/variations")) > 100


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/variants/faults/no-such-one", None, 422),
        ("PUT", "/variants/mistakes/gzip", None, 404),
        ("GET", "/variants/mistakes", None, 404),
        ("PUT", "/variants", {"faults": ["no-such-one"]}, 422),
        ("PUT", "/variants", {"faults": "gzip"}, 422),
        ("PUT", "/variants", {"fault": ["total-is-text"]}, 422),
        ("DELETE", "/variants/variations/gzipped", None, 422),
        ("GET", "/variants/faults?abuot=pages", None, 422),
    ],
)
def test_an_unknown_variant_is_refused(api: Api, method: str, path: str, body: Any, status: int) -> None:
    control(api, "PUT", "/variants", {"variations": ["gzip"]})
    assert refusal(api, method, path, body)[0] == status
    assert control(api, "GET", "/variants")["variations"] == ["gzip"]


def test_nothing_below_control_is_altered_by_a_variant(api: Api) -> None:
    control(
        api,
        "PUT",
        "/variants",
        {"variations": ["json-with-white-space", "slow-responses"]},
    )
    raw = api.client.get("/control/clock").content
    assert raw == json.dumps(json.loads(raw), separators=(",", ":")).encode()


def test_control_answers_errors_as_json(api: Api) -> None:
    assert api.client.get("/control/none").json() == {"detail": "Not Found"}
    refused = api.client.put("/control/reset")
    assert (refused.status_code, refused.headers["allow"]) == (405, "OPTIONS, POST")
    assert api.client.get("/controls").json() == {"detail": "Not Found"}
    assert httpx.get(f"{api.info['base_url']}/control", trust_env=False).status_code == 404
