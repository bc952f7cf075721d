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
OF_OTHERS: Final = ("xdist", "hypothesispytest")
"""Those of other packages, which the command names, as a variable may keep pytest from finding them."""
NEEDED: Final = (*OF_OTHERS, "python", "skipping")
"""Plugins that are not the suite's own, and without which there is no run."""
