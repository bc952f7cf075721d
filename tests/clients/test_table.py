"""The table of clients and their locks."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from spec import generations
from suites.clients import lock, table
from suites.clients.environments import NoRuntime, prepare
from suites.clients.models import explanations, stale
from suites.clients.table import LOCKS, Release, load
from tests.test_packaging import ENTRY

FROM_PYPI = [client for client in load() if client.registry == "pypi"]
FROM_NPM = [client for client in load() if client.registry == "npm"]


def entries(client: Release) -> list[str]:
    joined = re.sub(r" \\\n +", " ", client.lock.read_text(encoding="utf-8"))
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_each_client_has_a_lock_and_each_lock_a_client() -> None:
    assert set(LOCKS.iterdir()) == {client.lock for client in load()}


def test_every_generation_has_a_client_of_both_registries() -> None:
    known = set(generations.load())
    assert {client.generation for client in FROM_PYPI} == {client.generation for client in FROM_NPM} == known


def test_a_version_is_within_its_generation() -> None:
    for client in load():
        clients = generations.load()[client.generation].clients
        first, last = (tuple(map(int, each.split("."))) for each in clients)
        major, minor, *_ = map(int, client.version.split("."))
        assert first <= (major, minor) <= last, client.name


@pytest.mark.parametrize("client", FROM_PYPI, ids=str)
def test_a_lock_for_python_has_this_version_and_hashes(client: Release) -> None:
    found = entries(client)
    assert all(ENTRY.fullmatch(entry) for entry in found)
    assert any(entry.startswith(f"{client.package}=={client.version} ") for entry in found)
    assert "://" not in client.lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("client", FROM_NPM, ids=str)
def test_a_lock_for_node_has_this_version_and_hashes(client: Release) -> None:
    packages = json.loads(client.lock.read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == {client.package: client.version}
    assert packages[f"node_modules/{client.package}"]["version"] == client.version
    for entry in packages.values():
        assert "resolved" not in entry
        assert entry["integrity"].startswith("sha512-")


def test_a_client_stands_in_the_table_once(tmp_path: Path) -> None:
    line = '{ registry = "pypi", version = "1", generation = "1-1" },\n'
    (tmp_path / "twice.toml").write_text(f"clients = [\n{line}{line}]")
    with pytest.raises(ValueError, match=r"pypi-1 twice"):
        load(tmp_path / "twice.toml")


def test_locking_makes_what_is_missing_and_deletes_what_nobody_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known, new = Release("pypi", "1", "1-1"), Release("pypi", "2", "1-2")
    monkeypatch.setattr(table, "LOCKS", tmp_path)
    monkeypatch.setattr(lock, "LOCKS", tmp_path)
    monkeypatch.setattr(lock, "load", lambda: [known, new])
    monkeypatch.setattr(lock, "lock_python", lambda client: f"{client.package}=={client.version}")
    known.lock.write_text("as it was")
    (tmp_path / "pypi-0.lock").write_text("of a client that has left")
    assert lock.main() == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "pypi-1.lock": "as it was",
        "pypi-2.lock": "llama-cloud==2",
    }
    assert capsys.readouterr().out == "Locked pypi-2.\n"


def test_locking_fails_when_a_registry_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(_: Release) -> str:
        raise subprocess.CalledProcessError(1, "uv", stderr="no route")

    monkeypatch.setattr(table, "LOCKS", tmp_path)
    monkeypatch.setattr(lock, "LOCKS", tmp_path)
    monkeypatch.setattr(lock, "load", lambda: [Release("pypi", "1", "1-1")])
    monkeypatch.setattr(lock, "lock_python", unreachable)
    assert lock.main() == lock.NOT_LOCKED
    assert "pypi-1 was not locked: no route" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_explanation_is_of_generations_in_the_table() -> None:
    assert not stale(explanations(), load())
    assert stale(explanations(), FROM_PYPI[:1])


def test_a_client_of_npm_needs_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suites.clients.environments.find_node", lambda: None)
    with pytest.raises(NoRuntime, match="needs Node"):
        prepare(FROM_NPM[0], tmp_path)


def test_the_table_is_one_line_for_each_client() -> None:
    lines = [line for line in table.FILE.read_text(encoding="utf-8").splitlines() if line.strip().startswith("{")]
    assert [Release(**tomllib.loads(f"a = {line.strip().rstrip(',')}")["a"]) for line in lines] == load()
