"""Hooks by which other plugins describe the run to the reporting plugin."""

from typing import Any

import pytest

ERRORS: pytest.StashKey[list[str]] = pytest.StashKey()
"""Key of `config.stash` for errors of the run that no single test owns, one sentence each.

Append before calling `pytest.exit(…, returncode=6)`, or at any time up to the end of the session,
in the process that a person started (not in a worker of xdist):
`config.stash.setdefault(ERRORS, []).append("The target at … did not answer.")`
"""


@pytest.hookspec(firstresult=True)
def pytest_conformance_target(config: pytest.Config) -> dict[str, Any] | None:
    """Describe the target without its keys, called once: before the first test, or at the end.

    The keys are `base_url`, `kind` (`mock` or `url`), `capabilities` (a list of names) and
    `settings` (any JSON values by name).
    """


@pytest.hookspec(firstresult=True)
def pytest_conformance_hide(text: str) -> str | None:
    """Return a text without the secrets of the run, before it is written into a report file."""


@pytest.hookspec(firstresult=True)
def pytest_conformance_run(config: pytest.Config) -> dict[str, Any] | None:
    """Return the `id` of the run, its `seed` and its `profiles`, called once: before the first test, or at the end."""
