"""What recorders write, and what they leave out: that is never held against a service."""

from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from typing import Any

import pytest

from suites.recordings import har
from suites.recordings.recorded import FROM_CACHE, NO_ANSWER, NO_BODY, NO_HEADERS, PART_OF_BODY, CutOff, NoRecording
from suites.recordings.times import moment_of
from tests.oracles.history import History, Json
from tests.recordings.recordings import document, entry, judged

HISTORY = History().exchanges
GET = entry(HISTORY["get completed"])

Edit = Callable[[Json], Any]


def edited(*edits: Edit) -> Json:
    raw = deepcopy(GET)
    for edit in edits:
        edit(raw)
    return raw


def in_content(**fields: Any) -> Edit:
    return lambda raw: raw["response"]["content"].update(fields)


def in_response(**fields: Any) -> Edit:
    return lambda raw: raw["response"].update(fields)


def without_text(raw: Json) -> None:
    del raw["response"]["content"]["text"]


def cut(raw: Json) -> None:
    raw["response"]["content"]["text"] = raw["response"]["content"]["text"][:40]


def aged(raw: Json) -> None:
    raw["response"]["headers"].append({"name": "Age", "value": "17"})


SET_ASIDE: dict[str, tuple[Json, str]] = {
    "no body": (edited(without_text), NO_BODY),
    "no body and no size": (edited(without_text, in_content(size=-1)), NO_BODY),
    "an empty text for a body": (edited(in_content(text="")), NO_BODY),
    "half a body": (edited(cut), PART_OF_BODY),
    "half a body whose size is that half's, and a comment": (
        edited(cut, in_content(size=40, comment="truncated")),
        PART_OF_BODY,
    ),
    "invalid base64": (edited(in_content(text="?", encoding="base64")), PART_OF_BODY),
    "an aborted request": (edited(in_response(status=0)), NO_ANSWER),
    "no status": (edited(in_response(status=None)), NO_ANSWER),
    "an answer from the browser's cache": (edited(lambda raw: raw.update(_fromCache="disk")), FROM_CACHE),
    "an answer from a shared cache": (edited(aged), FROM_CACHE),
    "no headers": (edited(in_response(headers=[]), in_content(mimeType="x-unknown")), NO_HEADERS),
}


@pytest.mark.parametrize(("raw", "reason"), SET_ASIDE.values(), ids=SET_ASIDE)
def test_what_was_not_recorded_is_set_aside(raw: Json, reason: str) -> None:
    said = judged(document([raw]))
    assert (said.counts.judged, dict(said.counts.set_aside)) == (0, {reason: 1})
    assert said.accused == set()


def packed(raw: Json) -> None:
    content = raw["response"]["content"]
    content.update(text=b64encode(content["text"].encode()).decode(), encoding="base64")


def typed_beside(raw: Json) -> None:
    raw["response"].update(headers=[])


def over_http_2(raw: Json) -> None:
    pseudo = [{"name": ":method", "value": "GET"}, {"name": ":authority", "value": "x.test"}]
    raw["request"]["headers"] = [*pseudo, *raw["request"]["headers"]]


JUDGED: dict[str, Json] = {
    "as it is": GET,
    "base64": edited(packed),
    "a content type beside the headers": edited(typed_beside),
    "the headers of HTTP/2": edited(over_http_2),
    "no time": edited(lambda raw: raw.update(time=-1, timings={})),
    "no start": edited(lambda raw: raw.pop("startedDateTime")),
    "another offset": edited(lambda raw: raw.update(startedDateTime="2030-01-01T05:30:05.123+05:30")),
    "no size": edited(lambda raw: raw["response"]["content"].pop("size")),
    "no answer to speak of but a status": edited(in_response(status=404, headers=[], content={})),
}


@pytest.mark.parametrize("raw", JUDGED.values(), ids=JUDGED)
def test_what_recorders_differ_in_changes_nothing(raw: Json) -> None:
    said = judged(document([raw]))
    assert (said.counts.judged, said.accused, said.errors) == (1, set(), [])
    assert "no-server-error" in said.held


def test_an_empty_answer_that_was_empty_is_no_json() -> None:
    empty = edited(in_content(text="", size=0), in_response(bodySize=0))
    assert judged(document([empty])).accused == {"success-is-json"}


