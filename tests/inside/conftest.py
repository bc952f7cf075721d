"""A mock, and who uses it: the newest official clients, and a stranger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batches_conformance.mock import Mock, running_mock
from tests.inside.programs import Language, language
from tests.inside.stranger import Stranger, stranger_in


@pytest.fixture(scope="session")
def started() -> Iterator[Mock]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def mock(started: Mock) -> Mock:
    started.reset()
    return started


@pytest.fixture(scope="module", params=["pypi", "npm"])
def newest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Language:
    """The newest client of each language."""
    return language(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return stranger_in(tmp_path)
