"""What the contract leaves open, as exchanges: each of these continues the legal history, and is legal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fixtures.exchange import Exchange
from fixtures.target import OTHER
from tests.oracles.history import PARSE, History, batch, entry, page
from tests.oracles.timeline import BATCHES, DIRECTORIES, Pairs, exchange, in_order_of_answers, observed

DONE = batch("bat-1", "dir-1", "COMPLETED", updated=8)
RUNNING = batch("bat-6", "dir-6", "RUNNING", created=40, updated=41)
BODY = {"source_directory_id": "dir-6", "config": {"job": PARSE}}
PROJECT = (("project_id", "prj-6"),)


def get(answer: Any, params: Pairs = (), status: int = 200, batch_id: str = "bat-1") -> Exchange:
    path = f"{BATCHES}/{batch_id}"
    return exchange("GET", path, status, answer, params=params, sent=60, received=61)


def listed(*params: tuple[str, str], items: tuple[Any, ...] = (DONE, RUNNING)) -> Exchange:
    return exchange("GET", BATCHES, 200, page(*items), params=params, sent=60, received=61)


def create(sent: float, received: float, params: Pairs = (), project: str = "prj-1") -> Exchange:
    answer = {**RUNNING, "status": "PENDING", "project_id": project}
    return exchange("POST", BATCHES, 200, answer, body=BODY, params=params, sent=sent, received=received)


STOPPING = batch("bat-6", "dir-1", "RUNNING", created=40, updated=41)


def cancel(answer: Any, status: int, sent: float) -> Exchange:
    return exchange("POST", f"{BATCHES}/bat-6/cancel", status, answer, sent=sent, received=sent + 1)


def stopping() -> list[Exchange]:
    """A batch is created, runs, and is cancelled."""
    body = {"source_directory_id": "dir-1", "config": {"job": PARSE}}
    return [exchange("POST", BATCHES, 200, STOPPING, body=body, sent=60, received=61), cancel(STOPPING, 200, 62)]


def ended(status: str, sent: float, results: Any = None) -> Exchange:
    shown = {**STOPPING, "status": status, "results": results}
    params = [("expand", "results")]
    return exchange("GET", f"{BATCHES}/bat-6", 200, shown, params=params, sent=sent, received=sent + 1)


SHOWN_AGAIN = {**DONE, "results": [entry("dfl-1", "job-1"), entry("dfl-2")]}

OPEN: dict[str, list[Exchange]] = {
    "expand in one value with an unknown part, ignored": [get(DONE, [("expand", "results,config")])],
    "expand in one value with an unknown part, honoured": [get(SHOWN_AGAIN, [("expand", "results,config")])],
    "a value of expand that only contains the word, ignored": [get(DONE, [("expand", "noresults")])],
    "a value of expand that only contains the word, refused": [get({}, [("expand", "noresults")], 422)],
    "expand as a list in brackets, ignored": [get(DONE, [("expand[]", "results")])],
    "expand as a list in brackets, honoured": [get(SHOWN_AGAIN, [("expand[]", "results")])],
    "no value of expand, ignored": [get(DONE, [("expand", "")])],
    "an empty status, ignored": [listed(("status", ""))],
    "an unknown status, ignored": [listed(("status", "DONE"))],
    "a status in lower case, read as in upper case": [listed(("status", "completed"), items=(DONE,))],
    "an empty directory, ignored": [listed(("source_directory_id", ""))],
    "an empty time, ignored": [listed(("created_at_on_or_after", ""))],
    "a date without a time, ignored": [listed(("created_at_on_or_after", "2031-01-01"))],
    "two statuses, the first one counts": [listed(("status", "RUNNING"), ("status", "COMPLETED"), items=(RUNNING,))],
    "two statuses, the last one counts": [listed(("status", "RUNNING"), ("status", "COMPLETED"), items=(DONE,))],
    "two statuses, either counts": [listed(("status", "RUNNING"), ("status", "COMPLETED"))],
    "two page sizes, the first one counts": [listed(("page_size", "2"), ("page_size", "1"))],
    "a page size of zero, ignored": [listed(("page_size", "0"))],
    "a page size with a sign, ignored": [listed(("page_size", "+1"))],
    "a token of another list, which goes on": [
        listed(("status", "FAILED"), ("page_token", "of another list"), items=(DONE,)),
    ],
    "an unknown token, ignored": [listed(("page_token", "forged"))],
    "a batch of a named project is not found in the key's own": [
        create(50, 51, PROJECT, "prj-6"),
        get({}, status=404, batch_id="bat-6"),
    ],
    "a rate limit on a get": [get({}, status=429)],
    "a second cancel while the batch is being stopped, accepted": [*stopping(), cancel(STOPPING, 202, 64)],
    "a second cancel while the batch is being stopped, refused": [*stopping(), cancel({}, 409, 64)],
    "a batch that ends by itself between its cancel and its stop": [*stopping(), ended("COMPLETED", 64)],
    "a batch that fails between its cancel and its stop": [*stopping(), ended("FAILED", 64)],
    "a cancelled batch without any results": [*stopping(), ended("CANCELLED", 64, None)],
    "a cancelled batch that tells of one file only": [*stopping(), ended("CANCELLED", 64, [entry("dfl-1", "job-1")])],
    "a cancel that is not offered, as not implemented": [cancel({}, 501, 62)],
    "a rate limit on a cancel": [*stopping(), cancel({}, 429, 64)],
}


def continued(more: list[Exchange]) -> list[Exchange]:
    return in_order_of_answers([*History().exchanges.values(), *more])


@pytest.mark.parametrize("more", OPEN.values(), ids=OPEN)
def test_what_is_left_open_is_no_violation(more: list[Exchange]) -> None:
    assert not observed(continued(more)).complaints


def test_a_create_without_an_answer_may_have_made_a_batch() -> None:
    make = exchange("POST", DIRECTORIES, 200, {"id": "dir-6"}, sent=48, received=49)
    refused = exchange("POST", BATCHES, 422, {}, body=BODY, sent=49, received=50)
    lost = replace(create(51, 52), response=None, error="ReadTimeout")
    seen = listed(("source_directory_id", "dir-6"), items=(RUNNING,))
    assert not observed(continued([make, refused, lost, seen])).complaints


def test_the_last_page_of_a_list_of_files_is_not_all_of_it() -> None:
    """The first page named the other file."""
    path = f"{DIRECTORIES}/dir-1/files"
    last_page = exchange(
        "GET",
        path,
        200,
        {"items": [{"id": "dfl-2"}], "next_page_token": None},
        params=[("page_token", "next")],
        sent=58,
        received=59,
    )
    again = get(SHOWN_AGAIN, [("expand", "results")])
    assert not observed(continued([last_page, again])).complaints


@pytest.mark.parametrize("kept", [True, False], ids=["listed", "replaced"])
def test_a_file_counts_no_more_when_no_page_of_its_directory_lists_it(kept: bool) -> None:
    """As where an upload of the same name has replaced it."""
    files = ["dfl-1", *(["dfl-2"] if kept else [])]
    pages = [
        exchange(
            "GET",
            f"{DIRECTORIES}/dir-1/files",
            200,
            {"items": [{"id": file_id}], "next_page_token": None if file_id == files[-1] else file_id},
            params=[("page_token", files[number - 1])] if number else (),
            sent=56 + number,
            received=56.5 + number,
        )
        for number, file_id in enumerate(files)
    ]
    shown = {**RUNNING, "source_directory_id": "dir-1", "status": "COMPLETED", "results": [entry("dfl-1", "job-6")]}
    body = {"source_directory_id": "dir-1", "config": {"job": PARSE}}
    made = exchange("POST", BATCHES, 200, {**shown, "results": None}, body=body, sent=58, received=59)
    read = get(shown, [("expand", "results")], batch_id="bat-6")
    assert observed(continued([*pages, made, read])).accused == ({"results-cover-every-file"} if kept else set())


def test_a_file_that_was_deleted_later_and_is_listed_no_more_may_be_named() -> None:
    listing = exchange("GET", f"{DIRECTORIES}/dir-1/files", 200, {"items": [{"id": "dfl-1"}]}, sent=58, received=59)
    assert not observed(
        continued([deleted("dfl-2", 56), listing, get(SHOWN_AGAIN, [("expand", "results")])])
    ).complaints


@pytest.mark.parametrize("status", [429, 503, 422])
def test_a_file_that_its_upload_did_not_clearly_refuse_may_be_named(status: int) -> None:
    path = f"{DIRECTORIES}/dir-1/files/upload"
    uploaded = exchange("POST", path, status, {"detail": "later"}, sent=56, received=57)
    named = [entry("dfl-1", "job-6"), entry("dfl-2", "job-7"), entry("dfl-99", "job-8")]
    shown = {**RUNNING, "source_directory_id": "dir-1", "status": "COMPLETED", "results": named}
    body = {"source_directory_id": "dir-1", "config": {"job": PARSE}}
    made = exchange("POST", BATCHES, 200, {**shown, "results": None}, body=body, sent=58, received=59)
    read = get(shown, [("expand", "results")], batch_id="bat-6")
    is_clear = status == 422
    assert observed(continued([uploaded, made, read])).accused == (
        {"results-name-only-source-files"} if is_clear else set()
    )


@pytest.mark.parametrize("left", range(3))
def test_a_create_that_was_too_many_may_have_left_one_batch(left: int) -> None:
    body = {"source_directory_id": "dir-7", "config": {"job": PARSE}}
    shown = [batch(f"bat-{70 + number}", "dir-7", created=41, updated=41) for number in range(left)]
    asked = [("source_directory_id", "dir-7")]
    exchanges = [
        exchange("POST", DIRECTORIES, 201, {"id": "dir-7"}, sent=56, received=57),
        exchange("POST", BATCHES, 422, {"detail": "no"}, body=body, sent=58, received=59),
        exchange("POST", BATCHES, 429, {"detail": "later"}, body=body, sent=60, received=61),
        exchange("GET", BATCHES, 200, page(*shown), params=asked, sent=62, received=63),
    ]
    witness = observed(continued(exchanges))
    assert witness.accused == ({"refused-create-leaves-nothing"} if left > 1 else set())


@pytest.mark.parametrize("status", [200, 404])
def test_a_job_that_both_projects_have_named_is_open_to_both(status: int) -> None:
    """As where two projects share what was made of the same file."""
    shown = batch(
        "bat-9", "dir-9", "COMPLETED", project="prj-2", created=30, updated=31, results=[entry("dfl-9", "job-1")]
    )
    path, answer = "/api/v2/parse/job-1", {"job": {"id": "job-1"}}
    reads = [
        exchange(
            "GET", f"{BATCHES}/bat-9", 200, shown, params=[("expand", "results")], caller=OTHER, sent=60, received=61
        ),
        exchange("GET", path, status, answer, caller=OTHER, sent=62, received=63),
    ]
    assert not observed(continued(reads)).complaints


def deleted(file_id: str, sent: float) -> Exchange:
    return exchange("DELETE", f"{DIRECTORIES}/dir-1/files/{file_id}", 204, sent=sent, received=sent + 1)


def perhaps_deleted(file_id: str, sent: float) -> Exchange:
    return exchange("DELETE", f"{DIRECTORIES}/dir-1/files/{file_id}", 503, sent=sent, received=sent + 1)


def deleted_with_others(file_id: str, sent: float) -> Exchange:
    path, body = f"{DIRECTORIES}/dir-1/files/bulk-delete", {"directory_file_ids": ["dfl-8", file_id]}
    return exchange("POST", path, 204, body=body, sent=sent, received=sent + 1)


@pytest.mark.parametrize("deleted", [deleted, deleted_with_others, perhaps_deleted])
def test_a_file_that_is_deleted_before_the_end_need_not_be_there(deleted: Callable[[str, float], Exchange]) -> None:
    body = {"source_directory_id": "dir-1", "config": {"job": PARSE}}
    started = batch("bat-6", "dir-1", created=40, updated=40)
    ended = {**started, "status": "COMPLETED", "results": [entry("dfl-1", "job-1")]}
    reads = [
        exchange("POST", BATCHES, 200, started, body=body, sent=55, received=56),
        deleted("dfl-2", 57),
        get(ended, [("expand", "results")], batch_id="bat-6"),
    ]
    assert not observed(continued(reads)).complaints


def test_a_file_that_is_deleted_after_the_end_stays_in_the_results() -> None:
    reads = [deleted("dfl-2", 57), get({**DONE, "results": [entry("dfl-1", "job-1")]}, [("expand", "results")])]
    assert observed(continued(reads)).accused == {"results-are-stable", "results-cover-every-file"}


LATER_JOB = entry("dfl-2", "job-2")
OTHER_JOB = entry("dfl-2", "job-22")


@pytest.mark.parametrize("last", [OTHER_JOB, entry("dfl-2")], ids=["another", "none"])
def test_a_late_job_is_as_settled_as_one_that_was_there_at_once(last: Any) -> None:
    """The second file has no job at first; once it has one, it keeps it."""
    expand = [("expand", "results")]
    reads = [
        replace(
            get({**DONE, "results": [entry("dfl-1", "job-1"), second]}, expand),
            sent=60.0 + 2 * number,
            received=61.0 + 2 * number,
        )
        for number, second in enumerate((LATER_JOB, last))
    ]
    assert observed(continued(reads)).accused == {"results-are-stable"}


def test_a_list_that_names_the_own_project_is_judged_as_well() -> None:
    """As it is when every request of a run carries the project that the user names."""
    named = [("project_id", "prj-1")]
    foreign = {**RUNNING, "id": "bat-7", "project_id": "prj-2"}
    only_named = [create(50, 51, named), listed(*named, items=(foreign,))]
    assert observed(only_named).accused == {"list-shows-one-project"}


@pytest.mark.parametrize(
    ("params", "status", "says_something"),
    [
        (PROJECT, 422, False),
        (PROJECT, 400, False),
        ((("organization_id", "o"),), 422, False),
        (PROJECT, 404, True),
        (PROJECT, 403, True),
        ((), 422, True),
    ],
    ids=str,
)
def test_a_project_that_is_refused_for_its_form_hides_nothing(params: Pairs, status: int, says_something: bool) -> None:
    created = create(50, 51)
    foreign = exchange("GET", f"{BATCHES}/bat-6", status, {}, params=params, caller=OTHER, sent=60, received=61)
    witness = observed([created, foreign])
    assert not witness.complaints
    assert ("get-hides-other-projects" in witness.praised) is says_something


def test_a_project_may_have_another_id_in_a_query_than_in_a_batch() -> None:
    """What is listed under it has to be of one project all the same."""
    named = [("project_id", "0b1f")]
    foreign = {**RUNNING, "id": "bat-7", "project_id": "prj-2"}
    assert not observed([create(50, 51), listed(*named)]).complaints
    assert observed([create(50, 51), listed(*named, items=(RUNNING, foreign))]).accused == {"list-shows-one-project"}


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_operation_that_is_not_offered_is_not_praised(status: int) -> None:
    """Not before another answer has shown that it is there."""
    not_there, refused = cancel({}, status, 62), cancel({}, 409, 64)
    assert "cancel-without-server-error" not in observed([not_there]).praised
    assert "cancel-without-server-error" in observed([not_there, refused]).praised
