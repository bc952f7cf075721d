"""Types of clients against the contract: each kind of difference is found, explained or complained of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suites.clients.declarations import UnreadableTypes, operations
from suites.clients.models import ClientExplanation, Difference, Sent, differences, explanations, judged, stale, unfit
from suites.clients.shapes import misfit, of_schema
from suites.clients.table import Release
from tests.clients.fake import faithful

CLIENT = Release("pypi", "1.0", "2.8")
PROFILES = ("cancel", "webhooks")
Change = Callable[[dict[str, Any], dict[str, Sent]], object]


def parameters(description: dict[str, Any], method: str) -> dict[str, Any]:
    found: dict[str, Any] = description[f"batches.{method}"]["parameters"]
    return found


def fields(description: dict[str, Any], method: str) -> dict[str, Any]:
    answer = description[f"batches.{method}"]["answer"]
    found: dict[str, Any] = answer["fields"]["items"]["items"]["fields"] if method == "list" else answer["fields"]
    return found


def elsewhere(sent: dict[str, Sent]) -> None:
    sent["batches.get"] = Sent("GET /api/v3/batches/{}", sent["batches.get"].query, frozenset())


CHANGES: dict[str, tuple[Change, Difference]] = {
    "path": (
        lambda _, sent: elsewhere(sent),
        Difference("getBatch", "request", "GET /api/v2/batches/{}", "GET /api/v3/batches/{}"),
    ),
    "operation": (
        lambda description, _: description.pop("batches.get"),
        Difference("getBatch", "presence", "there", "absent"),
    ),
    "parameter": (
        lambda description, _: parameters(description, "list").pop("status"),
        Difference("listBatches?status", "presence", "optional", "absent"),
    ),
    "value of a parameter": (
        lambda description, _: parameters(description, "list")["status"]["values"].remove("RUNNING"),
        Difference(
            "listBatches?status",
            "values",
            "CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, THROTTLED",
            "CANCELLED, COMPLETED, FAILED, PENDING, THROTTLED",
        ),
    ),
    "type of a parameter": (
        lambda description, _: parameters(description, "list")["page_size"].update(type="string"),
        Difference("listBatches?page_size", "type", "integer", "string"),
    ),
    "required field of a body": (
        lambda description, _: parameters(description, "create")["config"]["fields"]["job"].update(required=False),
        Difference("createBatch > BatchConfig.job", "presence", "required", "optional"),
    ),
    "missing field": (
        lambda description, _: fields(description, "create").pop("updated_at"),
        Difference("createBatch < Batch.updated_at", "presence", "optional", "absent"),
    ),
    "further field": (
        lambda description, _: fields(description, "get").update(x={"type": "string", "null": False, "required": True}),
        Difference("getBatch < Batch.x", "presence", "absent", "required"),
    ),
    "nullability": (
        lambda description, _: fields(description, "list")["created_at"].update(null=False),
        Difference("listBatches < Batch.created_at", "null", "may be null", "never null"),
    ),
    "nested value": (
        lambda description, _: fields(description, "get")["results"]["items"]["fields"]["job_reference"]["fields"][
            "type"
        ]["values"].append("split_v1"),
        Difference("getBatch < JobReference.type", "values", "extract_v2, parse_v2", "extract_v2, parse_v2, split_v1"),
    ),
}


def test_a_client_that_says_what_the_contract_says_has_no_differences() -> None:
    assert differences(*faithful(), "pypi") == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_found_and_complained_of(change: str) -> None:
    make, expected = CHANGES[change]
    description, sent = faithful()
    make(description, sent)
    assert differences(description, sent, "pypi") == [expected]
    assert judged(CLIENT, [expected], []).complaints == (f"unexplained: {expected}",)


def test_a_parameter_that_is_never_sent_is_a_difference() -> None:
    description, sent = faithful()
    original = sent["batches.get"]
    sent["batches.get"] = Sent(original.line, original.query - {"expand"}, original.body)
    assert Difference("getBatch expand", "request", "sent", "not sent") in differences(description, sent, "pypi")


def explanation(**changes: Any) -> ClientExplanation:
    given = {
        "elements": ("listBatches?status",),
        "aspect": "null",
        "contract": "never null",
        "client": "may be null",
        "generations": ("2.8",),
        "registries": ("pypi",),
        "why": "Because.",
    }
    return ClientExplanation(**{**given, **changes})


DIFFERENCE = Difference("listBatches?status", "null", "never null", "may be null")


def test_an_explanation_is_found_by_its_element() -> None:
    known = explanation()
    assert judged(CLIENT, [DIFFERENCE], [known]).explained == ((DIFFERENCE, known),)
    assert not judged(CLIENT, [DIFFERENCE], [known]).complaints


@pytest.mark.parametrize(
    "changes",
    [
        {"elements": ("listBatches?stat",)},
        {"elements": ("listBatches?*",)},
        {"aspect": "type"},
        {"contract": "may be null"},
        {"client": "never null"},
        {"generations": ("2.10",)},
        {"registries": ("npm",)},
    ],
    ids=str,
)
def test_an_explanation_of_something_else_explains_nothing(changes: dict[str, Any]) -> None:
    complaints = judged(CLIENT, [DIFFERENCE], [explanation(**changes)]).complaints
    assert f"unexplained: {DIFFERENCE}" in complaints


def test_an_explanation_that_matches_nothing_is_complained_of() -> None:
    unused = ("no longer explains anything: listBatches?status, null",)
    assert judged(CLIENT, [], [explanation()]).complaints == unused
    several = explanation(elements=("listBatches?status", "listBatches?page_size"))
    assert judged(CLIENT, [DIFFERENCE], [several]).complaints == (unused[0].replace("status", "page_size"),)
    assert not judged(CLIENT, [], [explanation(registries=("npm",))]).complaints
    assert stale([explanation(generations=("2.14",))], [CLIENT]) == [
        "listBatches?status, null: no client of the table is of generation 2.14"
    ]


def test_an_explanation_may_be_for_some_clients_alone() -> None:
    for name, is_right in ((CLIENT.name, True), ("pypi-1.1", False)):
        known = explanation(clients=(name,))
        assert bool(judged(CLIENT, [DIFFERENCE], [known]).complaints) is not is_right
        assert bool(stale([known], [CLIENT])) is not is_right


def test_a_generation_of_a_client_exists() -> None:
    assert stale([], [replace(CLIENT, generation="2.9")]) == ["pypi-1.0: there is no generation 2.9"]


def test_what_a_profile_has_is_held_against_the_profile() -> None:
    """And what it has not, as a future field whose name begins like another's, is a difference."""
    description, sent = faithful(*PROFILES)
    assert differences(description, sent, "pypi", PROFILES) == []
    create = parameters(description, "create")
    create["webhook_configuration_urls"] = {"type": "string", "null": False, "required": False, "path": False}
    sent["batches.create"] = replace(
        sent["batches.create"], body=sent["batches.create"].body | {"webhook_configuration_urls"}
    )
    del create["webhook_configurations"]["items"]["fields"]["webhook_url"]
    assert differences(description, sent, "pypi", PROFILES) == [
        Difference("createBatch > BatchCreate.webhook_configuration_urls", "presence", "absent", "optional"),
        Difference("createBatch > WebhookConfiguration.webhook_url", "presence", "optional", "absent"),
    ]
    del description["batches.cancel"]
    assert Difference("cancelBatch", "presence", "there", "absent") in differences(description, sent, "pypi", PROFILES)


