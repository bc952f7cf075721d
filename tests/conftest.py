"""What holds for all of the project's own tests, and never for a conformance run."""

import pytest

from reports.narrowing import addresses_suites


def pytest_configure(config: pytest.Config) -> None:
    """A warning is an error, so that what a newer Python or library warns of is mended before users see it.

    pytest reads this file in every session that is started in the root directory, a conformance run among them.
    """
    if not addresses_suites(config):
        config.addinivalue_line("filterwarnings", "error")
