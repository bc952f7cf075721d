"""One legal history, written by hand: each exchange has a name, so that a test can spoil it."""

from copy import deepcopy
from typing import Any

from fixtures.exchange import Exchange
from fixtures.target import ANONYMOUS, MAIN, OTHER, UNKNOWN
from tests.oracles.timeline import BATCHES, DIRECTORIES, Pairs, exchange

PROJECT, FOREIGN_PROJECT = "prj-1", "prj-2"
PARSE = {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}
EXTRACT = {"type": "extract_v2", "configuration_id": "cfg-5"}
EXPAND = (("expand", "results"),)

Json = dict[str, Any]


def at(seconds: float) -> str:
    """A date-time so many seconds into the history, below a minute."""
    return f"2030-01-01T00:00:{seconds:09.6f}Z"


def batch(
    batch_id: str,
    directory_id: str,
    status: str = "PENDING",
    *,
    job: Json | None = None,
    project: str = PROJECT,
    created: float = 5,
    updated: float = 5,
    results: list[Json] | None = None,
) -> Json:
    return {
        "id": batch_id,
        "project_id": project,
        "source_directory_id": directory_id,
        "config": {"job": job or PARSE},
        "status": status,
        "results": results,
        "created_at": at(created),
        "updated_at": at(updated),
    }


def entry(file_id: str, job_id: str | None = None, job_type: str = "parse_v2") -> Json:
    """An entry with a job, or with an error where there is no job."""
    return {
        "source_directory_file_id": file_id,
        "job_reference": job_id and {"type": job_type, "id": job_id},
        "error_message": None if job_id else "This file is empty.",
    }


def page(*items: Json, token: str | None = None, total: int | None = None) -> Json:
    total_size = len(items) if total is None else total
    return {"items": list(items), "next_page_token": token, "total_size": total_size}


