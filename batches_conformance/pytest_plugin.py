"""The pytest plugin for tests of programs on the Batches API: the fixture `batches_mock`.

pytest loads it wherever the package is installed, so it imports nothing until a test asks for the mock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from batches_conformance.mock import Mock

MARKER: Final = "batches_mock"
KINDS: Final = frozenset({"faults", "situations", "variations"})


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", f"{MARKER}(faults=[], situations=[], variations=[]): how the mock of `batches_mock` behaves here."
    )


@pytest.fixture(scope="session")
def batches_mock_settings() -> dict[str, Any]:
    """Return the arguments of `running_mock` for the session's mock: override it in your own `conftest.py`."""
    return {}


@pytest.fixture(scope="session")
def batches_mock_session(batches_mock_settings: dict[str, Any]) -> "Iterator[Mock]":
    """Run the mock of the session, or of one worker of xdist; nothing resets it."""
    from batches_conformance.mock import running_mock

    with _in_one_sentence(), running_mock(**batches_mock_settings) as mock:
        yield mock


@pytest.fixture
def batches_mock(
    request: pytest.FixtureRequest, batches_mock_session: "Mock", monkeypatch: pytest.MonkeyPatch
) -> "Mock":
    """Return the session's mock, reset, as the markers want it, and in the variables that the clients read."""
    with _in_one_sentence():
        batches_mock_session.reset()
        if wanted := _wanted(request.node):
            batches_mock_session.use(**wanted)
    for name, value in batches_mock_session.environment.items():
        monkeypatch.setenv(name, value)
    return batches_mock_session


def _wanted(item: pytest.Item) -> dict[str, list[str]]:
    """Return the names of each kind that the markers of a module, a class and a test have, those of the test last."""
    wanted: dict[str, list[str]] = {}
    for marker in reversed([*item.iter_markers(MARKER)]):
        is_list = [isinstance(names, list | tuple) for names in marker.kwargs.values()]
        if marker.args or not KINDS.issuperset(marker.kwargs) or not all(is_list):
            pytest.fail(f"The marker {MARKER} takes {', '.join(sorted(KINDS))}, each a list of names.", pytrace=False)
        for kind, names in marker.kwargs.items():
            wanted.setdefault(kind, []).extend(names)
    return wanted


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """Let a test fail by what the mock says, without a traceback."""
    from batches_conformance.mock import MockFailed

    try:
        yield
    except MockFailed as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
