"""What beyond the core a run was asked to check."""

import pytest


def chosen_profiles(config: pytest.Config) -> list[str]:
    """Return the profiles that the run is to check beside the core, each once."""
    return sorted(set(config.getoption("--profile")))
