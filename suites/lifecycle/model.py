"""A small model of a project, and a machine that does to a target whatever a person might, in any order."""

import sys
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from fixtures.configurations import JobType
from fixtures.directories import Directories, Directory
from suites.differences import differing, kind_of
from suites.products import JOB_TYPES
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED, TERMINAL
from suites.verify import RequirementViolated
from suites.walks import Walks

MOST_FILES = 2
PASSING = st.sampled_from([0.5, 1.0, 3.0])
"""Seconds that may pass between two steps."""


class Halted(BaseException):
    """Ends all sequences, since something that is no violation has ended one of them.

    Hypothesis would take an `Exception` for what it looks for, and repeat the sequence to shorten it: where there was
    no answer that shows nothing, and where there is one the next time it calls the test flaky.
    """


@dataclass
class KnownProject:
    """What the model knows: the batches over each directory, with the last status that was read."""

    batches: dict[str, dict[str, str]] = field(default_factory=dict)

    def over(self, directory: Directory) -> dict[str, str]:
        """Return the batches over a directory, each with its last status."""
        return self.batches.setdefault(directory.id, {})

    def saw(self, batch: Batch) -> None:
        """Remember the status of a batch."""
        self.batches[batch["source_directory_id"]][batch["id"]] = batch["status"]


class Life(RuleBasedStateMachine):
    """Uploads, creates, reads, lists, expands and waits; the oracles judge each answer, the model each list.

    Of the machines of a class the first that is ended by something else than a violation ends all, its error being the
    first in `errors`.
    """

    errors: ClassVar[list[Exception]]

    directories = Bundle("directories")
    batches = Bundle("batches")

    def __init__(self, steps: Steps, walks: Walks, source: Directories) -> None:
        super().__init__()
        self.steps = steps
        self.walks = walks
        self.source = source
        self.project = KnownProject()

    def teardown(self) -> None:
        """Keep the error that has ended this sequence, and end them all. Raises `Halted`."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, RequirementViolated | HypothesisException):
            self.errors.append(error)
            raise Halted

    @initialize(target=directories, files=st.integers(1, MOST_FILES))
    def first_directory(self, files: int) -> Directory:
        """Begin with a directory that can be processed."""
        return self.source.holding(files, "life")

    @rule(target=directories, files=st.integers(1, MOST_FILES))
    def another_directory(self, files: int) -> Directory:
        """Add a directory."""
        return self.source.holding(files, "life")

    @rule(directory=directories)
    def upload(self, directory: Directory) -> None:
        """Add a file, which belongs to the batches to come."""
        self.source.fill(directory, len(directory.file_ids) + 1)

    @rule(target=batches, directory=directories, job_type=st.sampled_from(JOB_TYPES))
    def create(self, directory: Directory, job_type: JobType) -> Batch:
        """Make a batch."""
        batch = self.steps.create(directory, job_type)
        self.project.over(directory)
        self.project.saw(batch)
        return batch

    @rule(batch=batches)
    def read(self, batch: Batch) -> None:
        """Read a batch."""
        self.project.saw(self.steps.get(batch["id"]))

    @rule(batch=batches)
    def read_expanded(self, batch: Batch) -> None:
        """Read a batch with its results."""
        self.project.saw(self.steps.expanded(batch["id"]))

    @rule(batch=batches)
    def finish(self, batch: Batch) -> None:
        """Wait for the end of a batch, and for its results."""
        ended = self.steps.finish(batch)
        self.project.saw(ended)
        if ended["status"] == COMPLETED:
            self.steps.results(ended)

    @rule(seconds=PASSING)
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.steps.target.wait(seconds)

    @rule(directory=directories, page_size=st.sampled_from([None, 1, 2]))
    def list_directory(self, directory: Directory, page_size: int | None) -> None:
        """List a directory, and meet its batches and no others."""
        self._list(directory, set(self.project.over(directory)), page_size, None)

    @rule(directory=directories, status=st.sampled_from(sorted(TERMINAL)))
    def list_ended(self, directory: Directory, status: str) -> None:
        """List the batches of a directory that have ended in some way."""
        ended = {batch_id for batch_id, last in self.project.over(directory).items() if last == status}
        self._list(directory, ended, None, status)

    def _list(self, directory: Directory, expected: set[str], page_size: int | None, status: str | None) -> None:
        created = self.project.over(directory)
        walk = self.steps.target.eventually(
            lambda: self.walks.ours(len(created), page_size=page_size, source_directory_id=directory.id, status=status),
            lambda walk: expected <= set(walk.ids),
        )
        self.steps.verify(
            "list-filters-combine" if status else "list-filters-by-directory",
            expected <= set(walk.ids) <= set(created),
            check="list-items-match-filters",
            kind=kind_of(expected, walk.ids),
            expected=sorted(expected),
            actual=sorted(walk.ids),
            difference=differing(expected, walk.ids, created),
            exchanges=walk.exchanges,
            case=f"directory {directory.id}, status={status}, page_size={page_size}",
        )
