"""The pytest plugin, in the project of a user who has installed the package."""

import os
import subprocess
from pathlib import Path

from tests.quick_python.starting import REAL

TIME_LIMIT = 60
USES_NOTHING = """
import sys

def test_nothing_is_imported_that_nobody_uses():
    ours = {name for name in sys.modules if name.startswith("batches_conformance")}
    assert ours == {"batches_conformance", "batches_conformance.pytest_plugin"}
    assert not {"fastapi", "uvicorn", "starlette", "click", "httpx", "pydantic"} & set(sys.modules)
"""
ON_TWO_WORKERS = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(4))
def test_each_worker_has_its_own(batches_mock, number):
    pathlib.Path(f"{os.environ['PYTEST_XDIST_WORKER']}-{number}.url").write_text(batches_mock.base_url)
    assert os.environ["LLAMA_CLOUD_BASE_URL"] == batches_mock.base_url
"""
ENVIRONMENT = """
import os

def test_with(batches_mock):
    assert os.environ["LLAMA_CLOUD_API_KEY"] == batches_mock.api_key

def test_without():
    assert os.environ["LLAMA_CLOUD_API_KEY"] == "of the user"
    assert "LLAMA_CLOUD_BASE_URL" not in os.environ
"""
FAILS = """
from fixtures import OF_THE_USER

def test_that_fails(batches_mock):
    assert batches_mock is None
"""
SETTINGS = """
import pytest

@pytest.fixture(scope="session")
def batches_mock_settings():
    return {"clock": "virtual"}
"""


def pytest_in(folder: Path, *words: str, **files: str) -> "subprocess.CompletedProcess[str]":
    """Let a user's pytest run on these files, without a word about the plugin."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(folder / "site")])
    return subprocess.run(
        [REAL, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "LLAMA_CLOUD_API_KEY": "of the user"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )


def test_it_costs_nothing_where_nobody_uses_it(stranger: Path) -> None:
    ended = pytest_in(stranger, test_it=USES_NOTHING)
    assert ended.returncode == 0, ended.stdout


def test_each_worker_has_its_own_mock(stranger: Path) -> None:
    ended = pytest_in(stranger, "-n", "2", "--dist", "each", test_it=ON_TWO_WORKERS)
    assert ended.returncode == 0, ended.stdout
    urls = {path.name[:3]: path.read_text() for path in stranger.glob("*.url")}
    assert len(set(urls.values())) == 2


def test_the_variables_of_the_user_come_back(stranger: Path) -> None:
    ended = pytest_in(stranger, "-p", "no:randomly", test_it=ENVIRONMENT)
    assert ended.returncode == 0, ended.stdout


def test_no_key_is_printed(stranger: Path) -> None:
    ended = pytest_in(stranger, "--showlocals", "--full-trace", test_it=FAILS)
    assert ended.returncode == 1
    assert "Mock(base_url=" in ended.stdout
    assert "llx" not in ended.stdout + ended.stderr


def test_what_is_set_wrongly_is_a_sentence(stranger: Path) -> None:
    wrong = SETTINGS.replace('"virtual"', '"sundial"')
    ended = pytest_in(stranger, "--tb=line", test_it=FAILS, conftest=wrong)
    assert ended.returncode == 1
    assert "MockFailed: Invalid value for '--clock'" in ended.stdout
