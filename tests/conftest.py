"""What holds for all of the project's own tests, and never for a conformance run."""

import os
from collections.abc import Iterator

import pytest

from fixtures.state import STATE_DIR
from reports.narrowing import addresses_suites


def pytest_configure(config: pytest.Config) -> None:
    """A warning is an error, so that what a newer Python or library warns of is mended before users see it.

    pytest reads this file in every session that is started in the root directory, a conformance run among them.
    """
    if not addresses_suites(config):
        config.addinivalue_line("filterwarnings", "error")


@pytest.fixture(scope="session", autouse=True)
def state_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the runs of the tests out of the user's own state directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_DIR, os.fspath(tmp_path_factory.mktemp("state")))
        yield
