"""What recorders keep in another place or another form is read from there, and what they leave out accuses nobody."""

import gzip
import json
import os
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from fixtures.exchange import Exchange
from suites.recordings import har
from suites.recordings.formats import read
from suites.recordings.recorded import (
    BROKEN_OFF,
    FROM_CACHE,
    NO_HEADERS,
    NO_QUERY,
    NOT_OF_SERVICE,
    NOT_TEXT,
    ODD,
    PACKED,
    PART_OF_BODY,
    REDACTED,
    TWO_QUERIES,
    UNREADABLE,
    CutOff,
    NoRecording,
    Recorded,
)
from suites.recordings.times import moment_of
from tests.oracles.history import EXPAND, History, Json, batch, page
from tests.oracles.history import entry as result
from tests.oracles.timeline import BATCHES
from tests.oracles.timeline import exchange as exchange_of
from tests.recordings.recordings import document, entry, judged

HISTORY = History().exchanges
GET = entry(HISTORY["get completed"])
RESULTS = [result("dfl-1", "pjb-1"), result("dfl-2", "pjb-2")]
CREATE = entry(HISTORY["create"])

Edit = Callable[[Json], Any]


def exchange(method: str, path: str, status: int, answer: Json, *, sent: float, params: Any = ()) -> Exchange:
    return exchange_of(method, path, status, answer, params=params, sent=sent, received=sent + 0.5)


EXPANDED = entry(
    exchange(
        "GET", f"{BATCHES}/bat-1", 200, batch("bat-1", "dir-1", "COMPLETED", results=RESULTS), params=EXPAND, sent=1
    )
)
URL = EXPANDED["request"]["url"].partition("?")[0]


def edited(raw: Json, *edits: Edit) -> Json:
    changed = deepcopy(raw)
    for edit in edits:
        edit(changed)
    return changed


def in_request(**fields: Any) -> Edit:
    return lambda raw: raw["request"].update(fields)


def in_response(**fields: Any) -> Edit:
    return lambda raw: raw["response"].update(fields)


def in_content(**fields: Any) -> Edit:
    return lambda raw: raw["response"]["content"].update(fields)


def as_object(raw: Json) -> None:
    for part in ("request", "response"):
        raw[part]["headers"] = {pair["name"]: pair["value"] for pair in raw[part]["headers"]}


def as_lines(raw: Json) -> None:
    for part in ("request", "response"):
        raw[part]["headers"] = [f"{pair['name']}: {pair['value']}" for pair in raw[part]["headers"]]


def over_http_2(raw: Json) -> None:
    parts = urlsplit(raw["request"]["url"])
    path = f"{parts.path}?{parts.query}"
    named = ((":method", "GET"), (":scheme", "http"), (":authority", parts.netloc), (":path", path))
    raw["request"]["headers"] = [{"name": name, "value": value} for name, value in named]
    del raw["request"]["url"]


MOVED: dict[str, Edit] = {
    "the query in a list": in_request(url=URL, queryString=[{"name": "expand", "value": "results"}]),
    "the query in an object": in_request(url=URL, queryString={"expand": "results"}),
    "the query in an object of lists": in_request(url=URL, queryString={"expand": ["results"]}),
    "the query as text": in_request(url=URL, queryString="?expand=results"),
    "the query still encoded": in_request(url=URL, queryString=[{"name": "expand", "value": "%72esults"}]),
    "a part of the query": in_request(url=f"{URL}?project_id=prj-1", queryString={"expand": "results"}),
    "no host in the URL": in_request(
        url=f"{BATCHES}/bat-1?expand=results", headers=[{"name": "Host", "value": "127.0.0.1:1"}]
    ),
    "the URL in pseudo-headers": over_http_2,
    "headers as an object": as_object,
    "headers as lines": as_lines,
    "a method in small letters": in_request(method="get"),
    "a status as text": in_response(status="200"),
    "a status as a float": in_response(status=200.0),
    "a status with its phrase": in_response(status="200 OK"),
    "content as text": lambda raw: raw["response"].update(content=raw["response"]["content"]["text"]),
    "the body beside the content": lambda raw: raw["response"].update(_body=raw["response"]["content"].pop("text")),
    "a body that was left packed": lambda raw: (
        raw["response"]["headers"].append({"name": "Content-Encoding", "value": "gzip"}),
        raw["response"]["content"].update(
            text=b64encode(gzip.compress(raw["response"]["content"]["text"].encode())).decode(), encoding="BASE64"
        ),
    ),
    "times as milliseconds since 1970": lambda raw: raw.update(startedDateTime=1_893_456_001_000),
    "times as seconds since 1970": lambda raw: raw.update(startedDateTime="1893456001.25"),
    "times as a mail has them": lambda raw: raw.update(startedDateTime="Tue, 01 Jan 2030 00:00:01 GMT"),
    "times as JavaScript has them": lambda raw: raw.update(
        startedDateTime="Tue Jan 01 2030 00:00:01 GMT+0000 (Coordinated Universal Time)"
    ),
}


