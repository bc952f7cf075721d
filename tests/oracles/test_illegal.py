"""One thing is spoilt in a legal history, and exactly the requirement that it breaks is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from fixtures.exchange import Exchange
from suites.oracles import ORACLES
from suites.verify import RequirementViolated, _as_text
from tests.oracles.history import (
    FOREIGN_PROJECT,
    PARSE,
    History,
    Json,
    at,
    batch,
    entry,
    page,
)
from tests.oracles.timeline import TEST, Witness, answered, observed

Edit = Callable[[Exchange], Exchange]


class Spoilt(NamedTuple):
    """An edit of one exchange, the requirement that it breaks, and what it cannot help breaking beside."""

    requirement: str
    where: str
    edit: Edit
    also: frozenset[str] = frozenset()


def body_of(one: Exchange) -> Any:
    assert one.response is not None
    return json.loads(one.response.body)


def with_fields(**fields: Any) -> Edit:
    """Other values in the body."""
    return lambda one: answered(one, {**body_of(one), **fields})


def without(field: str) -> Edit:
    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        del body[field]
        return answered(one, body)

    return edit


def in_first_item(**fields: Any) -> Edit:
    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        body["items"][0].update(fields)
        return answered(one, body)

    return edit


def in_last_item(**fields: Any) -> Edit:
    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        body["items"][-1].update(fields)
        return answered(one, body)

    return edit


def in_first_entry(**fields: Any) -> Edit:
    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        body["results"][0].update(fields)
        return answered(one, body)

    return edit


def items(*more: Json) -> Edit:
    """Further items on the page, and in its total."""

    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        shown = [*body["items"], *more]
        return answered(one, {**body, "items": shown, "total_size": body["total_size"] + len(more)})

    return edit


def first_item_again(one: Exchange) -> Exchange:
    return items(body_of(one)["items"][0])(one)


def entries(change: Callable[[list[Json]], list[Json]]) -> Edit:
    def edit(one: Exchange) -> Exchange:
        body = body_of(one)
        return answered(one, {**body, "results": change(body["results"])})

    return edit


def status(code: int, answer: Any = None) -> Edit:
    return lambda one: answered(one, answer or {"detail": "?"}, status=code)


def raw(body: bytes, media_type: str = "application/json") -> Edit:
    return lambda one: answered(one, body, headers=(("content-type", media_type),))


def media_type(value: str) -> Edit:
    return lambda one: answered(one, body_of(one), headers=(("content-type", value),))


def no_media_type(one: Exchange) -> Exchange:
    return answered(one, body_of(one), headers=())


def config(**fields: str) -> Json:
    return {"job": {**PARSE, **fields}}


STRAY = batch("bat-8", "dir-8", "RUNNING", created=1, updated=1)
LATE = batch("bat-8", "dir-1", "COMPLETED", created=50, updated=50)
LEFT = batch("bat-8", "dir-1", "COMPLETED")
SHOWN = batch("bat-1", "dir-1", "COMPLETED", updated=8)

STOPPING = batch("bat-7", "dir-1", "RUNNING", created=40, updated=41)
CANCELLED = {**STOPPING, "status": "CANCELLED", "updated_at": at(42)}

NULL_RESULT = [{"source_directory_file_id": "dfl-1"}]
TYPE_ALONE = {"type": "parse_v2"}

SPOILT = (
    # Every answer.
    Spoilt("no-server-error", "refused create", status(500)),
    Spoilt("no-server-error", "get pending", status(500)),
    Spoilt("no-server-error", "list all", status(503)),
    Spoilt("no-server-error", "anonymous list", status(502)),
    Spoilt("success-is-json", "list all", media_type("text/html")),
    Spoilt("success-is-json", "create again", media_type("application/jsonp")),
    Spoilt("success-is-json", "get pending", no_media_type),
    Spoilt("success-is-json", "get pending", raw(b"")),
    Spoilt("success-is-json", "get pending", raw(b'{"id": "bat-1"')),
    Spoilt("success-is-json", "get pending", raw(b'{"id": NaN}')),
    Spoilt("success-is-json", "get pending", raw(b'{"id": "\xff"}')),
    Spoilt("create-answers-with-batch", "create again", without("project_id")),
    Spoilt("create-answers-with-batch", "create again", raw(b"[]")),
    Spoilt("create-answers-with-batch", "create again", with_fields(project_id="")),
    Spoilt("get-answers-with-batch", "get pending", without("id")),
    Spoilt("get-answers-with-batch", "get pending", with_fields(id=7)),
    Spoilt("get-answers-with-batch", "get pending", raw(b"null")),
    Spoilt("list-answers-with-page", "list all", without("items")),
    Spoilt("list-answers-with-page", "list all", with_fields(items=None)),
    Spoilt("list-answers-with-page", "list all", with_fields(total_size="2")),
    Spoilt("list-answers-with-page", "list all", with_fields(next_page_token=5)),
    Spoilt("status-is-documented", "get pending", with_fields(status="QUEUED")),
    Spoilt("status-is-documented", "get pending", with_fields(status="pending")),
    Spoilt("status-is-documented", "get pending", with_fields(status=None)),
    Spoilt("status-is-documented", "create again", with_fields(status="CREATED")),
    Spoilt("timestamps-are-date-times", "get pending", with_fields(created_at=at(5)[:-1])),
    Spoilt("timestamps-are-date-times", "get pending", with_fields(updated_at="yesterday")),
    Spoilt("timestamps-are-date-times", "get pending", with_fields(updated_at=1893456005)),
    Spoilt("timestamps-are-date-times", "list all", in_first_item(created_at="2030-01-01")),
    Spoilt("results-well-formed", "expand running", in_first_entry(error_message=5)),
    Spoilt("results-well-formed", "expand running", in_first_entry(job_reference=TYPE_ALONE)),
    Spoilt("results-well-formed", "expand running", in_first_entry(job_reference="job-1")),
    Spoilt(
        "results-well-formed",
        "expand running",
        in_first_entry(source_directory_file_id=None),
        frozenset({"results-cover-every-file"}),
    ),
    # Create.
    Spoilt("batch-id-is-unique", "create again", with_fields(id="bat-1")),
    Spoilt("create-echoes-request", "create again", with_fields(source_directory_id="dir-2")),
    Spoilt("create-echoes-request", "create again", with_fields(config=config(type="extract_v2"))),
    Spoilt("create-echoes-request", "create again", with_fields(config=config(configuration_id="c"))),
    Spoilt("refused-create-leaves-nothing", "list after refusal", items(LEFT)),
    # Results.
    Spoilt("create-never-carries-results", "create again", with_fields(results=[])),
    Spoilt("create-never-carries-results", "create again", with_fields(results=NULL_RESULT)),
    Spoilt("list-never-carries-results", "list all", in_first_item(results=[])),
    Spoilt("list-never-carries-results", "list all", in_last_item(results=NULL_RESULT)),
    Spoilt("results-null-unless-expanded", "get pending", with_fields(results=NULL_RESULT)),
    Spoilt("results-null-unless-expanded", "get completed", with_fields(results=[])),
    Spoilt("results-name-each-file-once", "expand completed", entries(lambda all_: [*all_, all_[1]])),
    Spoilt("results-name-each-file-once", "expand running", entries(lambda all_: [*all_, all_[0]])),
    Spoilt(
        "each-file-has-its-own-job",
        "expand extract",
        entries(lambda all_: [all_[0], entry("dfl-4", "job-3", "extract_v2")]),
    ),
    Spoilt(
        "job-reference-has-type-of-batch",
        "expand extract",
        in_first_entry(job_reference={"type": "parse_v2", "id": "job-3"}),
    ),
    Spoilt("results-cover-every-file", "expand extract", entries(lambda all_: all_[1:])),
    Spoilt("results-cover-every-file", "expand running", entries(lambda all_: all_[:1])),
    Spoilt("results-cover-every-file", "expand running", with_fields(results=[])),
    Spoilt(
        "results-name-only-source-files",
        "expand extract",
        entries(lambda all_: [*all_, entry("dfl-1")]),
    ),
    Spoilt("results-are-stable", "expand again", with_fields(results=None)),
    Spoilt(
        "results-are-stable",
        "expand again",
        in_first_entry(job_reference={"type": "parse_v2", "id": "job-7"}),
    ),
    Spoilt("results-are-stable", "expand again", in_first_entry(job_reference=None)),
    Spoilt(
        "results-are-stable",
        "expand again",
        entries(lambda all_: all_[1:]),
        frozenset({"results-cover-every-file"}),
    ),
    # Life.
    Spoilt("config-never-changes", "get completed", with_fields(config=config(configuration_id="c"))),
    Spoilt(
        "config-never-changes",
        "list after",
        in_first_item(config=config(type="extract_v2")),
        frozenset({"list-agrees-with-get"}),
    ),
    Spoilt("source-directory-never-changes", "get completed", with_fields(source_directory_id="d")),
    Spoilt("project-never-changes", "get completed", with_fields(project_id=FOREIGN_PROJECT)),
    Spoilt("created-at-never-changes", "get completed", with_fields(created_at=at(1))),
    Spoilt("created-at-never-changes", "get completed", with_fields(created_at=at(5.000001))),
    Spoilt("list-agrees-with-get", "list all", in_last_item(created_at=at(19))),
    Spoilt("list-agrees-with-get", "list all", in_last_item(source_directory_id="dir-1")),
    Spoilt("list-agrees-with-get", "list all", in_last_item(config=config())),
    Spoilt("terminal-status-is-final", "get once more", with_fields(status="RUNNING")),
    Spoilt("terminal-status-is-final", "get once more", with_fields(status="FAILED")),
    Spoilt("terminal-status-is-final", "list all", in_first_item(status="CANCELLED")),
    Spoilt("updated-at-not-before-created-at", "create again", with_fields(updated_at=at(4))),
    Spoilt("updated-at-never-goes-back", "get once more", with_fields(updated_at=at(7))),
    Spoilt("updated-at-never-goes-back", "list all", in_first_item(updated_at=at(7.999999))),
    Spoilt("get-returns-requested-batch", "get once more", status(404)),
    Spoilt("get-returns-requested-batch", "get pending", with_fields(id="bat-4")),
    Spoilt("get-returns-requested-batch", "get once more", status(410)),
    Spoilt("get-finds-new-batch-at-once", "get pending", status(404)),
    Spoilt("get-finds-new-batch-at-once", "get pending", status(422)),
    # List.
    Spoilt("list-filters-by-status", "list by status", in_first_item(status="RUNNING")),
    Spoilt("list-filters-by-status", "list by status", items(STRAY)),
    Spoilt("list-filters-by-directory", "list by directory", items(STRAY)),
    Spoilt("list-filters-by-earliest-creation", "list after", items(STRAY)),
    Spoilt("list-filters-by-latest-creation", "list before", items(LATE)),
    Spoilt("list-filters-combine", "list combined", items(STRAY)),
    Spoilt("list-filters-hold-on-every-page", "later page", with_fields(items=[STRAY], total_size=2)),
    Spoilt("page-holds-at-most-page-size", "first page", items(LEFT)),
    Spoilt("pages-repeat-nothing", "list all", first_item_again),
    # Access.
    Spoilt("anonymous-request-refused", "anonymous list", status(200, page())),
    Spoilt("anonymous-request-refused", "anonymous list", status(200, page(SHOWN))),
    Spoilt("unknown-key-refused", "stranger's get", status(200, SHOWN)),
    Spoilt("list-shows-one-project", "list all", items({**STRAY, "project_id": FOREIGN_PROJECT})),
    Spoilt("get-hides-other-projects", "foreign get", status(200, SHOWN)),
    Spoilt(
        "list-hides-other-projects",
        "foreign list",
        items(SHOWN),
        frozenset({"list-shows-one-project"}),
    ),
    Spoilt("jobs-hide-other-projects", "foreign job", status(200, {"job": {"id": "job-1"}})),
    Spoilt("jobs-hide-other-projects", "foreign extract job", status(200, {"id": "job-3"})),
    Spoilt("jobs-need-valid-key", "anonymous job", status(200, {"id": "job-3"})),
    Spoilt("jobs-need-valid-key", "stranger's job", status(200, {"job": {"id": "job-1"}})),
    # Cancel.
    Spoilt("cancel-answers-with-batch", "cancel", without("config")),
    Spoilt("cancel-answers-with-batch", "cancel", raw(b"")),
    Spoilt("cancel-answers-with-batch", "cancel", raw(b"[]")),
    Spoilt("cancel-answers-with-batch", "cancel", raw(b'{"message": "ok"}')),
    Spoilt("cancel-answers-with-batch", "cancel", media_type("text/plain")),
    Spoilt("cancel-answers-with-batch", "cancel", no_media_type),
    Spoilt("cancel-without-server-error", "cancel", status(500)),
    Spoilt("cancel-without-server-error", "cancel again", status(502)),
    Spoilt("cancel-without-server-error", "stranger's cancel", status(500)),
    Spoilt("cancel-returns-requested-batch", "cancel", with_fields(id="bat-4")),
    Spoilt("cancel-never-carries-results", "cancel", with_fields(results=[])),
    Spoilt("cancel-refused-in-terminal-status", "cancel again", status(200, CANCELLED)),
    Spoilt("cancel-refused-in-terminal-status", "cancel completed", status(200, SHOWN)),
    Spoilt("cancel-needs-valid-key", "stranger's cancel", status(200, STOPPING)),
    Spoilt("cancel-hides-other-projects", "foreign cancel", status(202, STOPPING)),
    Spoilt("status-is-documented", "cancel", with_fields(status="CANCELLING")),
    Spoilt("terminal-status-is-final", "cancel", with_fields(status="FAILED")),
)

SPOKEN_OF = {id_ for oracle in ORACLES for id_ in oracle.requirements}


def spoil(case: Spoilt) -> Witness:
    exchanges = History().exchanges
    exchanges[case.where] = case.edit(exchanges[case.where])
    return observed(exchanges.values())


def test_the_history_itself_is_legal() -> None:
    assert not observed(History().exchanges.values()).complaints


def test_every_edit_breaks_what_an_oracle_observes() -> None:
    """That each requirement can be broken and noticed is shown by its faults."""
    assert {case.requirement for case in SPOILT} <= SPOKEN_OF


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.requirement}-{n}") for n, case in enumerate(SPOILT)])
def test_an_edit_is_noticed_by_the_requirement_it_breaks(case: Spoilt) -> None:
    accused = spoil(case).accused
    assert case.requirement in accused
    assert accused <= {case.requirement, *case.also}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.requirement}-{n}") for n, case in enumerate(SPOILT)])
def test_a_violation_names_what_a_reader_needs(case: Spoilt) -> None:
    witness = spoil(case)
    found = [one for one in witness.seen if not one.holds and one.requirement == case.requirement]
    for one in found:
        assert one.expected != one.actual
        assert one.exchanges
        sentence = str(one)
        for part in (case.requirement, one.difference, one.case, *map(str, one.exchanges)):
            assert part in sentence
        if not one.difference:
            assert one.actual is None or f", got {_as_text(one.actual)} (" in sentence
        assert sentence in str(RequirementViolated(one))
    spoilt_number = History().exchanges[case.where].number
    numbers = {exchange.number for one in found for exchange in one.exchanges}
    assert spoilt_number in numbers


@pytest.mark.parametrize("case", SPOILT[::7], ids=lambda case: case.requirement)
def test_a_violation_is_plain_data_for_the_report(case: Spoilt) -> None:
    witness = spoil(case)
    seen = [one for one in witness.seen if not one.holds]
    found = json.loads(json.dumps(witness.taken))["violations"]
    assert len(found) == len(seen)
    for data, one in zip(found, seen, strict=True):
        for name in ("requirement", "check", "kind", "difference"):
            assert data[name] == getattr(one, name)
        assert data["expected"] == one.expected
        assert data["actual"] == one.actual
        assert data["test"] == TEST
        assert [shown["number"] for shown in data["exchanges"]] == [exchange.number for exchange in one.exchanges[-4:]]
        assert data["exchanges"][data["deciding"]]["number"] == one.exchanges[one.deciding].number


def test_a_request_that_was_sent_too_early_shows_nothing_of_the_end() -> None:
    """A read that was sent before the end was known may be answered after it."""
    exchanges = History().exchanges
    late = exchanges["get running"]
    exchanges["get running, answered late"] = replace(late, received=40.0)
    assert not observed(exchanges.values()).complaints
