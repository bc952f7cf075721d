"""Generated sequences: operations in any order, against a small model."""

import hypothesis
import pytest
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from fixtures.directories import Directories
from fixtures.target import Target
from suites.lifecycle.model import Halted, Life
from suites.steps import Steps
from suites.verify import RequirementViolated, Verify
from suites.walks import Walks

SEQUENCES_BY_THE_WALL = 3
"""Sequences where time has to be waited for."""
SLOWER_SEQUENCES = 2
"""A sequence takes many requests; the profile's number of examples is divided by this."""


@pytest.mark.requirement(
    "list-filters-by-directory",
    "list-filters-combine",
    "terminal-status-is-final",
    "results-cover-every-file",
    "results-are-stable",
)
def test_any_order_of_operations_keeps_the_promises(
    steps: Steps, walks: Walks, directories: Directories, target: Target, verify: Verify
) -> None:
    """Whatever is done in whatever order, every answer fits what was done."""
    profile = hypothesis.settings()
    sequences = max(1, profile.max_examples // SLOWER_SEQUENCES) if target.controls_clock else SEQUENCES_BY_THE_WALL

    class LifeOfTarget(Life):
        def __init__(self) -> None:
            super().__init__(steps, walks, directories)

    LifeOfTarget.errors = []
    try:
        run_state_machine_as_test(LifeOfTarget, settings=hypothesis.settings(profile, max_examples=sequences))
    except (Halted, Flaky):
        for error in LifeOfTarget.errors:
            raise error from None
        if verify.violated:  # It was one, even if it does not happen again.
            raise RequirementViolated(*verify.violated) from None
        raise