def test_what_belongs_to_a_later_generation_is_a_difference_to_an_earlier_one() -> None:
    found = {difference.element for difference in differences(*faithful(*PROFILES), "pypi")}
    assert found == {
        "cancelBatch",
        "createBatch > BatchCreate.webhook_configurations",
        "createBatch > BatchCreate.webhook_configuration_ids",
    }


def test_every_explanation_has_a_reason() -> None:
    assert all(len(each.why.split()) > 5 for each in explanations())


# --- values ---

BATCH = {
    "id": "a",
    "project_id": "b",
    "source_directory_id": "c",
    "config": {"job": {"type": "parse_v2", "configuration_id": "d"}},
    "status": "RUNNING",
    "more": 1,
}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, None),
        ({"results": None, "created_at": None}, None),
        ({"status": "QUEUED"}, "status is 'QUEUED'"),
        ({"id": 1}, "id is int in place of string"),
        ({"id": None}, "id is null"),
        ({"config": {}}, "config.job is not there"),
        ({"results": [{"source_directory_file_id": "e"}, {}]}, "results[1].source_directory_file_id is not there"),
    ],
)
def test_a_value_is_held_against_the_types_of_a_client(changes: dict[str, Any], wrong: str | None) -> None:
    value = {**BATCH, **changes}
    description, _ = faithful()
    assert misfit(of_schema({"$ref": "#/components/schemas/Batch"}, "npm"), value) == wrong
    assert unfit(description, "npm", "batches.get", value) == wrong
    page = unfit(description, "npm", "batches.list", {"pages": [{"items": []}, {"items": [value]}]})
    assert page == (wrong and f"items[0].{wrong}")
    assert unfit(description, "pypi", "batches.get", value) is None