@pytest.mark.parametrize("edit", MOVED.values(), ids=MOVED)
def test_what_was_moved_is_read_from_where_it_is(edit: Edit) -> None:
    """Results are a violation but where they were asked for, so that the query has to be found."""
    said = judged(document([edited(EXPANDED, edit)]))
    assert (said.counts.judged, said.accused, said.errors) == (1, set(), [])
    assert {"get-answers-with-batch", "results-name-each-file-once"} <= said.held


@pytest.mark.parametrize("edit", MOVED.values(), ids=MOVED)
def test_what_was_moved_has_its_time(edit: Edit) -> None:
    assert har.recorded(1, edited(EXPANDED, edit)).started is not None


def test_results_that_nobody_asked_for_are_observed_where_the_query_is_known_to_be_empty() -> None:
    for raw in (in_request(url=URL, queryString=[]), in_request(url=f"{URL}?project_id=x", queryString=None)):
        assert judged(document([edited(EXPANDED, raw)])).accused == {"results-null-unless-expanded"}


def test_a_query_is_put_together_as_it_was_sent() -> None:
    raw = {"page_token": "a+b/c=", "status": "RUNNING", "created_at_on_or_after": "2030-01-01T00:00:00+00:00"}
    pairs = [{"name": name, "value": value} for name, value in raw.items()]
    encoded = [{"name": "page_token", "value": "a%2Bb%2Fc%3D"}, {"name": "status", "value": "RUNNING"}]
    for moved in (pairs, encoded):
        url = har.recorded(1, edited(GET, in_request(url=URL, queryString=moved))).url
        assert dict(parse_qsl(urlsplit(url).query)) == {each["name"]: raw[each["name"]] for each in moved}


def test_bytes_that_are_no_text_are_what_they_were() -> None:
    """As mitmproxy writes them: in the URL encoded, elsewhere as half characters."""
    moved = [{"name": "page_token", "value": "\udcff\udcfe"}]
    for url in (f"{URL}?page_token=%FF%FE", f"{URL}?page_token=\udcff\udcfe", URL):
        raw = har.recorded(1, edited(GET, in_request(url=url, queryString=moved)))
        assert (raw.url, raw.lack) == (f"{URL}?page_token=%FF%FE", None)


def test_a_query_does_not_contradict_itself_where_its_bytes_are_no_text() -> None:
    """Browsers and this suite's own recorder write a mark for them in the list, and the bytes in the URL."""
    url = f"{URL}?page_token=%FF&%FF=1"
    for mark, lack in (("\udcff", None), ("\ufffd", None), ("%FF", None), ("x\ufffd", TWO_QUERIES)):
        moved = [{"name": "page_token", "value": mark}, {"name": mark.removeprefix("x"), "value": "1"}]
        raw = har.recorded(1, edited(GET, in_request(url=url, queryString=moved)))
        assert (raw.url, raw.lack) == (url, lack)


NAMELESS = [{"name": "", "value": "x"}]
ODDLY_NAMED: dict[str, Edit] = {
    "a header": lambda raw: raw["request"]["headers"].extend(
        {"name": name, "value": "x"} for name in ("1e100", "'", "%h_k4", "~#", "_2#", "a*b", "!")
    ),
    "a query": lambda raw: raw["request"].update(url=f"{raw['request']['url']}&=x", queryString=NAMELESS),
    "a cookie": in_request(cookies=NAMELESS),
}


@pytest.mark.parametrize("edit", ODDLY_NAMED.values(), ids=ODDLY_NAMED)
def test_what_may_be_sent_costs_no_entry_however_odd_its_name_is(edit: Edit) -> None:
    """A header has any token for a name, and a query and a cookie may have none, as generated requests show."""
    said = judged(document([edited(EXPANDED, edit)]))
    assert (said.counts.judged, said.accused, "get-answers-with-batch" in said.held) == (1, set(), True)


