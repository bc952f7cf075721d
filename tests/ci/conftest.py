"""The machine and the service of the examples."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress, running_mock
from tests.ci.machine import ROOT, Machine, make_machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of the test's own."""
    return make_machine(tmp_path)


@pytest.fixture(scope="session")
def service() -> Iterator[MockAddress]:
    """A service that is reached by its URL, and takes a key."""
    with running_mock("--pace", "0.05") as address:
        yield address


@pytest.fixture
def suite_by_git(machine: Machine) -> dict[str, str]:
    """The variables that say where git finds the suite, for examples that clone it into the workspace."""
    (machine.workspace / "conformance").unlink()
    origin = machine.folder / "origin"
    origin.mkdir()
    (origin / "run.py").symlink_to(ROOT / "run.py")
    for words in (["init", "--quiet"], ["add", "run.py"], ["commit", "--quiet", "--message=All"]):
        assert machine.run(["git", "-C", str(origin), "-c", "user.name=x", "-c", "user.email=x", *words]).code == 0
    head = machine.run(["git", "-C", str(origin), "rev-parse", "HEAD"])
    return {"CONFORMANCE_SUITE": str(origin), "CONFORMANCE_REF": head.output.strip()}
