"""Tells a test that cannot be made without a network from one that fails."""

import re
from typing import Final

import pytest

from spec.text import end_of

UNREACHABLE: Final = re.compile(r"from versions: none|behind a proxy")
"""What pip and npm say where they reach no package registry."""
SHOWN: Final = 300


def skip_if_offline(output: str) -> None:
    """Skip a test whose installer says that it reached no package registry; whatever else it says is a failure."""
    if UNREACHABLE.search(output):
        pytest.skip(f"needs a package registry: {end_of(' '.join(output.split()), SHOWN)}")