BODY = CREATE["request"]["postData"]["text"]
SENT: dict[str, Any] = {
    "text": {"mimeType": "application/json", "text": BODY},
    "a text alone": BODY,
    "base64": {"mimeType": "application/json", "text": b64encode(BODY.encode()).decode(), "encoding": "base64"},
    "params": {"mimeType": "application/json", "params": [{"name": BODY, "value": ""}]},
    "params beside an empty text": {"mimeType": "application/json", "text": "", "params": [{"name": BODY}]},
}


@pytest.mark.parametrize("post", SENT.values(), ids=SENT)
def test_the_body_of_a_request_is_found(post: Any) -> None:
    said = judged(document([edited(CREATE, in_request(postData=post))]))
    assert (said.accused, "create-echoes-request" in said.held) == (set(), True)
    broken = edited(CREATE, in_request(postData=post))
    broken["response"]["content"]["text"] = broken["response"]["content"]["text"].replace('"dir-1"', '"dir-2"')
    assert judged(document([broken])).accused == {"create-echoes-request"}


def test_a_form_is_put_together_from_its_params() -> None:
    post = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a b", "value": "ü&"}]}
    assert har.recorded(1, edited(CREATE, in_request(postData=post))).sent_body == b"a+b=%C3%BC%26"


LEFT_OUT: dict[str, tuple[Json, str]] = {
    "no request": (edited(GET, lambda raw: raw.pop("request")), UNREADABLE),
    "no method": (edited(GET, in_request(method=None)), UNREADABLE),
    "an invalid URL": (edited(GET, in_request(url="http://[/api/v2/batches")), ODD),
    "a URL that breaks off a line": (edited(GET, in_request(url=f"{URL}\nx")), NOT_TEXT),
    "headers that are not headers": (edited(GET, in_response(headers=5)), ODD),
    "a header without a name": (edited(GET, in_request(headers=[{"value": "x"}])), ODD),
    "a header with an empty name": (edited(GET, in_request(headers=[{"name": "", "value": "x"}])), ODD),
    "an absurd status": (edited(GET, in_response(status=777)), ODD),
    "half characters in a body": (edited(GET, in_content(text='{"id": "\ud800"}')), NOT_TEXT),
    "an invalid text": (edited(GET, in_content(text={"id": "bat-1"})), ODD),
    "an unknown encoding": (edited(GET, in_content(encoding="rot13")), ODD),
    "a body packed with brotli": (
        edited(
            GET,
            in_content(text="iwOAf/8D", encoding="base64"),
            lambda raw: raw["response"]["headers"].append({"name": "Content-Encoding", "value": "br"}),
        ),
        PACKED,
    ),
    "a body replaced by a mark": (edited(GET, in_content(text="null")), PART_OF_BODY),
    "a 503 without its headers": (edited(GET, in_response(status=503, headers=[], content={})), NO_HEADERS),
    "an aborted answer": (edited(GET, in_response(_error="net::ERR_ABORTED")), BROKEN_OFF),
    "an answer from memory": (edited(GET, lambda raw: raw.update(_fetchType="Memory Cache")), FROM_CACHE),
    "an answer of a service worker": (edited(GET, in_response(_fetchedViaServiceWorker=True)), FROM_CACHE),
    "an answer with an entry in the cache": (
        edited(GET, lambda raw: raw.update(cache={"beforeRequest": {"eTag": "", "hitCount": 0}})),
        FROM_CACHE,
    ),
    "an answer of our proxy": (
        edited(
            GET,
            in_response(status=502),
            lambda raw: raw["response"]["headers"].append({"name": "X-Batches-Conformance", "value": "x"}),
        ),
        NOT_OF_SERVICE,
    ),
    "two queries": (
        edited(EXPANDED, in_request(queryString=[{"name": "expand", "value": "nothing"}])),
        TWO_QUERIES,
    ),
    "no query at all": (
        edited(EXPANDED, in_request(url=URL), lambda raw: raw["request"].pop("queryString")),
        NO_QUERY,
    ),
}


