"""The generations: each a whole document, and what became of the clients from one to the next."""

import itertools
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from spec import generations, openapi, profiles, requirements
from spec.diff.document import Document
from spec.diff.model import Change, merged
from spec.diff.operations import Comparison
from spec.diff.rendering import as_text
from spec.diff.verdict import compared, named_contract
from spec.patch import patched

NAMES = list(generations.load())

WITHOUT_A_TIME = """\
2.8 -> 2.10: 2 changes, breaking callers.

breaks callers
  createDirectory:body.expires_at removed
    request-field-removed: A request that has it means something else, or is refused.

breaks nobody
  createDirectory:body changed: limits from if {"properties": {"type": {"const": "ephemeral"}}, "required": ["type"]}, \
then {"required": ["expires_at"]} to none
    request-widened: All that an old client sends is still accepted."""

BY_A_CONNECTOR = {
    ("Directory.connector_subscription_id", "added"),
    ("createDirectory:body.connector_subscription_id", "added"),
}

LIKE_PROFILES: dict[str, Any] = {
    "paths": {
        "/api/v2/batches/{batch_id}/cancel": {
            "post": {"operationId": "cancelBatch", "responses": {"2XX": {"description": "Under way."}}}
        }
    },
    "components": {
        "schemas": {"BatchCreate": {"properties": {"webhook_configuration_ids": {"type": ["array", "null"]}}}}
    },
}
"""A stand-in for what the profiles add, so that this test does not move with them."""


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    return merged(Comparison(Document("old", old), Document("new", new)).findings())


def test_the_generations_are_those_of_the_clients() -> None:
    """They follow each other without a gap, the oldest first, each by the name of its first client."""
    clients = [generation.clients for generation in generations.load().values()]
    assert [first for first, _ in clients] == NAMES
    numbers = [[int(version.partition(".")[2]) for version in pair] for pair in clients]
    assert all(later[0] == earlier[1] + 1 for earlier, later in itertools.pairwise(numbers))


@pytest.mark.parametrize("name", NAMES)
def test_a_generation_is_a_whole_and_valid_document(name: str) -> None:
    whole = generations.contract(name)
    assert list(OpenAPIV31SpecValidator(whole).iter_errors()) == []
    ids = {definition["operationId"] for item in whole["paths"].values() for definition in item.values()}
    parts = {openapi.CORE_PART, openapi.SETUP_PART, *generations.load()[name].profiles}
    assert ids == {id_ for id_, operation in openapi.operations().items() if operation.part in parts}


def test_what_contract_and_set_up_share_is_the_same_in_both() -> None:
    """So that it does not matter whose component of a name is taken."""
    setup, core = openapi.document(openapi.SETUP), openapi.document()
    for kind in setup["components"].keys() & core["components"].keys():
        for name in setup["components"][kind].keys() & core["components"][kind].keys():
            both = [dict(part["components"][kind][name]) for part in (setup, core)]
            for component in both:
                component.pop("description", None)
            assert both[0] == both[1], name


@pytest.mark.parametrize("name", NAMES)
def test_the_batches_of_a_generation_are_the_core_with_its_profiles(name: str) -> None:
    generation = generations.load()[name]
    assert set(generation.profiles) <= set(profiles.load())
    promised = openapi.contract(*generation.profiles)
    whole = generations.contract(name)
    assert {path: whole["paths"][path] for path in promised["paths"]} == promised["paths"]
    assert all(of.items() <= whole["components"][kind].items() for kind, of in promised["components"].items())
    assert generations.requirements_of(name) == requirements.of(generation.profiles)


def test_the_document_of_the_set_up_is_left_as_it_is() -> None:
    before = openapi.document(openapi.SETUP)["paths"]["/api/v1/beta/directories"]["post"]
    for name in NAMES:
        generations.contract(name)
    body = before["requestBody"]["content"]["application/json"]["schema"]
    assert "expires_at" in body["properties"]
    assert "if" not in body


def test_from_the_guide_to_the_reference_a_directory_lost_its_time() -> None:
    verdict = compared(named_contract("2.8"), named_contract("2.10"))
    assert "\n".join(as_text(verdict)) == WITHOUT_A_TIME
    assert verdict.breaks == ("callers",)


def test_and_back_it_is_asked_for() -> None:
    verdict = compared(named_contract("2.10"), named_contract("2.8"))
    assert {(change.where, change.what, change.breaks) for change in verdict.changes} == {
        ("createDirectory:body.expires_at", "added", ()),
        ("createDirectory:body", "changed", ("callers",)),
    }


@pytest.mark.parametrize("old", ["2.8", "2.10"])
def test_what_follows_the_reference_only_adds(old: str) -> None:
    """Whatever the profiles say: an old client neither sends nor reads anything that 2.14 brought."""
    between = {(change.where, change.what) for change in compared(named_contract(old), named_contract("2.10")).changes}
    verdict = compared(named_contract(old), named_contract("2.14"))
    found = {(change.where, change.what) for change in verdict.changes}
    assert found >= BY_A_CONNECTOR | between
    assert {what for _, what in found - between} == {"added"}
    assert verdict.breaks == (("callers",) if old == "2.8" else ())
    assert {change.what for change in verdict.requirements} <= {"added"}


def test_what_a_profile_adds_is_shown_and_breaks_nobody() -> None:
    old = generations.contract("2.10")
    found = [(change.where, change.what, change.breaks) for change in changes(old, patched(old, LIKE_PROFILES))]
    assert found == [("BatchCreate.webhook_configuration_ids", "added", ()), ("cancelBatch", "added", ())]
    back = [(change.where, change.what, change.breaks) for change in changes(patched(old, LIKE_PROFILES), old)]
    assert back == [
        ("BatchCreate.webhook_configuration_ids", "removed", ("callers",)),
        ("cancelBatch", "removed", ("callers",)),
    ]
