"""The tooling keeps its promises: pinned and hashed locks without addresses, one task per line."""

import configparser
import json
import re
import runpy
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run
from spec.lint.__main__ import is_new_enough
from suites.clients import environments

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "run": (),
    "suite": ("tests", "lint"),
    "api-tests": ("api-tests",),
    "bench": ("bench",),
    "load": ("tests", "load"),
    "tox": ("tox",),
    "locking": ("locking",),
}
TASKS = {"conformance", "tests", "lint", "bench", "prove", "clients", "load", "lock", "published"}
ENTRY = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[0-9][0-9a-z.]*)"
    r"(?P<marker> ; .+?)?(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)"
)


def read_project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")


def lock_entries(name: str) -> list[str]:
    """Return the entries of a lock, one line each, without comments."""
    joined = re.sub(r" \\\n +", " ", read_lock(name))
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_of_a_lock_has_one_version_and_hashes(name: str) -> None:
    loose = [entry for entry in lock_entries(name) if not ENTRY.fullmatch(entry)]
    assert not loose, f"{name}.lock: without an exact version and hashes: {loose}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_download_from(name: str) -> None:
    text = read_lock(name)
    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"--(extra-)?index|--find-links", text)


@pytest.mark.parametrize("name", LOCKS)
def test_what_the_project_asks_for_is_in_its_lock_and_in_range(name: str) -> None:
    project = read_project()
    wanted = list(project["project"]["dependencies"]) if name in ("run", "suite", "load") else []
    for group in LOCKS[name]:
        wanted += project["dependency-groups"][group]
    locked = {
        canonicalize_name(match["name"]): match["version"]
        for match in map(ENTRY.fullmatch, lock_entries(name))
        if match
    }
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in {name}.lock"
        assert version in requirement.specifier, f"{requirement} is locked at {version}"


def test_every_dependency_group_goes_into_a_lock() -> None:
    locked = {group for groups in LOCKS.values() for group in groups}
    assert set(read_project()["dependency-groups"]) == locked


@pytest.mark.parametrize("folder", ["spec/lint", "tests/bench/prism"])
def test_an_npm_lock_has_hashes_and_no_addresses(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text(encoding="utf-8")
    packages = {path: entry for path, entry in json.loads(text)["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert "resolved" not in entry, path
        assert entry["integrity"].startswith("sha512-"), path


def test_what_is_installed_is_what_is_tested() -> None:
    assert set(lock_entries("run")) <= set(lock_entries("suite"))


def test_the_extra_has_every_version_of_its_lock() -> None:
    with patch.dict(
        sys.modules, {"hatchling.metadata.plugin.interface": SimpleNamespace(MetadataHookInterface=object)}
    ):
        namespace = runpy.run_path(str(ROOT / "requirements" / "locked_extra.py"))
    hook, metadata = namespace["LockedExtra"](), dict[str, Any]()
    hook.root = str(ROOT)
    hook.update(metadata)
    pinned = [str(Requirement(each)) for each in metadata["optional-dependencies"]["locked"]]
    locked = [ENTRY.fullmatch(entry) for entry in lock_entries("run")]
    assert pinned == [
        str(Requirement(f"{each['name']}=={each['version']}{each['marker'] or ''}")) for each in locked if each
    ]


def test_tox_has_every_promised_task_and_a_sentence_about_it() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    tasks = {name.removeprefix("testenv:"): parser[name] for name in parser.sections() if name.startswith("testenv:")}
    assert {name for name in tasks if "{" not in name} == TASKS
    assert all(task.get("description") for task in tasks.values())


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_is_refused_with_one_sentence(version: tuple[int, int]) -> None:
    reason = run.refusal(version)
    assert reason is not None
    assert f"Python {version[0]}.{version[1]}" in reason
    assert "3.11" in reason
    assert "\n" not in reason


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_supported_python_is_accepted(version: tuple[int, int]) -> None:
    assert run.refusal(version) is None


@pytest.mark.parametrize("step", [run.build, partial(environments._run, "a client")], ids=["run.py", "clients"])
def test_a_set_up_goes_nowhere_else_and_keeps_its_index(
    step: Callable[[list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages that are not where they are looked for would break every call from then on."""
    elsewhere = ("PIP_DRY_RUN", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER")
    for name in (*elsewhere, "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "1")
    looks = "import os, sys; sys.exit([name for name in sys.argv[1:] if name in os.environ] != ['PIP_INDEX_URL'])"
    step([sys.executable, "-c", looks, *elsewhere, "PIP_INDEX_URL"])


def test_a_checkout_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "ENVIRONMENT", run.ROOT / ".venv-suite" / "nowhere" / tmp_path.name)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert run.main(["run"]) == run.NOT_STARTED
    refused = capsys.readouterr().err
    assert "cannot be written" in refused
    assert refused.count("\n") == 1


def test_a_set_up_that_cannot_be_made_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash() -> None:
        raise OSError("no room")

    monkeypatch.setattr(run, "ensure_environment", crash)
    assert run.main(["tests"]) == run.NOT_STARTED
    assert capsys.readouterr().err == "no room\n"


def test_a_virtual_environment_counts_only_when_it_was_completed(tmp_path: Path) -> None:
    python = run.interpreter(tmp_path)
    python.parent.mkdir()
    python.touch()
    assert not run.is_made(tmp_path, "state")
    (tmp_path / ".complete").write_text("state")
    assert run.is_made(tmp_path, "state")
    assert not run.is_made(tmp_path, "other state")
    python.unlink()
    assert not run.is_made(tmp_path, "state")


def test_a_changed_lock_calls_for_a_new_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "some.lock"
    monkeypatch.setattr(run, "LOCK", lock)
    lock.write_text("a==1")
    before = run.state()
    assert run.state() == before
    lock.write_text("a==2")
    assert run.state() != before


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v20.19.0\n", True), ("v22.1.0\n", True), ("v20.18.9\n", False), ("v9.0.0\n", False)],
)
def test_the_age_of_node_is_read_from_its_version(version: str, expected: bool) -> None:
    assert is_new_enough(version) is expected


def test_the_version_is_the_newest_of_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?([0-9][^\s\]]*)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == read_project()["project"]["version"]