@pytest.mark.parametrize(("raw", "reason"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_cannot_be_read_is_set_aside_and_counted(raw: Json, reason: str) -> None:
    said = judged(document([raw, raw]))
    assert (said.counts.judged, dict(said.counts.set_aside), said.accused) == (0, {reason: 2}, set())


MARKS = [
    "[REDACTED]",
    "***",
    "<redacted>",
    "REDACTED",
    "[Filtered]",
    "bat-****",
    "xxxxxxxx",
    "••••",
    "{{id}}",
    "[id removed]",
]


@pytest.mark.parametrize("mark", MARKS)
def test_what_was_struck_out_is_no_word_of_the_service(mark: str) -> None:
    """In ids, times, tokens and statuses, in answers, bodies and URLs; a request may still have its key hidden."""
    create, get, listed = (deepcopy(raw) for raw in (CREATE, GET, entry(exchange("GET", BATCHES, 200, page(), sent=1))))
    texts = [get["response"]["content"]["text"].replace(value, mark) for value in ("bat-1", "COMPLETED", "prj-1")]
    for text in texts:
        assert judged(document([edited(get, in_content(text=text))])).counts.set_aside == {REDACTED: 1}
    for url in (f"{BATCHES}/{mark}", f"{BATCHES}?page_token={mark}", f"{BATCHES}?project_id={mark}"):
        raw = edited(listed, in_request(url=f"http://127.0.0.1:1{url}", queryString=[]))
        assert judged(document([raw])).counts.set_aside == {REDACTED: 1}
    sent = {"mimeType": "application/json", "text": BODY.replace("dir-1", mark)}
    assert judged(document([edited(create, in_request(postData=sent))])).counts.set_aside == {REDACTED: 1}
    hidden = edited(get, in_request(url=f"{URL}?api_key={mark}", queryString=[], headers={"Authorization": mark}))
    assert judged(document([hidden])).counts.judged == 1


@pytest.mark.parametrize("value", ["The file was removed.", "filtered", "Hidden value: none", "[a] removed"])
def test_free_text_is_a_word_of_the_service(value: str) -> None:
    entries = [{**RESULTS[0], "job_reference": None, "error_message": value}]
    raw = batch("bat-1", "dir-1", "COMPLETED", results=entries)
    said = judged(document([entry(exchange("GET", f"{BATCHES}/bat-1", 200, raw, params=EXPAND, sent=1))]))
    assert said.counts.judged == 1


def test_tokens_that_were_struck_out_make_no_walk_without_an_end() -> None:
    first, second = (
        entry(
            exchange(
                "GET",
                BATCHES,
                200,
                page(batch("bat-1", "dir-1"), token="[Filtered]"),
                params=(("page_token", "[Filtered]"),) * place,
                sent=place + 1.0,
            )
        )
        for place in (0, 1)
    )
    said = judged(
        document([first, second, edited(second, lambda raw: raw.update(startedDateTime="2030-01-01T00:01:00Z"))])
    )
    assert (said.accused, said.counts.set_aside.total()) == (set(), 3)


def test_nobody_is_anonymous_whose_headers_were_left_out() -> None:
    """Some of them, or all: Chrome shows provisional headers where it has no others."""
    shown = edited(GET, lambda raw: raw["request"]["headers"].append({"name": "Host", "value": "127.0.0.1:1"}))
    for headers in ([], None, [{"name": "User-Agent", "value": "x"}]):
        assert judged(document([shown, edited(GET, in_request(headers=headers))])).accused == set()
    bare = [{"name": "Host", "value": "127.0.0.1:1"}]
    assert judged(document([shown, edited(GET, in_request(headers=bare))])).accused == {"anonymous-request-refused"}
    cookies = in_request(headers=bare, cookies=[{"name": "session", "value": "x"}])
    assert judged(document([shown, edited(GET, cookies)])).accused == set()


def test_one_absurd_time_takes_the_order_from_no_other() -> None:
    date = {"name": "Date", "value": "Tue, 01 Jan 2030 00:00:05 GMT"}
    ended, running = (
        edited(
            entry(exchange("GET", f"{BATCHES}/bat-1", 200, batch("bat-1", "dir-1", status), sent=sent)),
            lambda raw: raw["response"]["headers"].append(date),
        )
        for status, sent in (("COMPLETED", 5.0), ("RUNNING", 6.0))
    )
    absurd: list[Any] = ["2035-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2030-01-01", "yesterday", 12]
    for time in absurd:
        odd = {**running, "startedDateTime": time}
        assert judged(document([odd, ended])).accused == set()
        assert judged(document([odd, ended, running])).accused == {"terminal-status-is-final"}


def test_local_times_beside_others_have_no_order() -> None:
    ended = entry(exchange("GET", f"{BATCHES}/bat-1", 200, batch("bat-1", "dir-1", "COMPLETED"), sent=1))
    running = entry(exchange("GET", f"{BATCHES}/bat-1", 200, batch("bat-1", "dir-1", "RUNNING"), sent=5))
    local = edited(running, lambda raw: raw.update(startedDateTime=raw["startedDateTime"].partition("+")[0]))
    assert judged(document([ended, running])).accused == {"terminal-status-is-final"}
    assert judged(document([ended, local])).accused == set()


def test_a_create_of_two_recorders_is_one_by_its_date() -> None:
    dated = edited(
        CREATE,
        lambda raw: raw["response"]["headers"].append({"name": "Date", "value": "Tue, 01 Jan 2030 00:00:05 GMT"}),
    )
    later = edited(dated, lambda raw: raw.update(startedDateTime="2030-01-01T00:00:40.000Z"))
    assert judged(document([dated, later])).accused == set()


ABSURD: list[Any] = [float("nan"), 1e999, 10**400, "2030-01-01", [], "x" * 10**6, True]


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (1_893_456_000, 1_893_456_000.0),
        (1_893_456_000_123, 1_893_456_000.123),
        ("1893456000123000", 1_893_456_000.123),
        ("2030-01-01T00:00:00,123Z", 1_893_456_000.123),
        *((raw, None) for raw in ABSURD),
    ],
)
def test_moments_in_other_forms(raw: Any, seconds: float | None) -> None:
    assert moment_of(raw)[0] == (None if seconds is None else pytest.approx(seconds))


