"""The description of what the mock offers beside the control protocol: valid, complete, and true of its answers."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from fixtures.mock.control import Control, control_operations
from fixtures.mock.host import Mock
from fixtures.mock.management import Management, management_operations
from fixtures.mock.service import ServiceSettings
from fixtures.mock.switching import Switching, switching_operations
from tests.mock.api import BATCHES, ROOT, Api, running

SEEDS = ROOT / "docs" / "examples"
DOCUMENT = "/control/openapi.json"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running("--clock", "virtual", "--seed", str(SEEDS / "mock-seed.yaml")) as api:
        yield api


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    described: dict[str, Any] = api.client.get(DOCUMENT).json()
    return described


def resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        value = found
    return value


def test_the_description_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_the_description_is_complete(document: dict[str, Any]) -> None:
    mock = Mock(ServiceSettings(control=True))
    served = [*management_operations(Management(mock)), *switching_operations(Switching(mock))]
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item if method != "parameters"
    }
    assert described == {(method, path) for method, path, _ in served if path != DOCUMENT}
    assert not described & {(method, path) for method, path, _ in control_operations(Control(mock))}


def test_each_example_is_answered_as_described(api: Api, document: dict[str, Any]) -> None:
    api.client.get(BATCHES, headers=api.headers, params={"page_size": 1})
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            address = path.format(kind="faults", name="total-is-text")
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            answer = api.client.request(method, address, json=content.get("example"))
            response = resolved(document, operation["responses"][str(answer.status_code)])
            assert answer.is_success, f"{method} {address}: {answer.text}"
            if "content" in response:
                schema = {**response["content"]["application/json"]["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(answer.json())
            else:
                assert answer.content == b""


@pytest.mark.parametrize("name", ["mock-seed.yaml", "invoices.yaml"])
def test_each_seed_of_the_examples_fits_its_schema_and_starts(name: str, document: dict[str, Any]) -> None:
    seed = yaml.load((SEEDS / name).read_text(encoding="utf-8"), yaml.BaseLoader)
    with running("--seed", str(SEEDS / name), "--clock", "virtual") as api:
        listed = [batch["id"] for batch in api.batches(page_size=100)["items"]]
        assert sorted(listed) == sorted(batch["id"] for batch in seed["batches"])
        state = api.client.get("/control/state").json()
    schema = {**document["components"]["schemas"]["State"], "components": document["components"]}
    Draft202012Validator(schema).validate(state)


def test_the_full_example_says_what_it_says(api: Api) -> None:
    api.client.post("/control/reset")
    statuses = {batch["id"]: batch["status"] for batch in api.batches(page_size=100)["items"]}
    assert statuses == {
        "bat-finished": "COMPLETED",
        "bat-extracted": "COMPLETED",
        "bat-failed": "FAILED",
        "bat-cancelled": "CANCELLED",
        "bat-throttled": "THROTTLED",
        "bat-running": "RUNNING",
        "bat-notifying": "PENDING",
    }
    may, june, empty = api.results("bat-finished")
    assert api.ok("GET", f"/api/v2/parse/{may['job_reference']['id']}")["job"]["status"] == "FAILED"
    assert june["error_message"] == "The file has no text."
    assert empty["job_reference"] is None
    assert api.results("bat-extracted")[0]["job_reference"] == {"type": "extract_v2", "id": "ejb-may"}
    names = [each["name"] for each in api.ok("GET", "/api/v1/beta/directories")["items"]]
    assert sorted(names) == ["invoices", "slow"]
    api.advance(600)
    assert api.get("bat-running")["status"] == "FAILED"
