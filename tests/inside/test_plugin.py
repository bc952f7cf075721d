"""The pytest plugin, in the project of a user who has installed the package."""

import re
import subprocess

import pytest

from tests.inside.stranger import Stranger, stranger_in

PROJECT = {
    "test_1_nobody_uses_it.py": """
import sys

def test_nothing_is_imported():
    ours = {name for name in sys.modules if name.startswith("batches_conformance")}
    assert ours == {"batches_conformance", "batches_conformance.pytest_plugin"}
    assert not {"fastapi", "uvicorn", "starlette", "click", "httpx", "pydantic"} & set(sys.modules)
""",
    "test_2_variables.py": """
import os

def test_with_the_mock(batches_mock):
    assert os.environ["LLAMA_CLOUD_API_KEY"] == batches_mock.api_key
    assert os.environ["LLAMA_CLOUD_BASE_URL"] == batches_mock.base_url

def test_without_it():
    assert os.environ["LLAMA_CLOUD_API_KEY"] == "of the user"
    assert "LLAMA_CLOUD_BASE_URL" not in os.environ
""",
    "test_3_markers.py": """
import pytest

pytestmark = pytest.mark.batches_mock(variations=["results-in-reverse-order"])

def variants(mock):
    return {name for names in mock.control("GET", "variants").values() for name in names}

@pytest.mark.batches_mock(faults=["results-always-shown"])
def test_markers_add_up(batches_mock):
    assert variants(batches_mock) == {"results-in-reverse-order", "results-always-shown"}

def test_a_test_has_its_own(batches_mock):
    assert variants(batches_mock) == {"results-in-reverse-order"}

@pytest.mark.batches_mock(faults=["results-always-show"])
def test_of_an_unknown_fault(batches_mock):
    pass

@pytest.mark.batches_mock(faults="results-always-shown")
def test_of_no_list(batches_mock):
    pass

@pytest.mark.batches_mock(pace=1)
def test_of_another_word(batches_mock):
    pass
""",
    "test_4_reset.py": """
def next_batches(mock):
    return len(mock.control("GET", "state")["next"])

def test_first(batches_mock):
    batches_mock.script(end="FAILED", batches=2)
    assert next_batches(batches_mock) == 2

def test_second(batches_mock):
    assert next_batches(batches_mock) == 0
    batches_mock.script(end="FAILED")

def test_third(batches_mock_session):
    assert next_batches(batches_mock_session) == 1
""",
    "test_5_names.py": """
from fixtures import OF_THE_USER

def test_that_fails(batches_mock):
    assert not OF_THE_USER
""",
}
TAKES_LISTS = "Failed: The marker batches_mock takes faults, situations, variations, each a list of names."
ON_TWO_WORKERS = """
import os, pathlib

def test_with_the_mock(batches_mock):
    pathlib.Path(os.environ["PYTEST_XDIST_WORKER"] + ".url").write_text(batches_mock.base_url)
"""
WRONG_SETTINGS = """
import pytest

@pytest.fixture(scope="session")
def batches_mock_settings():
    return {"clock": "sundial"}
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """The project's tests, after their end."""
    project = stranger_in(tmp_path_factory.mktemp("project"))
    return project.pytest("-W", "error", "-rA", "--showlocals", "--full-trace", "--strict-markers", files=PROJECT)


@pytest.mark.parametrize(
    "test",
    [
        "PASSED test_1_nobody_uses_it.py::test_nothing_is_imported",
        "PASSED test_2_variables.py::test_with_the_mock",
        "PASSED test_2_variables.py::test_without_it",
        "PASSED test_3_markers.py::test_markers_add_up",
        "PASSED test_3_markers.py::test_a_test_has_its_own",
        "ERROR test_3_markers.py::test_of_an_unknown_fault - Failed: faults: There is no fault "
        "'results-always-show'; did you mean results-always-shown?",
        f"ERROR test_3_markers.py::test_of_no_list - {TAKES_LISTS}",
        f"ERROR test_3_markers.py::test_of_another_word - {TAKES_LISTS}",
        "PASSED test_4_reset.py::test_first",
        "PASSED test_4_reset.py::test_second",
        "PASSED test_4_reset.py::test_third",
        "FAILED test_5_names.py::test_that_fails - assert not True",
    ],
)
def test_each_test_of_the_project_ends_as_it_should(test: str, ended: "subprocess.CompletedProcess[str]") -> None:
    assert test in ended.stdout.splitlines(), ended.stdout


def test_no_key_is_printed(ended: "subprocess.CompletedProcess[str]") -> None:
    assert re.search(r"batches_mock += Mock\(base_url=", ended.stdout)
    assert "llx" not in ended.stdout + ended.stderr


def test_each_worker_has_its_own_mock(stranger: Stranger) -> None:
    ended = stranger.pytest("-n", "2", "--dist", "each", files={"test_it.py": ON_TWO_WORKERS})
    assert ended.returncode == 0, ended.stdout
    assert len({path.read_text() for path in stranger.folder.glob("gw*.url")}) == 2


def test_what_is_set_wrongly_is_a_sentence(stranger: Stranger) -> None:
    ended = stranger.pytest(files={"test_it.py": ON_TWO_WORKERS, "conftest.py": WRONG_SETTINGS})
    assert ended.returncode == 1
    assert "ERROR test_it.py::test_with_the_mock - Failed: Invalid value for '--clock'" in ended.stdout
    assert "Traceback" not in ended.stdout
