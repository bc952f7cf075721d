"""One bad entry costs no other: whatever is wrong with it, the others are judged as they were."""

import json
from copy import deepcopy
from io import BytesIO
from math import inf
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suites.recordings import har
from suites.recordings.recorded import CutOff
from tests.oracles.history import History, Json
from tests.oracles.timeline import answered
from tests.recordings.recordings import Said, document, entry, judged

HISTORY = [entry(exchange) for exchange in History().exchanges.values()]
ELSEWHERE = "https://elsewhere.test"
EXAMPLES = 40
QUIETLY = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
BROKEN = entry(answered(History().exchanges["get completed"], {"id": "bat-1", "status": "LOST"}))
"""An exchange that breaks promises whatever stands around it."""
DEEP: Any = json.loads("[" * 70 + "]" * 70)
JUNK: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**400,
        float("nan"),
        float("inf"),
        "",
        " ",
        "\udcff",
        "\ud800",
        "x\x00\n",
        "***",
    ),
    *("[REDACTED]", "-1", "é", [], {}, [[]], [None], {"name": None}, {"a": {"b": []}}, DEEP, "9" * 5000, "1e999"),
]
"""What has no business where it is put."""


def at(raw: Json, host: str) -> Json:
    moved = deepcopy(raw)
    moved["request"]["url"] = moved["request"]["url"].replace("http://127.0.0.1:1", host)
    return moved


def surrounded(bad: Json, place: int) -> list[Json]:
    """A history with a bad entry in it, and another that breaks a promise behind it."""
    return [*HISTORY[:place], bad, *HISTORY[place + 1 :], at(BROKEN, ELSEWHERE)]


