"""Profiles: additions to the core that leave it as it is, and that nobody is asked for unasked."""

import subprocess
import sys
from pathlib import Path

import pytest

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
