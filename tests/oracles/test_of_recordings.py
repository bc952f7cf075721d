"""Oracles of recordings: what each accuses, and the same thing with something beside it that excuses it."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.exchange import Exchange
from fixtures.settings import SETTLE_TIMEOUT
from suites.oracles import of_recordings
from suites.oracles.panel import Panel
from suites.oracles.retention import KEPT
from tests.oracles.history import EXPAND, EXTRACT, PARSE, Json, at, batch, entry, page
from tests.oracles.timeline import BATCHES, DIRECTORIES, TEST, Pairs, Witness, exchange

LATER = SETTLE_TIMEOUT + 1
CREATE_BODY = {"source_directory_id": "dir-1", "config": {"job": PARSE}}
UPLOADS = f"{DIRECTORIES}/dir-1/files/upload"
FILES = f"{DIRECTORIES}/dir-1/files"

FORM = (
    '--cut\r\nContent-Disposition: form-data; name="display_name"\r\n\r\nname\r\n'
    '--cut\r\nContent-Disposition: form-data; name="upload_file"; filename="name"\r\nContent-Type: text/plain\r\n\r\n'
    "{}\r\n--cut--\r\n"
)
OTHER_FORM = "--edge\r\ncontent-disposition: form-data; filename=a; name=upload_file\r\n\r\n{}\r\n--edge--\r\n"


class Tale:
    """Exchanges one after the other, each a second long, with pauses between."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.now = 0.0

    def wait(self, seconds: float = LATER) -> "Tale":
        self.now += seconds
        return self

    def say(self, method: str, path: str, status: int, answer: Any, **more: Any) -> "Tale":
        number = len(self.exchanges) + 1
        last = exchange(method, path, status, answer, sent=self.now, received=self.now + 0.5, number=number, **more)
        self.exchanges.append(last)
        self.now += 1
        return self

    def create(
        self, batch_id: str = "bat-1", *, body: Any = CREATE_BODY, status: int = 200, params: Pairs = (), **shown: Any
    ) -> "Tale":
        answer = batch(batch_id, "dir-1", **shown) if status < 300 else {"detail": "no"}
        return self.say("POST", BATCHES, status, answer, body=body, params=params)

    def get(
        self, status: str = "COMPLETED", *, id_: str = "bat-1", params: Pairs = (), code: int = 200, **shown: Any
    ) -> "Tale":
        return self.say("GET", f"{BATCHES}/{id_}", code, batch(id_, "dir-1", status, **shown), params=params)

    def upload(self, file_id: str, content: str, form: str = FORM) -> "Tale":
        return self.say("POST", UPLOADS, 201, {"id": file_id}, body=form.format(content).encode())

    def two_files(self) -> "Tale":
        return self.upload("dfl-1", "one").upload("dfl-2", "another")

    def results(self, id_: str, job_id: str, *file_ids: str, status: str = "COMPLETED", **shown: Any) -> "Tale":
        entries = [entry(file_id, job_id) for file_id in file_ids]
        return self.get(status, id_=id_, params=EXPAND, **with_results(*entries), **shown)

    def list(self, *ids: str | Json, params: Pairs = (), token: str | None = None, total: int | None = None) -> "Tale":
        items = [each if isinstance(each, dict) else batch(each, "dir-1") for each in ids]
        return self.say("GET", BATCHES, 200, page(*items, token=token, total=total), params=params)

    def refused(self, params: Pairs) -> "Tale":
        return self.say("GET", BATCHES, 422, {"detail": "no"}, params=params)

    @property
    def witness(self) -> Witness:
        witness = Witness()
        panel = Panel(of_recordings(), witness)
        for each in self.exchanges:
            panel.on_exchange(each)
        assert witness.take(TEST)["errors"] == []
        return witness


def body(**changes: Any) -> Json:
    return {**CREATE_BODY, **changes}


def with_results(*entries: Json) -> Json:
    return {"results": list(entries)}