def places(raw: Any) -> list[list[Any]]:
    """Where something stands in an entry, the way to it."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(raw, dict):
        inner = list(raw.items())
    elif isinstance(raw, list):
        inner = list(enumerate(raw))
    return [[], *([key, *way] for key, value in inner for way in places(value))]


def put(raw: Any, way: list[Any], junk: Any) -> Any:
    if not way:
        return junk
    changed = deepcopy(raw)
    part = changed
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = junk
    return changed


def said_elsewhere() -> Said:
    return judged(document([at(BROKEN, ELSEWHERE)]))


EXPECTED = said_elsewhere().accused


def test_a_part_that_is_not_what_it_should_be_accuses_nobody_and_costs_no_other() -> None:
    """Each part of an entry in turn is something else; every entry is counted, and those of others are observed."""

    @settings(QUIETLY, max_examples=EXAMPLES // 2)
    @given(st.data())
    def spoilt(data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(HISTORY) - 1))
        way = data.draw(st.sampled_from(places(HISTORY[place])))
        junk = data.draw(st.sampled_from(JUNK))
        entries = surrounded(put(HISTORY[place], way, junk), place)
        said = judged(document(entries), lag=inf)
        assert said.errors == []
        assert said.accused == EXPECTED, (way, junk, said.violations)
        counts = said.counts
        assert counts.judged + counts.other + counts.set_aside.total() == len(entries)
        assert counts.judged >= len(entries) - 1

    assert EXPECTED
    spoilt()


def test_a_part_that_is_missing_accuses_nobody_and_costs_no_other() -> None:
    for place in range(0, len(HISTORY), 20):
        for way in (way for way in places(HISTORY[place]) if way and isinstance(way[-1], str) and "headers" not in way):
            bad = deepcopy(HISTORY[place])
            part = bad
            for key in way[:-1]:
                part = part[key]
            del part[way[-1]]
            said = judged(document(surrounded(bad, place)), lag=inf)
            assert (said.accused, said.errors) == (EXPECTED, []), way


STRUCTURE = '{}[]":,'
STRAY = ["{", "}", "[", "]", '"', ",", ":", "\\", "x", "\x00", "\n", "\udcff", "\udc80{", "\\ud800", "NaN"]


def urls(file: bytes) -> list[str]:
    return [recorded.url for recorded in har.read(BytesIO(file), "a.har")]


def named(number: int) -> Json:
    return at(HISTORY[0], f"https://host-{number}.test")


@pytest.mark.parametrize("indent", [None, 1])
def test_text_that_is_damaged_within_an_entry_costs_no_other(indent: int | None) -> None:
    """A character of its structure is missing, or one too many: the entries around it are read."""
    texts = [json.dumps(named(number), indent=indent) for number in range(4)]
    others = {named(number)["request"]["url"] for number in (0, 1, 3)}
    structure = [place for place, each in enumerate(texts[2]) if each in STRUCTURE]

    def whole(damaged: str) -> bytes:
        entries = ",\n".join([*texts[:2], damaged, texts[3]])
        head = '{"log": {"creator": {"name": "a"}, "entries": ['
        return f"{head}{entries}]}}}}".encode("utf-8", "surrogateescape")

    @QUIETLY
    @given(st.sampled_from(structure), st.sampled_from(["", *STRAY]))
    def damaged(place: int, stray: str) -> None:
        text = texts[2][:place] + stray + texts[2][place + (not stray) :]
        assert others <= set(urls(whole(text))), (place, stray, text[max(place - 20, 0) : place + 20])

    damaged()


LITERALS = ["NaN", "-Infinity", "1e999", "9" * 5000, '"\x00\x1f\n"', '"\\ud800"', '"\udcff"', "[" * 70 + "]" * 70]


@pytest.mark.parametrize("literal", LITERALS)
def test_what_json_does_not_know_is_read_where_nothing_rests_on_it(literal: str) -> None:
    text = json.dumps(HISTORY[0] | {"comment": "here"}).replace('"here"', literal)
    file = f'{{"log": {{"entries": [{text}, {json.dumps(HISTORY[1])}]}}}}'.encode("utf-8", "surrogateescape")
    assert judged(file).counts.judged == 2


def test_a_name_that_stands_twice_is_ambiguous_only_where_its_values_differ() -> None:
    text = json.dumps(named(0))
    for again, judged_of_it in ((named(0), 1), (named(1), 0)):
        twice = text.replace('"url":', f'"url": {json.dumps(again["request"]["url"])}, "url":')
        said = judged(f'{{"log": {{"entries": [{twice}, {text}]}}}}'.encode())
        assert (said.counts.judged, said.counts.set_aside.total()) == (1 + judged_of_it, 1 - judged_of_it)


@pytest.mark.parametrize("bad", [b"null", b"5", b'"text"', b"[]", b"{}", b"undefined", b'{"request": {}}'])
def test_what_is_no_entry_is_set_aside_and_counted(bad: bytes) -> None:
    good = json.dumps(HISTORY[0]).encode()
    for entries in ([bad, good], [good, bad], [good, bad, good]):
        said = judged(b'{"log": {"entries": [' + b",".join(entries) + b"]}}")
        assert (said.counts.judged, said.counts.set_aside.total()) == (entries.count(good), 1)


def test_a_recording_is_cut_off_only_where_its_list_does_not_end() -> None:
    file = document(HISTORY[:3])
    end = file.rindex(b"]")
    assert len(urls(file[: end + 1])) == 3
    read = har.read(BytesIO(file[:end]), "a.har")
    assert [next(read).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(CutOff, match="after entry 3"):
        next(read)


def test_the_last_entry_may_be_damaged_too() -> None:
    """Where the end of the list is there, nothing was cut off."""
    text = json.dumps(named(1))
    for place in (text.index('"time"'), text.index('"time"') + 5, text.index('"url"')):
        damaged = text[:place] + text[place + 1 :]
        assert len(urls(f'{{"log": {{"entries": [{json.dumps(named(0))}, {damaged}]}}}}'.encode())) == 2


@pytest.mark.parametrize("count", [1, 50])
def test_each_damaged_entry_is_counted_once(count: int) -> None:
    damaged = json.dumps(named(1)).replace('"time"', 'time"')
    entries = ", ".join([json.dumps(named(0)), *[damaged] * count, json.dumps(named(2))])
    assert len(urls(f'{{"log": {{"entries": [{entries}]}}}}'.encode())) == count + 2


def test_every_cut_leaves_what_stands_before_it() -> None:
    file = document([named(number) for number in range(3)])
    ends = [file.index(b"host-1"), file.index(b"host-2"), len(file)]
    for place in range(file.index(b"host-0"), len(file), 37):
        read = har.read(BytesIO(file[:place]), "a.har")
        urls = []
        with pytest.raises(CutOff):
            urls += [recorded.url for recorded in read] or [""]
        assert place < len(file) or urls
        complete = sum(place > end for end in ends)
        assert len(list(_until_cut(file[:place]))) >= complete


def _until_cut(file: bytes) -> list[str]:
    found = []
    try:
        for recorded in har.read(BytesIO(file), "a.har"):
            found.append(recorded.url)
    except CutOff:
        pass
    return found
