"""Source files that are not all alike, and the batches over them that several scenarios look at."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from fixtures.configurations import JobType
from fixtures.directories import EPHEMERAL, USER, Directories, Directory
from fixtures.documents import named_documents, other_documents
from fixtures.errors import DirectoryRefused
from suites.products import EXTRACT, PARSE
from suites.steps import Batch, Steps
from suites.traffic import COMPLETED


def unfailing(
    directory: Directory, case: str, steps: Steps, directories: Directories, job_type: JobType, *, has_bad: bool = True
) -> Batch:
    """Return a batch at its end, and verify that no file has made it fail.

    A batch may fail for reasons of the orchestration; twice, beside one that completes, is no accident. That it did not
    fail says something only where one of its files is bad.
    """
    batch = steps.finish(steps.create(directory, job_type))
    if batch["status"] == "FAILED":
        steps.completed(directories.holding(1, "good only"), job_type)
        batch = steps.finish(steps.create(directory, job_type))
    exchange = steps.batches.get(batch["id"])
    if has_bad or batch["status"] == "FAILED":
        steps.verify(
            "file-failure-keeps-batch",
            batch["status"] != "FAILED",
            check="batch-does-not-fail",
            kind="not-matching",
            expected=COMPLETED,
            actual=batch["status"],
            exchanges=[exchange],
            case=case,
        )
    return batch


@dataclass(frozen=True)
class Source:
    """A directory, and those of its files that may be beyond what a service can process."""

    directory: Directory
    others: frozenset[str]

    @property
    def good(self) -> frozenset[str]:
        """Its files that are whole PDFs."""
        return frozenset(self.directory.file_ids) - self.others


class Varied:
    """A user directory and an ephemeral one with the same files, and batches over them, each made when it is needed.

    The files have names, types and contents of many kinds, as far as the target takes them.
    """

    def __init__(self, steps: Steps, directories: Directories, run_id: str) -> None:
        self._steps = steps
        self._directories = directories
        self._run_id = run_id
        self._sources: dict[str, Source] = {}
        self._results: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def user(self) -> Source:
        """The directory that stays."""
        return self._source(USER)

    @cached_property
    def ephemeral(self) -> Source:
        """The directory that the service may remove."""
        return self._source(EPHEMERAL)

    @cached_property
    def first(self) -> Batch:
        """A batch over the user directory."""
        return self._completed(self.user)

    @cached_property
    def second(self) -> Batch:
        """Another one, after a further upload."""
        assert self.first
        self._directories.fill(self.user.directory, len(self.user.directory.file_ids) + 1)
        return self._completed(self.user)

    @cached_property
    def passing(self) -> Batch:
        """A batch over the ephemeral directory."""
        return self._completed(self.ephemeral)

    @cached_property
    def repeated(self) -> Batch:
        """Another one over the same files."""
        assert self.passing
        return self._completed(self.ephemeral)

    @cached_property
    def extracted(self) -> Batch:
        """An extract batch over the same files, and one more."""
        assert self.repeated
        self._directories.fill(self.ephemeral.directory, len(self.ephemeral.directory.file_ids) + 1)
        return self._completed(self.ephemeral, EXTRACT)

    def results(self, batch: Batch) -> list[dict[str, Any]]:
        """Return the results of one of the batches, as they were shown first; its jobs are looked up."""
        if batch["id"] not in self._results:
            self._results[batch["id"]] = self._steps.results(batch)
        return self._results[batch["id"]]

    def source_of(self, batch: Batch) -> Source:
        """Return the directory of one of the batches."""
        return self._sources[batch["source_directory_id"]]

    def _source(self, type_: str) -> Source:
        """Return a filled directory. Skips where the target has none of the type."""
        try:
            directory = self._directories.create(f"varied {type_}", type_=type_)
        except DirectoryRefused as refusal:
            pytest.skip(f"needs a directory of the type {type_} ({refusal})")
        others = self._directories.upload_accepted(directory, other_documents(self._run_id))
        self._directories.upload_accepted(directory, named_documents(self._run_id))
        self._directories.refresh(directory)
        self._sources[directory.id] = Source(directory, frozenset(file_id for _, file_id in others))
        return self._sources[directory.id]

    def _completed(self, source: Source, job_type: JobType = PARSE) -> Batch:
        """Return a completed batch. Skips where it ended otherwise."""
        batch = unfailing(
            source.directory,
            "files of many kinds",
            self._steps,
            self._directories,
            job_type,
            has_bad=bool(source.others),
        )
        if batch["status"] != COMPLETED:
            pytest.skip(f"needs a batch that completes, and {batch['id']} ended {batch['status']}")
        return batch
