"""What the scenarios of cancelled batches begin with: whether the target offers to cancel at all."""

import pytest

from fixtures.directories import Directories
from suites.oracles.cancel import NO_OPERATION
from suites.profiles.cancel.stopping import Stopping
from suites.steps import Steps
from suites.traffic import ABOUT_KEY


@pytest.fixture(scope="session")
def stopping(steps: Steps, directories: Directories) -> Stopping:
    """Return the steps of cancelling. Skips where the first batch does not show that the target offers it.

    Only answers for a batch that is surely there and under way say so, and only when none says otherwise.
    """
    offered = Stopping(steps)
    offered.first = offered.attempt(directories.holding(1, "cancel"))
    if offered.first.is_refused_with(NO_OPERATION):
        pytest.skip(f"needs a target that offers to cancel a batch ({offered.first.refused[-1][1]})")
    if offered.first.is_refused_with(ABOUT_KEY):
        pytest.skip(f"needs a key that may cancel batches ({offered.first.refused[-1][1]})")
    if not offered.first.accepted and not offered.first.refused:
        batch = offered.first.batch
        exchange = steps.batches.cancel(batch["id"])
        if exchange.response is not None and exchange.response.status in NO_OPERATION:
            pytest.skip(
                "needs a batch that is under way when its cancel comes, to see whether that is offered; "
                f"{batch['id']} was {batch.get('status')} by then ({exchange})"
            )
    return offered
