"""The machine and the service of the examples."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress, running_mock
from tests.ci.machine import Machine, make_machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of the test's own."""
    return make_machine(tmp_path)


@pytest.fixture(scope="session")
def service() -> Iterator[MockAddress]:
    """A service that is reached by its URL, and takes a key."""
    with running_mock("--pace", "0.05") as address:
        yield address
