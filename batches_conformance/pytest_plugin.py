"""The pytest plugin for tests of programs on the Batches API: the fixture `batches_mock`.

pytest loads it wherever the package is installed, so it imports nothing until a test asks for the mock.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from batches_conformance.mock import Mock


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "batches_mock(faults=[], variations=[]): how the mock of the fixture `batches_mock` behaves in this test.",
    )


@pytest.fixture(scope="session")
def batches_mock_settings() -> dict[str, Any]:
    """Return the arguments of `running_mock` for the session's mock: override it in your own `conftest.py`."""
    return {}


@pytest.fixture(scope="session")
def batches_mock_session(batches_mock_settings: dict[str, Any]) -> "Iterator[Mock]":
    """Run the mock of the session, or of one worker of xdist; nothing resets it."""
    from batches_conformance.mock import running_mock

    with running_mock(**batches_mock_settings) as mock:
        yield mock


@pytest.fixture
def batches_mock(
    request: pytest.FixtureRequest, batches_mock_session: "Mock", monkeypatch: pytest.MonkeyPatch
) -> "Mock":
    """Return the session's mock, reset, as the markers want it, and in the variables that the clients read."""
    for name, value in batches_mock_session.environment.items():
        monkeypatch.setenv(name, value)
    return batches_mock_session