class History:
    """The exchanges by name, in order; each begins when the one before it has ended."""

    def __init__(self) -> None:
        self.exchanges: dict[str, Exchange] = {}
        self._tell()

    def say(self, name: str, method: str, path: str, status: int, answer: Any, **more: Any) -> None:
        sent = float(len(self.exchanges))
        self.exchanges[name] = exchange(
            method,
            path,
            status,
            deepcopy(answer),
            sent=sent,
            received=sent + 0.5,
            number=len(self.exchanges) + 1,
            **more,
        )

    def _directory(self, name: str, *files: str, caller: str = MAIN) -> None:
        self.say(f"make {name}", "POST", DIRECTORIES, 200, {"id": name}, caller=caller)
        for file_id in files:
            path = f"{DIRECTORIES}/{name}/files/upload"
            self.say(f"upload {file_id}", "POST", path, 200, {"id": file_id}, caller=caller)

    def _create(self, name: str, directory: str, status: int, answer: Any, job: Json, caller: str = MAIN) -> None:
        body = {"source_directory_id": directory, "config": {"job": job}}
        self.say(name, "POST", BATCHES, status, answer, body=body, caller=caller)

    def _get(
        self,
        name: str,
        batch_id: str,
        answer: Any,
        params: Pairs = (),
        caller: str = MAIN,
        status: int = 200,
    ) -> None:
        path = f"{BATCHES}/{batch_id}"
        self.say(name, "GET", path, status, answer, params=params, caller=caller)

    def _cancel(self, name: str, batch_id: str, answer: Any, status: int, caller: str = MAIN) -> None:
        self.say(name, "POST", f"{BATCHES}/{batch_id}/cancel", status, answer, caller=caller)

    def _list(self, name: str, answer: Any, caller: str = MAIN, status: int = 200) -> None:
        self.say(name, "GET", BATCHES, status, answer, caller=caller)

    def _filtered(self, name: str, answer: Any, *params: tuple[str, str]) -> None:
        self.say(name, "GET", BATCHES, 200, answer, params=params)

    def _tell(self) -> None:
        refused = {"detail": "no"}
        self._directory("dir-1", "dfl-1", "dfl-2")
        self._create("create", "dir-1", 200, batch("bat-1", "dir-1"), PARSE)
        self._create("create again", "dir-1", 201, batch("bat-3", "dir-1"), PARSE)
        self._get("get pending", "bat-1", batch("bat-1", "dir-1"))
        known = [{**entry("dfl-1"), "error_message": None}, entry("dfl-2")]
        running = batch("bat-1", "dir-1", "RUNNING", updated=6, results=known)
        self._get("expand running", "bat-1", running, EXPAND)
        self._get("get running", "bat-1", {**running, "results": None})
        done = batch("bat-1", "dir-1", "COMPLETED", updated=8)
        shown = {**done, "results": [entry("dfl-1", "job-1"), entry("dfl-2")]}
        self._get("get completed", "bat-1", done)
        self._get("expand completed", "bat-1", shown, EXPAND)
        self._get("expand again", "bat-1", shown, EXPAND)
        self._get("get once more", "bat-1", done)

        self._filtered("list by status", page(done), ("status", "COMPLETED"))
        self._filtered("list by directory", page(done), ("source_directory_id", "dir-1"))
        self._filtered("list after", page(done), ("created_at_on_or_after", at(5)))
        self._filtered("list before", page(done), ("created_at_on_or_before", at(5)))
        self._filtered(
            "list combined",
            page(done),
            ("source_directory_id", "dir-1"),
            ("created_at_on_or_after", at(4)),
        )
        first = page(done, token="next", total=2)
        self._filtered("first page", first, ("status", "COMPLETED"), ("page_size", "1"))
        self._filtered(
            "later page",
            page(total=2),
            ("status", "COMPLETED"),
            ("page_size", "1"),
            ("page_token", "next"),
        )
        self._create("refused create", "dir-1", 422, refused, {**PARSE, "configuration_id": "?"})
        self._filtered("list after refusal", page(done), ("source_directory_id", "dir-1"))

        self._directory("dir-2", "dfl-3", "dfl-4")
        extracting = batch("bat-2", "dir-2", job=EXTRACT, created=20, updated=20)
        self._create("create extract", "dir-2", 202, extracting, EXTRACT)
        jobs = [entry("dfl-3", "job-3", "extract_v2"), entry("dfl-4", "job-4", "extract_v2")]
        extracted = {**extracting, "status": "COMPLETED", "updated_at": at(21)}
        self._get("expand extract", "bat-2", {**extracted, "results": jobs}, EXPAND)
        self._list("list all", page(done, extracted))

        self._directory("dir-9", "dfl-9", caller=OTHER)
        foreign = batch("bat-9", "dir-9", project=FOREIGN_PROJECT, created=30, updated=30)
        self._create("create foreign", "dir-9", 200, foreign, PARSE, OTHER)
        self._get("get foreign", "bat-9", refused, status=404)
        self._get("foreign get", "bat-1", refused, caller=OTHER, status=403)
        self._list("foreign list", page(foreign), OTHER)
        self._list("anonymous list", refused, ANONYMOUS, 401)
        self._get("stranger's get", "bat-1", refused, caller=UNKNOWN, status=401)
        self._get("get nothing", "bat-0", refused, status=404)
        limited = (("retry-after", "1"),)
        self.say("rate limit", "GET", BATCHES, 503, refused, headers=limited)
        self.say("other endpoint", "GET", "/api/v2/parse/job-1", 500, refused)

        stopping = batch("bat-7", "dir-1", "RUNNING", created=40, updated=41)
        self._create("create to cancel", "dir-1", 200, {**stopping, "status": "PENDING"}, PARSE)
        self._cancel("stranger's cancel", "bat-7", refused, 401, ANONYMOUS)
        self._cancel("foreign cancel", "bat-7", refused, 404, OTHER)
        self._cancel("cancel", "bat-7", stopping, 202)
        self._get("get cancelled", "bat-7", {**stopping, "status": "CANCELLED", "updated_at": at(42)})
        self._cancel("cancel again", "bat-7", refused, 409)
        self._cancel("cancel completed", "bat-1", refused, 409)
