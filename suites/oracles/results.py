"""Oracles on `results`: there only when asked for, one entry for each file, with a job of the file's own."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from suites.differences import beyond, differing, first_few, lacking
from suites.oracles.memory import Memory
from suites.oracles.oracle import Look, oracle
from suites.traffic import (
    CANCEL,
    COMPLETED,
    CREATE,
    CREATE_DIRECTORY,
    DELETE_FILE,
    DELETE_FILES,
    GET,
    LIST,
    LIST_FILES,
    SHOW_BATCHES,
    TERMINAL,
    UPLOAD,
    Call,
    as_list,
    entries,
    file_of,
    job_of,
    jobs_by_file,
    reference_of,
    repeated,
    status_of,
)
from suites.verify import Check, Observation, observe

UNASKED = {
    CREATE: "create-never-carries-results",
    LIST: "list-never-carries-results",
    GET: "results-null-unless-expanded",
    CANCEL: "cancel-never-carries-results",
}


NULL = {
    operation: Check(
        requirement,
        check="results-are-null",
        kind="unexpected",
    )
    for operation, requirement in UNASKED.items()
}

OWN_JOB = Check(
    "each-file-has-its-own-job",
    check="job-is-of-one-file",
    kind="twice",
)
FILES_REMEMBERED = 10_000
"""Files, and jobs of files, that are remembered; a directory may have a thousand of them."""

_BEFORE_CONTENT = re.compile(rb'name="?upload_file"?[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n')
"""What stands before the content of the file in the form of an upload."""
_AFTER_CONTENT = b"\r\n--"


@oracle(*UNASKED.values(), looks_at=UNASKED)
def results_only_when_asked_for() -> Look:
    """Create, list and cancel never carry results, and a get only when it asks for them."""

    def look(call: Call) -> Iterator[Observation]:
        if call.asks_for_results:
            return
        check = NULL[call.name]
        held = 0
        for batch in call.batches:
            if batch.get("results") is None:
                held += 1
            else:
                yield check.violated(
                    expected=None,
                    actual=batch.get("results"),
                    exchanges=[call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )
        yield from check.counted(held)

    return look


def _expanded(call: Call) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each batch of a get that asked for results, with its entries, if it shows any."""
    if call.name == GET and call.asks_for_results:
        for batch in call.batches:
            results = entries(batch)
            if results is not None:
                yield batch, results


