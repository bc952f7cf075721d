"""The OpenAPI documents, and what the code reads out of them."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

import spec
from spec import profiles
from spec.elements import elements, sendable, showable
from spec.enumerations import terminal_statuses, transient_statuses
from spec.openapi import CONTRACT, SETUP, document, match, operations

FOLDER = CONTRACT.parent
DOCUMENTS = [CONTRACT, SETUP, FOLDER / "control.yaml"]


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_valid(path: Path) -> None:
    assert list(OpenAPIV31SpecValidator(loaded(path)).iter_errors()) == []


def test_every_document_of_the_folder_is_looked_at() -> None:
    described = {path for path in FOLDER.glob("*.yaml") if "openapi" in loaded(path)}
    assert described == set(DOCUMENTS)


def test_the_control_protocol_has_the_statuses_of_the_contract() -> None:
    script = loaded(FOLDER / "control.yaml")["components"]["schemas"]["Script"]["properties"]
    assert script["steps"]["items"]["properties"]["status"]["enum"] == list(transient_statuses())
    assert script["end"]["enum"] == list(terminal_statuses())


def test_the_version_is_that_of_the_contract() -> None:
    assert spec.__version__ == document()["info"]["version"]


def test_examples_keep_their_own_schemas() -> None:
    contract = document()
    components = {"components": contract["components"]}
    examined = 0

    def examine(schema: Any, value: Any) -> None:
        jsonschema.Draft202012Validator({**schema, **components}).validate(value)

    for operation in operations().values():
        if not operation.is_core:
            continue
        contents = [operation.definition["responses"]["2XX"]["content"]]
        contents += [operation.definition.get("requestBody", {}).get("content", {})]
        for media in (media for content in contents for media in content.values()):
            for example in media["examples"].values():
                if "$ref" in example:
                    example = components["components"]["examples"][example["$ref"].rpartition("/")[2]]
                examine(media["schema"], example["value"])
                examined += 1
    assert examined == 6


def test_nothing_undescribed_is_refused_and_nothing_open_is_required() -> None:
    schemas = document()["components"]["schemas"]
    assert not [name for name, schema in schemas.items() if "additionalProperties" in schema]
    assert schemas["Batch"]["required"] == [
        "id",
        "project_id",
        "source_directory_id",
        "config",
        "status",
    ]
    assert schemas["BatchPage"]["required"] == ["items"]
    assert schemas["BatchResult"]["required"] == ["source_directory_file_id"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/v2/batches", ("createBatch", {})),
        ("GET", "/api/v2/batches", ("listBatches", {})),
        ("GET", "/api/v2/batches/bat-1", ("getBatch", {"batch_id": "bat-1"})),
        ("GET", "/api/v2/batches/a%2Fb", ("getBatch", {"batch_id": "a/b"})),
        ("GET", "/api/v2/batches/a\n", ("getBatch", {"batch_id": "a\n"})),
        ("GET", "/api/v2/batches/", None),
        ("GET", "/api/v2/batches/a/b", None),
        ("GET", "/x/api/v2/batches", None),
        ("PUT", "/api/v2/batches", None),
        ("get", "/api/v2/batches", None),
        ("DELETE", "/api/v1/beta/directories/d", ("deleteDirectory", {"directory_id": "d"})),
        (
            "POST",
            "/api/v1/beta/directories/d/files/upload",
            ("uploadFile", {"directory_id": "d"}),
        ),
    ],
)
def test_a_request_belongs_to_its_operation(method: str, path: str, expected: Any) -> None:
    found = match(method, path)
    assert (found and (found[0].id, found[1])) == expected


def test_the_contract_has_its_three_operations() -> None:
    contract = {operation.id for operation in operations().values() if operation.is_core}
    assert contract == {"createBatch", "listBatches", "getBatch"}
    assert all(operations()[id_].success_schema for id_ in contract)


def test_elements_are_named_once_and_as_the_table_says() -> None:
    named = elements()
    assert len(named) == len(set(named))
    for name in (
        "getBatch",
        "getBatch?expand",
        "getBatch/batch_id",
        "getBatch:2XX",
        "listBatches?page_token",
        "createBatch?project_id",
        "Batch.status",
        "BatchStatus=PENDING",
        "JobType=extract_v2",
    ):
        assert name in named


def test_each_element_can_be_sent_or_shown() -> None:
    assert sendable() | showable() == set(elements(*profiles.load()))
    only_sent = {"getBatch?expand", "getBatch/batch_id", "Expandable=results", "BatchCreate.config"}
    only_shown = {"getBatch:4XX", "Batch.id", "BatchPage.items", "JobReference.id"}
    both = {"getBatch", "BatchStatus=PENDING", "JobType=parse_v2", "BatchJob.type", "BatchConfig.job"}
    assert only_sent <= sendable() - showable()
    assert only_shown <= showable() - sendable()
    assert both <= sendable() & showable()