TWICE = (*EXPAND, *EXPAND)
RESULTS = with_results(entry("dfl-1", "job-1"))
OTHER_PROJECT = (("project_id", "prj-2"),)
BY_DIRECTORY = (("source_directory_id", "dir-1"),)
OF_COMPLETED = (("status", "COMPLETED"),)
BY_TIME = (("created_at_on_or_after", at(5)),)
BY_INSTANT = (("created_at_on_or_after", "2029-12-31T19:00:01-05:00"),)


def paged(token: str | None = None, size: str = "1") -> Pairs:
    return (("page_size", size), *([("page_token", token)] if token else []))


def over_directory(token: str | None = None, size: str = "2") -> Pairs:
    return (*BY_DIRECTORY, *paged(token, size))


def two(tale: Tale) -> Tale:
    return tale.create().create("bat-2").wait()


def seen(tale: Tale, *others: str | Json) -> Tale:
    return two(tale).list("bat-1", "bat-2", *others)


def ending(batch_id: str, status: str = "COMPLETED") -> Json:
    return batch(batch_id, "dir-1", status)


ACCUSED: dict[str, tuple[str, Callable[[Tale], Tale]]] = {
    "no directory": ("create-refuses-incomplete-body", lambda t: t.create(body={"config": {"job": PARSE}})),
    "a number for a directory": (
        "create-refuses-incomplete-body",
        lambda t: t.create(body=body(source_directory_id=1)),
    ),
    "a job that is a list": ("create-refuses-incomplete-body", lambda t: t.create(body=body(config={"job": [PARSE]}))),
    "another job type": (
        "create-refuses-unknown-job-type",
        lambda t: t.create(body=body(config={"job": {**PARSE, "type": "PARSE_V2"}})),
    ),
    "no results for long": ("results-delivered-when-expanded", lambda t: t.get().wait().get(params=EXPAND)),
    "no outcome for long": (
        "result-has-outcome",
        lambda t: t.get().wait().get(params=EXPAND, **with_results({**entry("dfl-1"), "error_message": None})),
    ),
    "results refused": (
        "expanded-read-succeeds-in-any-status",
        lambda t: t.get("RUNNING").get("RUNNING", params=EXPAND, code=409),
    ),
    "results refused when named twice": (
        "expand-accepts-repetition",
        lambda t: t.get().get(params=EXPAND, **RESULTS).get(params=TWICE, code=400),
    ),
    "a job that is not found": (
        "parse-jobs-resolve",
        lambda t: t.get(params=EXPAND, **RESULTS).wait().say("GET", "/api/v2/parse/job-1", 404, {}),
    ),
    "another job in the place of one": (
        "parse-jobs-resolve",
        lambda t: t.get(params=EXPAND, **RESULTS).say("GET", "/api/v2/parse/job-1", 200, {"job": {"id": "job-2"}}),
    ),
    "a job of files of two batches": (
        "each-file-has-its-own-job",
        lambda t: t.two_files().results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-2"),
    ),
    "a job of files of two batches, one of them empty": (
        "each-file-has-its-own-job",
        lambda t: (
            t.upload("dfl-1", "")
            .upload("dfl-2", "another", OTHER_FORM)
            .results("bat-1", "job-1", "dfl-1")
            .results("bat-2", "job-1", "dfl-2")
        ),
    ),
    "a job of files of two batches that are running": (
        "each-file-has-its-own-job",
        lambda t: (
            t.two_files()
            .results("bat-1", "job-1", "dfl-1", status="RUNNING")
            .results("bat-2", "job-1", "dfl-2", status="RUNNING")
        ),
    ),
    "a list behind a get": ("list-agrees-with-get", lambda t: t.get().wait().list(batch("bat-1", "dir-1", "RUNNING"))),
    "a list that shows what was before a get": (
        "list-agrees-with-get",
        lambda t: (
            t.create()
            .get("RUNNING", updated=7)
            .wait()
            .list(batch("bat-1", "dir-1", "PENDING"))
            .get("RUNNING", updated=7)
        ),
    ),
    "a file of another directory": (
        "results-name-only-source-files",
        lambda t: (
            t.say("POST", f"{DIRECTORIES}/dir-2/files/upload", 200, {"id": "dfl-1"})
            .create()
            .get(params=EXPAND, **RESULTS)
        ),
    ),
    "a file that was deleted long before": (
        "results-name-only-source-files",
        lambda t: (
            t.say("POST", UPLOADS, 200, {"id": "dfl-1"})
            .say("DELETE", f"{FILES}/dfl-1", 204, None)
            .wait()
            .create()
            .get(params=EXPAND, **RESULTS)
        ),
    ),
    "a file that was there before and after": (
        "results-cover-every-file",
        lambda t: (
            t.say("POST", UPLOADS, 200, {"id": "dfl-1"})
            .say("POST", UPLOADS, 200, {"id": "dfl-2"})
            .create()
            .get(params=EXPAND, **RESULTS)
            .say("GET", FILES, 200, {"items": [{"id": "dfl-1"}, {"id": "dfl-2"}]})
            .get(params=EXPAND, **RESULTS)
        ),
    ),
    "a batch that is not listed": ("list-shows-created-batch", lambda t: two(t).list("bat-2")),
    "a batch that its directory does not list": (
        "list-filters-by-directory",
        lambda t: two(t).list("bat-2", params=BY_DIRECTORY),
    ),
    "a batch of that very time": ("list-filters-by-earliest-creation", lambda t: two(t).list("bat-2", params=BY_TIME)),
    "a batch of that time elsewhere": ("list-compares-instants", lambda t: two(t).list("bat-2", params=BY_INSTANT)),
    "a batch of two filters": ("list-filters-combine", lambda t: two(t).list("bat-2", params=BY_DIRECTORY + BY_TIME)),
    "a batch in a status": (
        "list-filters-by-status",
        lambda t: t.create().get().wait().list(params=(("status", "COMPLETED"),)),
    ),
    "an end that another one follows": (
        "terminal-status-is-final",
        lambda t: t.create().get().get("CANCELLED").wait().list(params=(("status", "COMPLETED"),)),
    ),
    "a batch that falls between pages": (
        "pages-lose-nothing",
        lambda t: (
            two(t)
            .list(ending("bat-1"), ending("bat-2"))
            .list(ending("bat-2"), params=over_directory(), token="a")
            .list(params=over_directory("a"))
        ),
    ),
    "a batch on two pages": (
        "pages-repeat-nothing",
        lambda t: (
            seen(t)
            .list("bat-1", params=over_directory(), token="a")
            .list("bat-2", "bat-1", params=over_directory("a"), token=None)
        ),
    ),
    "a batch on two pages, where somebody may have added one": (
        "pages-survive-insertions",
        lambda t: (
            seen(t)
            .list("bat-1", params=paged(size="2"), token="a")
            .list("bat-2", "bat-1", params=paged("a", "2"), token=None)
        ),
    ),
    "a batch that is found late": ("get-finds-new-batch-at-once", lambda t: t.create().get(code=404).get()),
    "a batch that is found and lost for a moment": (
        "get-finds-new-batch-at-once",
        lambda t: t.create().get().get(code=404).get(),
    ),
    "a batch that is refused for long": (
        "get-returns-requested-batch",
        lambda t: t.create().get().wait().get(code=409),
    ),
    "an expanded read that is refused": (
        "expanded-read-succeeds-in-any-status",
        lambda t: t.create().get().get(params=EXPAND, code=409),
    ),
    "an expanded read that finds nothing for long": (
        "expanded-read-succeeds-in-any-status",
        lambda t: t.create().get().wait().get(params=EXPAND, code=404),
    ),
    "a batch that is not found for long": ("get-returns-requested-batch", lambda t: t.create().wait().get(code=404)),
    "a batch that a new one pushes to the next page": (
        "pages-survive-insertions",
        lambda t: (
            seen(t)
            .list("bat-1", params=over_directory(), token="a")
            .create("bat-3")
            .list("bat-1", "bat-2", params=over_directory("a"))
        ),
    ),
    "a page that leads to itself": (
        "walk-over-pages-ends",
        lambda t: (
            t.list("bat-1", params=paged(), token="a")
            .list("bat-2", params=paged("a"), token="a")
            .list("bat-2", params=paged("a"), token="a")
        ),
    ),
    "a status that is refused": (
        "list-filters-by-status",
        lambda t: t.list("bat-1").refused((("status", "RUNNING"),)),
    ),
    "an offset that is refused": ("list-compares-instants", lambda t: t.list("bat-1").refused(BY_INSTANT)),
}


