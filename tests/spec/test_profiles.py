"""Profiles: additions to the core that leave it as it is, and that nobody is asked for unasked."""

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from spec import profiles, requirements
from spec.elements import elements
from spec.openapi import CONTRACT, contract, document, operations
from spec.patch import patched

ROOT = Path(__file__).parents[2]
NAMES = sorted(profiles.load())

each = pytest.mark.parametrize("name", NAMES)


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    ],
)
def test_a_patch_merges_replaces_and_removes(before: object, patch: object, after: object) -> None:
    kept = repr(before)
    assert patched(before, patch) == after
    assert repr(before) == kept


@each
def test_a_profile_has_a_version_and_a_sentence(name: str) -> None:
    profile = profiles.load()[name]
    assert [int(part) >= 0 for part in profile.version.split(".")] == [True] * 3
    assert profile.summary.endswith(".")


@each
def test_a_profile_only_adds(name: str) -> None:
    assert set(elements()) <= set(elements(name))
    core, whole = document(CONTRACT), contract(name)
    assert all(whole["paths"][path].keys() >= item.keys() for path, item in core["paths"].items())
    for schema, definition in core["components"]["schemas"].items():
        assert set(whole["components"]["schemas"][schema].get("required", ())) == set(definition.get("required", ()))


@each
def test_a_profile_makes_a_valid_document(name: str) -> None:
    assert list(OpenAPIV31SpecValidator(contract(name)).iter_errors()) == []


@each
def test_its_examples_keep_their_own_schemas(name: str) -> None:
    whole = {"components": contract(name)["components"]}
    for operation in operations().values():
        if operation.part != name or operation.success_schema is None:
            continue
        for example in operation.definition["responses"]["2XX"]["content"]["application/json"]["examples"].values():
            shown = whole["components"]["examples"][example["$ref"].rpartition("/")[2]]
            jsonschema.Draft202012Validator({**operation.success_schema, **whole}).validate(shown["value"])


def test_the_core_is_what_is_checked_unless_more_is_asked_for() -> None:
    core = requirements.of(())
    assert {requirement.profile for requirement in core.values()} == {None}
    assert {requirement.profile for requirement in requirements.of(NAMES).values()} <= {None, *NAMES}
    assert requirements.of(NAMES) == requirements.load()


def test_an_operation_belongs_to_one_part() -> None:
    for operation in operations().values():
        assert operation.is_core + operation.is_setup + (operation.part in NAMES) == 1


def collected(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-pno:cacheprovider", "-n0", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_profile_that_does_not_exist_is_wrong_usage() -> None:
    ended = collected("--profile=nonsense")
    assert ended.returncode == 4
    assert "nonsense" in ended.stderr


def test_the_tests_of_a_profile_are_collected_where_it_is_asked_for() -> None:
    assert "suites/profiles/" not in collected().stdout
    assert "suites/profiles/cancel/" in collected("--profile=cancel").stdout


def test_a_requirement_of_a_profile_that_was_not_asked_for_is_wrong_usage() -> None:
    ended = collected("--requirement=cancel-ends-in-cancelled")
    assert ended.returncode == 4
    assert "--profile=cancel" in ended.stderr