OTHERS = {
    "a preflight": lambda raw: raw["request"].update(method="OPTIONS"),
    "another page": lambda raw: raw["request"].update(url="https://x.test/static/app.js"),
    "no URL": lambda raw: raw["request"].update(url="about:blank"),
}


@pytest.mark.parametrize("edit", OTHERS.values(), ids=OTHERS)
def test_other_traffic_is_left_alone(edit: Edit) -> None:
    said = judged(document([edited(edit), GET]))
    assert (said.counts.other, said.counts.judged) == (1, 1)


def test_what_stands_before_a_cut_is_read() -> None:
    file = document([GET, GET, GET])
    entries = har.read(BytesIO(file[:-200]), "a.har")
    assert [next(entries).number, next(entries).number] == [1, 2]
    with pytest.raises(CutOff, match="cut off or damaged after entry 2"):
        next(entries)


FIRST, SECOND = document([GET, GET], creator={"name": "other"}), document([GET, GET, GET], creator={"name": "harfile"})
PAGES = b', "pages": [{"id": "page_1", "title": "{"}]}}'
TOGETHER = {
    "one behind the other": FIRST + SECOND,
    "in lines": FIRST + b"\n" + SECOND + b"\n",
    "with a byte order mark each": FIRST + "\ufeff".encode() + SECOND,
    "with pages behind their entries": FIRST[:-2] + PAGES + SECOND[:-2] + PAGES,
    "of which the first lacks its end": FIRST[:-2] + b', "pages": []' + SECOND,
    "of which the second lacks its end": FIRST + SECOND[:-2],
    "with something behind": FIRST + SECOND + b"Done.",
}


@pytest.mark.parametrize("file", TOGETHER.values(), ids=TOGETHER)
def test_files_that_were_put_together_are_read_to_the_end(file: bytes) -> None:
    found = list(har.read(BytesIO(file), "a.har"))
    assert [each.number for each in found] == [1, 2, 3, 4, 5]
    assert {each.lack for each in found} == {None}
    assert [each.slack > found[0].slack for each in found] == [False, False, True, True, True]


def test_two_lists_of_entries_are_read() -> None:
    file = FIRST[:-2] + b', "entries"' + SECOND[SECOND.index(b": [") :]
    assert len(list(har.read(BytesIO(file), "a.har"))) == 5


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (SECOND[:-200], "cut off or damaged after entry 4"),
        (SECOND[:40], "cut off or damaged after entry 2"),
        (b'{"log": {"version": "1.2"}}', "goes on behind its end"),
        (b'{"message": "1 file was written"}', "goes on behind its end"),
    ],
)
def test_what_follows_a_file_and_is_no_whole_one_is_reported(rest: bytes, why: str) -> None:
    entries = har.read(BytesIO(FIRST + rest), "a.har")
    assert [next(entries).number for _ in range(2)] == [1, 2]
    with pytest.raises(CutOff, match=why):
        list(entries)


@pytest.mark.parametrize("file", [b"<html>", b"{}", b'{"log": {}}', b'{"log": {"entries": 1}}', b"[1]", b"nul"])
def test_what_is_no_har_is_refused(file: bytes) -> None:
    with pytest.raises(NoRecording):
        list(har.read(BytesIO(file), "a.har"))


def test_an_empty_har_is_one() -> None:
    assert list(har.read(BytesIO(document([])), "a.har")) == []


def test_a_recorder_that_notes_the_end_is_known_by_its_name() -> None:
    (late,) = har.read(BytesIO(document([GET], creator={"name": "harfile"})), "a.har")
    (plain,) = har.read(BytesIO(document([GET], creator={"name": "other"})), "a.har")
    assert late.started is not None
    assert plain.started is not None
    assert late.started == pytest.approx(plain.started - 0.5)
    assert late.slack > plain.slack


@pytest.mark.parametrize(
    ("text", "slack"),
    [("2030-01-01T00:00:00Z", 1.0), ("2030-01-01T00:00:00.123Z", 0.001), ("2030-01-01T00:00:00.123456789Z", 1e-6)],
)
def test_a_time_is_as_good_as_its_last_digit(text: str, slack: float) -> None:
    assert moment_of(text)[1] == pytest.approx(slack)
