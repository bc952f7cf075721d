"""The pytest plugins of a run."""

from typing import Final

PLUGINS: Final = (
    "fixtures.secrecy",
    "fixtures.session",
    "suites.selection",
    "suites.recordings.option",
    "reports.plugin",
)
"""What the root `conftest.py` loads. The command names them too, so that pytest knows their options from the start."""