# --- declarations of the Node client ---

PAGINATION = """
export interface PaginatedCursorResponse<Item> { items: Array<Item>; next_page_token: string; }
export interface PaginatedCursorParams { page_size?: number; }
"""
BATCHES = """
import { APIResource } from "../core/resource.js";
export declare class Batches extends APIResource {
    /** Lists; { not code } */
    list(query?: BatchListParams | null | undefined, options?: RequestOptions): PagePromise<Page, BatchListResponse>;
    get(batchID: string, query?: BatchGetParams | null, options?: RequestOptions): APIPromise<BatchListResponse>;
}
export interface BatchListResponse { id: string; config: BatchListResponse.Config; at?: string | null; }
export declare namespace BatchListResponse {
    interface Config { job: Config.Job; }
    namespace Config { interface Job { type: 'b' | 'a'; headers?: { [key: string]: string; } | null; } }
}
export interface BatchListParams extends PaginatedCursorParams { status?: 'A' | 'B' | null; }
export interface BatchGetParams { expand?: Array<string> | null; }
"""


def package(folder: Path, batches: str) -> Path:
    (folder / "resources").mkdir()
    (folder / "core").mkdir()
    (folder / "resources" / "batches.d.ts").write_text(batches)
    (folder / "core" / "pagination.d.ts").write_text(PAGINATION)
    return folder


def test_declarations_are_read(tmp_path: Path) -> None:
    found = operations(package(tmp_path, BATCHES))
    text = {"type": "string", "null": False}
    job = {
        "type": {"type": "string", "values": ["a", "b"], "null": False, "required": True},
        "headers": {"type": "any", "null": True, "required": False},
    }
    config = {"job": {"type": "object", "fields": job, "null": False, "required": True}}
    batch = {
        "id": {**text, "required": True},
        "config": {"type": "object", "fields": config, "null": False, "required": True},
        "at": {"type": "string", "null": True, "required": False},
    }
    of_batch = {"type": "object", "fields": batch, "null": False}
    page = {
        "items": {"type": "array", "items": of_batch, "null": False, "required": True},
        "next_page_token": {**text, "required": True},
    }
    assert found == {
        "batches.list": {
            "parameters": {
                "page_size": {"type": "number", "null": False, "required": False, "path": False},
                "status": {"type": "string", "values": ["A", "B"], "null": True, "required": False, "path": False},
            },
            "answer": {"type": "object", "fields": page, "null": False},
        },
        "batches.get": {
            "parameters": {
                "batchID": {**text, "required": True, "path": True},
                "expand": {"type": "array", "items": text, "null": True, "required": False, "path": False},
            },
            "answer": of_batch,
        },
    }


@pytest.mark.parametrize(("known", "unknown"), [("at?: string", "at?: Missing"), ("id: string", "id: string | number")])
def test_a_type_that_is_not_understood_is_not_passed_over(tmp_path: Path, known: str, unknown: str) -> None:
    with pytest.raises(UnreadableTypes):
        operations(package(tmp_path, BATCHES.replace(known, unknown)))