HISTORY_FILE = document(map(entry, HISTORY.values()))
CODED: dict[str, bytes] = {
    "as it is": HISTORY_FILE,
    "a byte order mark": b"\xef\xbb\xbf" + HISTORY_FILE,
    "UTF-16": HISTORY_FILE.decode().encode("utf-16"),
    "UTF-16 without a mark": HISTORY_FILE.decode().encode("utf-16-be"),
    "UTF-32": HISTORY_FILE.decode().encode("utf-32"),
    "gzip": gzip.compress(HISTORY_FILE),
    "gzip in parts": gzip.compress(HISTORY_FILE[:1000]) + gzip.compress(HISTORY_FILE[1000:]),
    "gzip of UTF-16": gzip.compress(HISTORY_FILE.decode().encode("utf-16")),
}


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "a.har"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", CODED.values(), ids=CODED)
def test_files_are_read_however_they_are_packed_and_encoded(content: bytes, tmp_path: Path) -> None:
    assert len(list(read(saved(tmp_path, content)))) == len(HISTORY)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for content in (HISTORY_FILE, gzip.compress(HISTORY_FILE)):
        writer = threading.Thread(target=pipe.write_bytes, args=[content])
        writer.start()
        assert len(list(read(pipe))) == len(HISTORY)
        writer.join()


def until_cut(path: Path) -> Iterator[Recorded]:
    """What is read of a file that is cut off."""
    with pytest.raises(CutOff):
        yield from read(path)


def test_a_packed_file_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    packed = gzip.compress(HISTORY_FILE, compresslevel=1)
    assert list(until_cut(saved(tmp_path, packed[: len(packed) // 2])))
    for content in (packed[:-4], packed[:-9] + b"x" * 9):
        assert len(list(until_cut(saved(tmp_path, content)))) >= len(HISTORY) - 2


def test_what_is_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRecording):
        list(read(saved(tmp_path, b"PK\x03\x04" + b"\0" * 100)))


def test_the_whole_history_stays_legal_in_every_form() -> None:
    for edit in (as_object, as_lines):
        said = judged(document(edited(entry(each), edit) for each in HISTORY.values()), lag=inf)
        assert (said.accused, said.counts.judged) == (set(), len(HISTORY))
    moved = []
    for each in HISTORY.values():
        raw = entry(each)
        raw["request"]["url"] = raw["request"]["url"].partition("?")[0]
        moved.append(raw)
    said = judged(document(moved), lag=inf)
    assert (said.accused, said.counts.judged) == (set(), len(HISTORY))
    assert json.dumps(said.violations) == "[]"
