"""What the Python of the tests starts does as any other Python does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.quick_python.starting import REAL, is_quick

PYTHONS = {"quick": sys.executable, "real": REAL}
PLUGIN = "beside_the_caller"
NOTHING_COLLECTED = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("variables", "is_found"), [({}, True), ({"PYTHONSAFEPATH": "1"}, False)], ids=["plain", "safe path"]
)
def test_the_folder_of_the_caller_has_modules_unless_the_path_is_safe(
    variables: dict[str, str], is_found: bool, python: str, tmp_path: Path
) -> None:
    assert is_quick()
    (tmp_path / f"{PLUGIN}.py").touch()
    ended = subprocess.run(
        [PYTHONS[python], "-m", "pytest", "-p", PLUGIN, "-q"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode == NOTHING_COLLECTED) is is_found, ended.stderr
    assert (f"No module named '{PLUGIN}'" in ended.stderr) is not is_found


@pytest.mark.parametrize("python", PYTHONS)
def test_modules_of_another_project_are_those_of_its_folder(python: str, tmp_path: Path) -> None:
    """As those of the mock are in an installed package, which lie apart from the command."""
    mock = tmp_path / "fixtures" / "mock"
    mock.mkdir(parents=True)
    (mock / "__init__.py").touch()
    (mock / "__main__.py").write_text("from fixtures.mock import __file__; print(__file__)", encoding="utf-8")
    words = [PYTHONS[python], "-m", "fixtures.mock"]
    printed = subprocess.check_output(words, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, text=True)
    assert Path(printed.strip()) == mock / "__init__.py"
