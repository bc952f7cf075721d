"""What all tests of the project share."""

import os
from collections.abc import Iterator

import pytest

from fixtures.state import STATE_DIR


@pytest.fixture(scope="session", autouse=True)
def state_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the runs of the tests out of the user's own state directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_DIR, os.fspath(tmp_path_factory.mktemp("state")))
        yield