@pytest.mark.parametrize(("requirement", "tell"), ACCUSED.values(), ids=ACCUSED)
def test_what_breaks_a_promise_is_accused(requirement: str, tell: Callable[[Tale], Tale]) -> None:
    witness = tell(Tale()).witness
    assert witness.accused == {requirement}, witness.complaints


EXCUSED: dict[str, Callable[[Tale], Tale]] = {
    "a create that is refused": lambda t: t.create(body={}, status=422),
    "a create whose key is refused": lambda t: t.create(body={}, status=401),
    "a create whose body was not recorded": lambda t: t.create(body=None),
    "results a little late": lambda t: t.get().wait(SETTLE_TIMEOUT - 2).get(params=EXPAND),
    "an outcome a little late": lambda t: t.get().get(
        params=EXPAND, **with_results({**entry("dfl-1"), "error_message": None})
    ),
    "results refused to another caller": lambda t: t.get("RUNNING").say(
        "GET", f"{BATCHES}/bat-1", 404, {}, params=EXPAND, caller="other"
    ),
    "results refused with a key": lambda t: t.get("RUNNING").get("RUNNING", params=EXPAND, code=403),
    "results refused for a header": lambda t: t.get("RUNNING").get("RUNNING", params=EXPAND, code=406),
    "a job of a file in two batches": lambda t: (
        t.two_files().results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-1")
    ),
    "a job of files of equal content": lambda t: (
        t.upload("dfl-1", "one")
        .upload("dfl-2", "one", OTHER_FORM)
        .results("bat-1", "job-1", "dfl-1")
        .results("bat-2", "job-1", "dfl-2")
    ),
    "a job of files of which one was not uploaded": lambda t: (
        t.upload("dfl-1", "one").results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-2")
    ),
    "a job of files of which one was not recorded whole": lambda t: (
        t.upload("dfl-1", "one")
        .upload("dfl-2", "another", FORM.partition("{}")[0] + "{}")
        .results("bat-1", "job-1", "dfl-1")
        .results("bat-2", "job-1", "dfl-2")
    ),
    "a job of files of which one has had another content": lambda t: (
        t.upload("dfl-2", "one").two_files().results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-2")
    ),
    "a job of files of which one has another content later": lambda t: (
        t.two_files().results("bat-1", "job-1", "dfl-1").upload("dfl-1", "another").results("bat-2", "job-1", "dfl-2")
    ),
    "a job that goes to another file of a batch that is running": lambda t: (
        t.two_files()
        .results("bat-1", "job-1", "dfl-1", status="RUNNING")
        .results("bat-1", "job-1", "dfl-2", status="RUNNING")
    ),
    "a job of another project": lambda t: (
        t.two_files().results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-2", project="prj-2")
    ),
    "a job of a batch that failed": lambda t: (
        t.two_files().results("bat-1", "job-1", "dfl-1", status="FAILED").results("bat-2", "job-1", "dfl-2")
    ),
    "a job that is found late": lambda t: t.get(params=EXPAND, **RESULTS).say("GET", "/api/v2/parse/job-1", 404, {}),
    "a job whose answer was not kept": lambda t: (
        t.get(params=EXPAND, **RESULTS).wait().say("GET", "/api/v2/parse/job-1", 200, {})
    ),
    "a job that is long over": lambda t: (
        t.get(params=EXPAND, **RESULTS).wait(2 * KEPT).say("GET", "/api/v2/parse/job-1", 404, {})
    ),
    "a job at the other endpoint": lambda t: (
        t.get(params=EXPAND, **RESULTS).wait().say("GET", "/api/v2/extract/job-1", 404, {})
    ),
    "a list that shows a little later what was before a get": lambda t: (
        t.create().get("RUNNING", updated=7).list(batch("bat-1", "dir-1", "PENDING")).get("RUNNING", updated=7)
    ),
    "a list that shows what was before a get, of which nobody knows how it went on": lambda t: (
        t.create().get("RUNNING", updated=7).wait().list(batch("bat-1", "dir-1", "PENDING"))
    ),
    "a list that shows what followed a get, by a clock that is behind": lambda t: (
        t.get("RUNNING", updated=7).wait().list(batch("bat-1", "dir-1", "PENDING")).get("RUNNING", updated=8)
    ),
    "a list that shows the end that followed a get, by a clock that is behind": lambda t: (
        t.get("RUNNING", updated=7).wait().list(batch("bat-1", "dir-1", "COMPLETED")).get("RUNNING", updated=7)
    ),
    "a list that shows what followed a get": lambda t: (
        t.get("RUNNING", updated=7).wait().list(batch("bat-1", "dir-1", "PENDING", updated=8))
    ),
    "a list without update times": lambda t: (
        t.get("RUNNING", updated=7).wait().list({**batch("bat-1", "dir-1", "PENDING"), "updated_at": None})
    ),
    "a batch whose directory was deleted": lambda t: (
        t.create()
        .get()
        .say("DELETE", f"{DIRECTORIES}/dir-1", 204, None)
        .wait()
        .get(code=404)
        .get(params=EXPAND, code=410)
    ),
    "a batch whose directory may have been deleted": lambda t: (
        t.create().get().say("DELETE", f"{DIRECTORIES}/dir-1", 503, None).wait().get(code=404)
    ),
    "a batch whose file was deleted": lambda t: (
        t.create().get().say("DELETE", f"{FILES}/dfl-1", 204, None).wait().get(code=404).get(params=EXPAND, code=410)
    ),
    "a batch of a file that was deleted just before": lambda t: (
        t.say("DELETE", f"{FILES}/dfl-1", 204, None).create().wait().get(params=EXPAND, **RESULTS)
    ),
    "a batch of a file whose deletion may not have been": lambda t: (
        t.say("DELETE", f"{FILES}/dfl-1", 503, None).wait().create().get(params=EXPAND, **RESULTS)
    ),
    "a batch whose file was deleted after its create": lambda t: (
        t.create().say("DELETE", f"{FILES}/dfl-1", 204, None).wait().get(params=EXPAND, **RESULTS)
    ),
    "a batch whose file was deleted with others": lambda t: (
        t.create().get().say("POST", f"{FILES}/bulk-delete", 204, None, body=["dfl-1"]).get(code=404)
    ),
    "a batch whose directory was deleted, where what is not there is no valid input": lambda t: (
        t.create().get().say("DELETE", f"{DIRECTORIES}/dir-1", 204, None).get(code=422).get(params=EXPAND, code=422)
    ),
    "a batch that one server finds before another": lambda t: t.create().get().get(params=EXPAND, code=404),
    "the same, where what is not there is no valid input": lambda t: (
        t.create().get().say("GET", f"{BATCHES}/bat-9", 422, {}).get(params=EXPAND, code=422)
    ),
    "a batch that is long over": lambda t: t.create().get().wait(2 * KEPT).get(code=404).get(params=EXPAND, code=404),
    "a list without batches that are long over": lambda t: two(t).wait(2 * KEPT).list(),
    "a job whose file was deleted": lambda t: (
        t.get(params=EXPAND, **RESULTS)
        .say("DELETE", f"{FILES}/dfl-1", 204, None)
        .wait()
        .say("GET", "/api/v2/parse/job-1", 404, {})
    ),
    "a job whose directory was deleted": lambda t: (
        t.get(params=EXPAND, **RESULTS)
        .say("DELETE", f"{DIRECTORIES}/dir-1", 204, None)
        .wait()
        .say("GET", "/api/v2/parse/job-1", 410, {})
    ),
    "a list without the batches of a directory that was deleted": lambda t: (
        two(t).say("DELETE", f"{DIRECTORIES}/dir-1", 204, None).wait().list()
    ),
    "a list without the batches of a file that was deleted": lambda t: (
        two(t).say("DELETE", f"{FILES}/dfl-1", 204, None).wait().list()
    ),
    "a list a little behind": lambda t: t.get().list(batch("bat-1", "dir-1", "RUNNING")),
    "a file that nobody knows": lambda t: t.create().get(params=EXPAND, **RESULTS),
    "a file that was gone before": lambda t: (
        t.say("POST", UPLOADS, 200, {"id": "dfl-2"}).create().get(params=EXPAND, **RESULTS)
    ),
    "a file that was added later": lambda t: (
        t.create()
        .say("POST", UPLOADS, 200, {"id": "dfl-2"})
        .get(params=EXPAND, **RESULTS)
        .say("GET", FILES, 200, {"items": [{"id": "dfl-2"}]})
        .get(params=EXPAND, **RESULTS)
    ),
    "a batch that is not listed yet": lambda t: t.create().create("bat-2").list("bat-2"),
    "a batch of somebody else": lambda t: two(t).say("GET", BATCHES, 200, page(), caller="other"),
    "a batch that was created in another project": lambda t: (
        t.create().create("bat-2", project="prj-2").wait().list("bat-1")
    ),
    "the list of another project that has none": lambda t: two(t).list(params=OTHER_PROJECT),
    "the list of an organization that has none": lambda t: two(t).list(params=(("organization_id", "org-2"),)),
    "the list of the key's own project, after a create in another": lambda t: (
        t.create(params=OTHER_PROJECT, project="prj-2").wait().list()
    ),
    "the list of a key whose creates show several projects": lambda t: (
        t.create().create("bat-2", project="prj-2").wait().list()
    ),
    "the list of another organization": lambda t: (
        two(t)
        .list("bat-1", "bat-2")
        .list(batch("bat-9", "dir-9", project="prj-9"), params=(("organization_id", "org-2"),))
    ),
    "a get in the key's own project, after a create in another": lambda t: (
        t.create(params=OTHER_PROJECT, project="prj-2").wait().get(code=404).get(params=EXPAND, code=404)
    ),
    "an expanded read in the key's own project, after a read in another": lambda t: t.get(
        "RUNNING", params=OTHER_PROJECT
    ).get("RUNNING", params=EXPAND, code=404),
    "results refused when named twice, in another project": lambda t: t.get(params=EXPAND, **RESULTS).get(
        params=(*TWICE, *OTHER_PROJECT), code=404
    ),
    "a cancel in the key's own project, after a create in another": lambda t: (
        t.create(params=OTHER_PROJECT, project="prj-2")
        .get("RUNNING", params=OTHER_PROJECT, project="prj-2")
        .say("POST", f"{BATCHES}/bat-1/cancel", 404, {})
    ),
    "a job in the key's own project, after results in another": lambda t: (
        t.get(params=(*EXPAND, *OTHER_PROJECT), **RESULTS).wait().say("GET", "/api/v2/parse/job-1", 404, {})
    ),
    "a get in another project": lambda t: t.create().get().wait().get(params=OTHER_PROJECT, code=404),
    "an expanded read in another project": lambda t: (
        t.create().get().wait().get(params=(*EXPAND, *OTHER_PROJECT), code=404)
    ),
    "a cancel in another project": lambda t: (
        t.create().get("RUNNING").say("POST", f"{BATCHES}/bat-1/cancel", 404, {}, params=OTHER_PROJECT)
    ),
    "a job in another project": lambda t: (
        t.get(params=EXPAND, **RESULTS).wait().say("GET", "/api/v2/parse/job-1", 404, {}, params=OTHER_PROJECT)
    ),
    "a status that another project refuses": lambda t: (
        t.create().get("RUNNING").refused((("status", "COMPLETED"), *OTHER_PROJECT))
    ),
    "a batch in another list": lambda t: two(t).list(params=(("created_at_on_or_after", at(6)),)),
    "a parameter that nobody knows": lambda t: two(t).list("bat-2", params=(("order", "asc"),)),
    "a batch that has a page to come": lambda t: two(t).list("bat-2", params=paged(), token="a"),
    "a batch that falls between pages of two sizes": lambda t: (
        seen(t).list("bat-2", params=over_directory(), token="a").list(params=over_directory("a", "1"))
    ),
    "a batch on two pages of walks of one list": lambda t: (
        seen(t)
        .list("bat-1", "bat-2", params=over_directory(), token="a")
        .list("bat-1", params=over_directory(size="1"), token="a")
        .list(params=over_directory("a"))
        .list("bat-2", params=over_directory("a", "1"))
    ),
    "a batch that another one, which goes on, pushes to the next page": lambda t: (
        two(t)
        .list("bat-1", ending("bat-2", "RUNNING"))
        .list("bat-1", params=over_directory(), token="a")
        .list("bat-1", params=over_directory("a"))
    ),
    "a batch that another one, which has ended, pushes to the next page": lambda t: (
        two(t)
        .list(ending("bat-1"), ending("bat-2", "RUNNING"))
        .list(ending("bat-1"), params=(*OF_COMPLETED, *over_directory()), token="a")
        .list(ending("bat-1"), ending("bat-2"), params=(*OF_COMPLETED, *over_directory("a")))
    ),
    "a batch on two pages that nobody knew": lambda t: (
        two(t).list("bat-1", params=over_directory(), token="a").list("bat-1", params=over_directory("a"))
    ),
    "a page whose first was not observed": lambda t: two(t).list("bat-2", params=paged("a")),
    "a batch that changed between pages": lambda t: (
        two(t)
        .list("bat-1", params=paged(size="2"), token="a")
        .list("bat-2", batch("bat-1", "dir-1", "RUNNING", updated=7), params=paged("a", "2"))
    ),
    "a page that is asked for again": lambda t: (
        two(t)
        .list("bat-1", params=paged(), token="a")
        .list("bat-2", params=paged("a"))
        .list("bat-2", params=paged("a"))
    ),
    "a total that stays too large": lambda t: (
        two(t).list("bat-1", "bat-2", total=3).wait().list("bat-1", "bat-2", total=3)
    ),
    "a batch that is not found at once, which is read by nobody later": lambda t: t.create().get(code=404),
    "a size of which nothing is made": lambda t: two(t).list(params=(("page_size", "abc"),)),
    "a time beyond all times": lambda t: two(t).list(params=(("created_at_on_or_before", "9999-01-01T00:00:00Z"),)),
    "filters that exclude each other": lambda t: t.list("bat-1", params=BY_TIME).refused(
        (*BY_TIME, ("created_at_on_or_before", at(1)))
    ),
    "a directory that is not there": lambda t: t.list("bat-1").refused((("source_directory_id", "dir-9"),)),
    "an invalid status": lambda t: t.list("bat-1").refused((("status", "LOST"),)),
    "an extract batch": lambda t: t.create(body=body(config={"job": EXTRACT}), job=EXTRACT),
}


@pytest.mark.parametrize("tell", EXCUSED.values(), ids=EXCUSED)
def test_what_somebody_unobservable_explains_is_not_accused(tell: Callable[[Tale], Tale]) -> None:
    witness = tell(Tale()).witness
    assert not witness.complaints


def test_a_repetition_of_no_results_shows_nothing() -> None:
    empty = with_results()
    witness = Tale().get().get(params=EXPAND, **empty).get(params=TWICE, **empty).witness
    assert "expand-accepts-repetition" not in witness.accused | witness.praised


def test_a_job_that_entries_share_is_reported_once() -> None:
    tale = Tale().two_files().results("bat-1", "job-1", "dfl-1").results("bat-2", "job-1", "dfl-1", "dfl-2")
    assert [each.check for each in tale.witness.seen if not each.holds] == ["file-has-its-own-job"]
