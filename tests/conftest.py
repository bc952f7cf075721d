"""What holds for all of the project's own tests, and never for a conformance run."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """A warning is an error, so that what a newer Python or library warns of is mended before users see it."""
    config.addinivalue_line("filterwarnings", "error")
