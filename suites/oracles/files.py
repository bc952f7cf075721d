"""Oracles on source files that hold whoever else writes to a directory."""

from collections.abc import Iterator
from typing import Any

from fixtures.settings import SETTLE_TIMEOUT
from suites.differences import first_few, lacking
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import (
    COMPLETED,
    CREATE,
    DELETE_FILE,
    GET,
    LIST_FILES,
    UPLOAD,
    Call,
    as_list,
    entries,
    file_of,
    status_of,
)
from suites.verify import Check, Observation, observe

SOURCE_FILES = Check(
    "results-name-only-source-files",
    check="entries-are-of-the-directory",
    kind="unexpected",
)


@oracle(
    SOURCE_FILES.requirement,
    "results-cover-every-file",
    looks_at=(CREATE, GET, LIST_FILES, UPLOAD),
)
def files_are_of_the_directory() -> Look:
    """Check that results name no file that belongs to another directory, and each that was there before and after.

    A file was there before when its upload was answered, or it was listed, before the create was sent; and after when
    it was listed once the batch was completed.
    """
    homes: Memory[str, tuple[str, Call]] = Memory()
    listed: Memory[str, tuple[Call, frozenset[str]]] = Memory()
    creations: Memory[str, tuple[str, Call]] = Memory()
    completed: Memory[str, tuple[Call, frozenset[str]]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        directory_id = call.path.get("directory_id", "")
        for file_id in _files_of(call):
            homes.setdefault(file_id, (directory_id, call))
        if call.name == LIST_FILES and call.succeeded:
            listed[directory_id] = call, frozenset(_files_of(call))
        for batch in call.batches:
            if call.name == CREATE and isinstance(call.sent_body.get("source_directory_id"), str):
                creations[batch["id"]] = call.sent_body["source_directory_id"], call
            creation = creations.get(batch["id"])
            named = _named_at_the_end(call, batch)
            if creation is None or named is None:
                continue
            files = frozenset(named)
            yield from _foreign(call, creation, files)
            yield from _missing(call, batch["id"], creation, files)

    def _foreign(call: Call, creation: tuple[str, Call], named: frozenset[str]) -> Iterator[Observation]:
        known = {file_id: homes[file_id] for file_id in named if file_id in homes}
        foreign = {file_id: home for file_id, home in known.items() if home[0] != creation[0]}
        if foreign:
            evidence = [home[1].exchange for home in list(foreign.values())[:1]]
            yield SOURCE_FILES.violated(
                expected=f"files of {creation[0]}",
                actual=sorted(named),
                difference=f"{first_few(sorted(foreign))} of another directory",
                exchanges=[*evidence, creation[1].exchange, call.exchange],
            )
        elif known:
            yield SOURCE_FILES.held

    def _missing(call: Call, batch_id: str, creation: tuple[str, Call], named: frozenset[str]) -> Iterator[Observation]:
        first = completed.setdefault(batch_id, (call, named))
        later = listed.get(creation[0])
        if later is None or not later[0].is_after(first[0]):
            return
        there = {
            file_id
            for file_id in later[1]
            if file_id in homes and homes[file_id][0] == creation[0] and creation[1].is_after(homes[file_id][1])
        }
        if there:
            yield observe(
                "results-cover-every-file",
                there <= named,
                check="every-file-has-an-entry",
                kind="missing",
                expected=sorted(there),
                actual=sorted(named),
                difference=lacking(there, named),
                exchanges=[creation[1].exchange, later[0].exchange, call.exchange],
            )

    return look


@oracle(SOURCE_FILES.requirement, looks_at=(CREATE, DELETE_FILE, GET))
def deleted_files_are_left_out(lag: float = SETTLE_TIMEOUT) -> Look:
    """Check that results name no file that was deleted before the create, by as many seconds as one may lag."""
    deletions: Memory[str, Call] = Memory()
    creations: Memory[str, Call] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == DELETE_FILE and call.succeeded:
            deletions.setdefault(call.path["directory_file_id"], call)
        for batch in call.batches:
            if call.name == CREATE:
                creations.setdefault(batch["id"], call)
            creation = creations.get(batch["id"])
            named = _named_at_the_end(call, batch)
            if creation is None or named is None:
                continue
            deleted = {id_: deletions[id_] for id_ in named if id_ in deletions}
            early = [id_ for id_, deletion in deleted.items() if creation.seconds_after(deletion) >= lag]
            if early:
                yield SOURCE_FILES.violated(
                    expected=[id_ for id_ in named if id_ not in early],
                    actual=named,
                    difference=f"{first_few(early)} deleted before the batch {batch['id']} was created",
                    exchanges=[deletions[early[0]].exchange, creation.exchange, call.exchange],
                )

    return look


def _named_at_the_end(call: Call, batch: dict[str, Any]) -> list[str] | None:
    """Return the files that the results of a completed batch name; `None` where a call shows no such results."""
    results = entries(batch) if call.name == GET and status_of(batch) == COMPLETED else None
    return None if results is None else [file_id for file_id in map(file_of, results) if file_id]


def _files_of(call: Call) -> Iterator[str]:
    """Yield the files that an answer shows to be in the directory that was asked about."""
    if call.name == UPLOAD and isinstance(call.answer.get("id"), str):
        yield call.answer["id"]
    elif call.name == LIST_FILES:
        for item in as_list(call.answer.get("items")):
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                yield item["id"]
