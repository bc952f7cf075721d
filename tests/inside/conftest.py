"""A mock, and the newest official clients, for the tests of what other people use."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from batches_conformance.mock import Mock, running_mock
from tests.inside.programs import Language, language


@pytest.fixture(scope="session")
def mock() -> Iterator[Mock]:
    with running_mock() as mock:
        yield mock


@pytest.fixture(scope="module", params=["pypi", "npm"])
def newest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Language:
    """The newest client of each language."""
    return language(request.param, tmp_path_factory.mktemp(request.param))


ROOT = Path(__file__).parents[2]
GENERAL = ("fixtures", "spec", "tests")
"""Names of ours that a user's packages may have as well."""


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A folder of a user with packages of such names, and in `site` the package as an installer leaves it."""
    for name in GENERAL:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("OF_THE_USER = True\n", encoding="utf-8")
    installed = tmp_path / "site" / "batches_conformance-0.0.0.dist-info"
    installed.mkdir(parents=True)
    (tmp_path / "site" / "batches_conformance").symlink_to(ROOT / "batches_conformance")
    (installed / "METADATA").write_text("Name: batches-conformance\nVersion: 0.0.0\n", encoding="utf-8")
    (installed / "RECORD").write_text("batches_conformance/__init__.py,,\n", encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [f"{name} = {place}" for name, place in project["entry-points"]["pytest11"].items()]
    (installed / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]), encoding="utf-8")
    return tmp_path