@oracle("results-name-each-file-once", looks_at=(GET,))
def each_file_once() -> Look:
    """No file has two entries."""

    def look(call: Call) -> Iterator[Observation]:
        for batch, results in _expanded(call):
            named = [file_id for file_id in map(file_of, results) if file_id]
            twice = repeated(named)
            if named:
                yield observe(
                    "results-name-each-file-once",
                    not twice,
                    check="file-is-named-once",
                    kind="twice",
                    expected=sorted(set(named)),
                    actual=named,
                    difference=f"several entries for {first_few(twice)}",
                    exchanges=[call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )

    return look


@oracle("each-file-has-its-own-job", looks_at=(GET,))
def each_file_has_its_own_job() -> Look:
    """No two entries refer to one job."""

    def look(call: Call) -> Iterator[Observation]:
        for batch, results in _expanded(call):
            references = [reference for reference in map(reference_of, results) if reference]
            shared = [job_id for _, job_id in repeated(references)]
            if len(results) > 1 and references:
                yield observe(
                    "each-file-has-its-own-job",
                    not shared,
                    check="file-has-its-own-job",
                    kind="twice",
                    expected="a job for each entry",
                    actual=[job_id for _, job_id in references],
                    difference=f"several entries with the job {first_few(shared)}",
                    exchanges=[call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )

    return look


@oracle("each-file-has-its-own-job", looks_at=(GET, UPLOAD))
def jobs_are_of_one_file() -> Look:
    """Check that no two batches of a project refer to one job for files of different content.

    Judged of files whose uploads were seen: a file may be attached to several directories, and a service may take a
    file of equal content for the same one. A batch that failed or was cancelled has no reliable results, and a job that
    several entries of one answer share is the matter of another oracle.
    """
    contents: Memory[str, int | None] = Memory(FILES_REMEMBERED)
    holders: Memory[tuple[str, ...], tuple[str, str]] = Memory(FILES_REMEMBERED)
    shown: Memory[str, Call] = Memory()

    def note_upload(call: Call) -> None:
        file_id = call.answer.get("id")
        if isinstance(file_id, str):
            content = _content(call.exchange.request.body)
            contents[file_id] = content if contents.get(file_id, content) == content else None

    def look(call: Call) -> Iterator[Observation]:
        if call.name == UPLOAD:
            note_upload(call)
        for batch, results in _expanded(call):
            if status_of(batch) in TERMINAL - {COMPLETED}:
                continue
            jobs = _jobs_of_single_files(results, contents)
            if not jobs:
                continue
            project = str(batch.get("project_id"))
            others = {}
            for reference, file_id in jobs.items():
                first, first_batch = holders.setdefault((project, *reference), (file_id, batch["id"]))
                is_other = first_batch != batch["id"] and contents.get(first) not in (None, contents[file_id])
                if is_other and first_batch in shown:
                    others[reference[1]] = file_id, first, first_batch
            shown.setdefault(batch["id"], call)
            if others:
                job_id, (file_id, first, first_batch) = next(iter(others.items()))
                yield OWN_JOB.violated(
                    expected="jobs that no file of another batch has",
                    actual=sorted(others),
                    difference=f"the job {job_id} of {file_id} is that of {first} in {first_batch}",
                    exchanges=[shown[first_batch].exchange, call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )
            elif len(shown) > 1:
                yield OWN_JOB.held

    return look


def _content(form: bytes) -> int | None:
    """Return what stands for the content of the file in the form of an upload; `None` where it cannot be read."""
    before = _BEFORE_CONTENT.search(form)
    end = form.find(_AFTER_CONTENT, before.end()) if before else -1
    return hash(form[before.end() : end]) if before and end >= 0 else None


def _jobs_of_single_files(
    results: list[dict[str, Any]], contents: Mapping[str, int | None]
) -> dict[tuple[str, str], str]:
    """Return the file of each job that no two entries share, if the content of the file is known."""
    files = [(reference_of(entry), file_of(entry)) for entry in results]
    shared = set(repeated(reference for reference, _ in files))
    return {
        reference: file_id
        for reference, file_id in files
        if reference and file_id and reference not in shared and contents.get(file_id) is not None
    }


@oracle("job-reference-has-type-of-batch", looks_at=(CREATE, GET))
def job_reference_has_type_of_batch() -> Look:
    """Every job reference has the type that the create asked for, or that the batch shows when it was not seen."""
    asked_for: Memory[str, object] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if call.name == CREATE:
            for batch in call.batches:
                asked_for[batch["id"]] = job_of(call.sent_body)[0]
        for batch, results in _expanded(call):
            job_type = str(asked_for.get(batch["id"]) or job_of(batch)[0])
            found = {reference[0] for reference in map(reference_of, results) if reference}
            if found:
                yield observe(
                    "job-reference-has-type-of-batch",
                    found == {job_type},
                    check="reference-has-type-of-batch",
                    kind="not-matching",
                    expected=job_type,
                    actual=sorted(map(str, found)),
                    exchanges=[call.exchange],
                    case=f"batch {batch['id']}, {batch.get('status')}",
                )

    return look


@oracle(
    "results-cover-every-file",
    "results-name-only-source-files",
    looks_at=(CREATE_DIRECTORY, DELETE_FILE, DELETE_FILES, LIST_FILES, UPLOAD, *SHOW_BATCHES),
    assumes="every change of a directory was observed",
)
def results_match_the_directory() -> Look:
    """Check that results name the files of the batch's directory.

    A file that was uploaded before the create was sent has to be there. One that was uploaded later, up to the
    first terminal status that was seen, may be there, as one that was deleted by then; the sources do not say when the
    files are counted. One that the directory does not list, as after another upload of the same name, may be there, and
    so may one of each upload that was neither accepted nor refused.
    Judged only where the whole history of the directory was seen, for its owner, and of no batch that failed or was
    cancelled.
    """
    uploads: dict[str, dict[str, Call]] = {}
    owners: dict[str, str] = {}
    creations: Memory[str, Call] = Memory()
    endings: Memory[str, Call] = Memory()
    listings: dict[str, set[str]] = {}
    deletions: Memory[str, Call] = Memory()
    unlisted: Memory[str, None] = Memory()
    unclear: Counter[str] = Counter()

    def note_change(call: Call) -> None:
        created_id, directory = call.answer.get("id"), uploads.get(call.path.get("directory_id", ""))
        if call.name == CREATE_DIRECTORY and isinstance(created_id, str):
            uploads[created_id] = {}
            owners[created_id] = call.caller
        elif call.name == UPLOAD and isinstance(created_id, str) and directory is not None:
            directory[created_id] = call
        elif call.name == UPLOAD and directory is not None and not call.refused:
            unclear[call.path["directory_id"]] += 1
        elif call.name == DELETE_FILE and not call.refused:
            deletions.setdefault(call.path["directory_file_id"], call)
        elif call.name == DELETE_FILES and not call.refused:
            for file_id in as_list(call.sent_body.get("directory_file_ids")):
                deletions.setdefault(str(file_id), call)
        elif call.name == LIST_FILES and call.succeeded and directory:
            listed = _listed_so_far(call, listings)
            for file_id in directory.keys() - listed if listed is not None else ():
                unlisted[file_id] = None

    def note_batches(call: Call) -> None:
        is_create = call.name == CREATE
        for seen in call.seen:
            if is_create:
                creations.setdefault(seen.id, call)
            if seen.status in TERMINAL and seen.id not in endings:
                endings[seen.id] = call

    def look(call: Call) -> Iterator[Observation]:
        if call.operation.is_setup:
            note_change(call)
        note_batches(call)
        for batch, results in _expanded(call):
            creation = creations.get(batch["id"])
            directory_id = str(creation.sent_body.get("source_directory_id")) if creation else ""
            source = uploads.get(directory_id)
            if creation is None or source is None or creation.caller != owners[directory_id]:
                continue
            if status_of(batch) in TERMINAL - {COMPLETED}:
                continue
            ending = endings.get(batch["id"], call)
            kept = {id_ for id_ in source if id_ not in deletions or deletions[id_].is_after(ending)}
            certain = {id_ for id_ in kept if creation.is_after(source[id_]) and id_ not in unlisted}
            possible = {id_ for id_, upload in source.items() if not upload.is_after(ending)}
            named = {file_id for file_id in map(file_of, results) if file_id is not None}
            case = f"batch {batch['id']}, {batch.get('status')}, {len(certain)} files"
            exchanges = [creation.exchange, call.exchange]
            if certain:
                yield observe(
                    "results-cover-every-file",
                    certain <= named,
                    check="every-file-has-an-entry",
                    kind="missing",
                    expected=sorted(certain),
                    actual=sorted(named),
                    difference=lacking(certain, named),
                    exchanges=exchanges,
                    case=case,
                )
            yield observe(
                "results-name-only-source-files",
                len(named - possible - certain) <= unclear[directory_id],
                check="entries-are-of-the-directory",
                kind="unexpected",
                expected=sorted(possible | certain),
                actual=sorted(named),
                difference=beyond(possible | certain, named),
                exchanges=exchanges,
                case=case,
            )

    return look


def _listed_so_far(call: Call, listings: dict[str, set[str]]) -> set[str] | None:
    """Add a page to what the pages before it list of a directory, and return that at the last page."""
    directory_id = call.path["directory_id"]
    if not call.exchange.request.param("page_token"):
        listings[directory_id] = set()
    elif directory_id not in listings:
        return None
    items = as_list(call.answer.get("items"))
    listings[directory_id].update(
        item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)
    )
    return None if call.answer.get("next_page_token") else listings.pop(directory_id)


@oracle("results-are-stable", looks_at=(GET,))
def results_settle() -> Look:
    """Check that what a completed batch has shown once, it shows again: the same files, and the same job for each."""
    shown: Memory[str, tuple[Call, dict[str, str | None]]] = Memory()

    def look(call: Call) -> Iterator[Observation]:
        if not call.surely_asks_for_results:
            return
        for batch in call.batches:
            if batch.get("status") != COMPLETED:
                continue
            results = entries(batch)
            known = shown.get(batch["id"])
            now = dict(jobs_by_file(results)) if results is not None else None
            if known is not None and call.is_after(known[0]):
                yield observe(
                    "results-are-stable",
                    now is not None and _continues(known[1], now),
                    check="results-stay",
                    kind="changed",
                    expected=known[1],
                    actual=now,
                    difference=_change(known[1], now),
                    exchanges=[known[0].exchange, call.exchange],
                    case=f"batch {batch['id']}, {COMPLETED}",
                )
            if now is not None and (known is None or call.is_after(known[0])):
                before = known[1] if known else {}
                shown[batch["id"]] = call, {file_id: job or before.get(file_id) for file_id, job in now.items()}

    return look


def _continues(before: dict[str, str | None], now: dict[str, str | None]) -> bool:
    return before.keys() == now.keys() and all(job in (None, now[file_id]) for file_id, job in before.items())


def _change(before: dict[str, str | None], now: dict[str, str | None] | None) -> str:
    """Return what has changed, in a sentence."""
    if now is None:
        return "no results any more"
    others = [file_id for file_id, job in before.items() if file_id in now and job not in (None, now[file_id])]
    parts = [differing(before, now), f"another job for {first_few(others)}" if others else ""]
    return "; ".join(filter(None, parts))
