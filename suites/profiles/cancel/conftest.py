"""What the stories of cancelled batches begin with: whether the target offers to cancel at all."""

import pytest

from fixtures.directories import Directories
from suites.profiles.cancel.stopping import Stopping
from suites.steps import Steps


@pytest.fixture(scope="session")
def stopping(steps: Steps, directories: Directories) -> Stopping:
    """The steps of cancelling. Skips where the target does not offer it, as the first batch shows.

    Only answers for a batch that is surely there and under way say so, and only when none says otherwise.
    """
    offered = Stopping(steps)
    offered.first = offered.attempt(directories.holding(1, "cancel"))
    if offered.first.shows_no_operation:
        pytest.skip(f"needs a target that offers to cancel a batch ({offered.first.refused[-1][1]})")
    return offered
