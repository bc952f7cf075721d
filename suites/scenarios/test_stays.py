"""Batches once more, some time after their end; this module comes last, so that much has happened since."""

from collections.abc import Sequence

import pytest

from fixtures.target import Target
from suites.differences import lacking
from suites.scenarios.varied import Varied
from suites.steps import Batch, Steps
from suites.verify import Verify
from suites.walks import Walks

AFTER_THE_END = 5.0
"""Seconds after the end of a batch before it is read once more."""


@pytest.mark.requirement(
    "get-returns-requested-batch",
    "terminal-status-is-final",
    "results-are-stable",
    "results-null-unless-expanded",
    "results-cover-every-file",
    "config-never-changes",
    "source-directory-never-changes",
    "project-never-changes",
    "created-at-never-changes",
    "list-shows-created-batch",
    "list-agrees-with-get",
)
@pytest.mark.parametrize(
    "names",
    [pytest.param(("first", "second"), id="user"), pytest.param(("passing", "repeated", "extracted"), id="ephemeral")],
)
def test_a_batch_is_the_same_some_time_after_its_end(
    names: Sequence[str], varied: Varied, steps: Steps, walks: Walks, target: Target, verify: Verify
) -> None:
    """Plain, expanded and in a list, a batch is what it was when it had just ended."""
    batches: list[Batch] = [getattr(varied, name) for name in names]
    for batch in batches:
        varied.results(batch)
    target.wait(AFTER_THE_END)
    for batch in batches:
        steps.get(batch["id"])
        steps.results(batch)
    ids = {batch["id"] for batch in batches}
    walk = walks.listed(ids, source_directory_id=batches[0]["source_directory_id"])
    verify(
        "list-shows-created-batch",
        ids <= set(walk.ids),
        check="created-batch-is-listed",
        kind="missing",
        expected=sorted(ids),
        actual=walk.ids,
        difference=lacking(ids, walk.ids),
        exchanges=walk.exchanges,
    )
