"""The contract as a generator reads it: with values that exist, so that requests also succeed."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from spec.openapi import document


@dataclass(frozen=True)
class RealValues:
    """Values that the target knows."""

    batch_ids: list[str]
    source_directory_ids: list[str]
    configuration_ids: list[str]
    project_id: str | None
    organization_id: str | None
    page_token: str | None


LARGEST_PAGE = 50


def with_real_values(values: RealValues) -> dict[str, Any]:
    """Return the contract, narrowed to values that exist; whatever else a generator sends is meant to be refused.

    A parameter for which the target gave no value is left out.
    """
    narrowed = deepcopy(document())
    fields = narrowed["components"]["schemas"]
    fields["BatchCreate"]["properties"]["source_directory_id"] = _one_of(values.source_directory_ids)
    fields["BatchJob"]["properties"]["configuration_id"] = _one_of(values.configuration_ids)
    by_name: dict[str, Any] = {
        "batch_id": _one_of(values.batch_ids),
        "source_directory_id": _one_of(values.source_directory_ids),
        "project_id": values.project_id and _one_of([values.project_id]),
        "organization_id": values.organization_id and _one_of([values.organization_id]),
        "page_token": values.page_token and _one_of([values.page_token]),
        "page_size": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    }
    shared = narrowed["components"]["parameters"]
    for operation in (operation for item in narrowed["paths"].values() for operation in item.values()):
        resolved = [
            shared[entry["$ref"].rpartition("/")[2]] if "$ref" in entry else entry for entry in operation["parameters"]
        ]
        operation["parameters"] = [
            _narrowed(parameter, by_name)
            for parameter in resolved
            if by_name.get(parameter["name"], parameter) is not None
        ]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content.pop("examples")
    return narrowed


def _one_of(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": values}


def _narrowed(parameter: dict[str, Any], by_name: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter with the schema for its name, without an example that no target knows."""
    without_example = {name: value for name, value in parameter.items() if name != "example"}
    return {**without_example, "schema": by_name.get(parameter["name"], parameter["schema"])}
