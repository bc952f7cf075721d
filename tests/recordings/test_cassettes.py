"""One bad interaction of a cassette, or one bad exchange of a report, costs no other."""

import gzip
import json
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from suites.recordings import cassette, own_report
from suites.recordings.formats import read
from suites.recordings.recorded import NO_BODY, NO_HEADERS, PACKED, PART_OF_BODY, CutOff, Reader, Recorded
from tests.command import main_of
from tests.oracles.history import History
from tests.oracles.timeline import answered
from tests.recordings.recordings import document, entry

judge = main_of("judge")

GET = History().exchanges["get completed"]
BROKEN = answered(GET, {"id": "bat-1", "status": "LOST"})
DEEPER = 100_000
"""Levels beyond what the library for YAML survives."""

ITEM = """- id: '{id}'
  recorded_at: '2030-01-01T00:00:01.123456+00:00'
  request:
    uri: 'http://127.0.0.1:1/api/v2/batches/{id}'
    method: 'GET'
    headers:
      Accept:
      - 'application/json'
  response:
    status:
      code: '404'
      message: "No"
    elapsed: '0.25'
    headers:
      content-type:
      - "application/json"
    body:
      encoding: 'utf8'
      string: "{{}}"
"""
HEAD = "recorded_with: 'somebody'\nhttp_interactions:\n"


def recorded(reader: Reader, file: str | bytes) -> list[Recorded]:
    content = file if isinstance(file, bytes) else file.encode("utf-8", "surrogateescape")
    return list(reader(BytesIO(content), "a recording"))


def items(*ids: str) -> list[str]:
    return [ITEM.format(id=each) for each in ids]


DAMAGED = {
    "no YAML": lambda item: item.replace("request:", "request: [", 1),
    "a quote too many": lambda item: item.replace("'GET'", "'GET", 1),
    "no indentation": lambda item: item.replace("  request:", "request:", 1),
    "no object": lambda _: "- 5\n",
    "nothing": lambda _: "- \n",
    "an invalid request": lambda item: item.replace("    uri: ", "  - uri: ", 1),
    "an invalid URL": lambda item: item.replace("http://127.0.0.1:1", "http://[", 1),
    "an invalid status": lambda item: item.replace("'404'", "[]", 1),
    "headers that are not headers": lambda item: item.replace('      - "application/json"', "        a: {b: c}", 1),
    "an unknown tag": lambda item: item.replace("'GET'", "!!python/name:os.system GET", 1),
    "an invalid date": lambda item: item.replace("'404'", "!!timestamp x", 1),
    "an invalid number": lambda item: item.replace("'404'", "!!int ''", 1),
    "bytes that are not text": lambda item: item.replace("GET", "G\udcffT", 1),
    "a control character": lambda item: item.replace("GET", "G\x00T", 1),
    "flow without an end": lambda item: item.replace("'404'", "[" * DEEPER, 1),
    "depth without an end": lambda item: item.replace("'404'", "[" * DEEPER + "]" * DEEPER, 1),
    "lists without an end": lambda item: item.replace("'404'", "- " * DEEPER, 1),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_an_interaction_that_is_damaged_costs_no_other(damage: Any) -> None:
    first, bad, last = items("bat-1", "bat-2", "bat-3")
    found = recorded(cassette.read_yaml, HEAD + first + damage(bad) + last)
    judged = [each.url.rpartition("/")[2] for each in found if each.lack is None]
    assert [each for each in judged if each != "bat-2"] == ["bat-1", "bat-3"]
    assert len(found) == 3


def test_cassettes_that_others_write_are_read() -> None:
    """Indented lists, times that are not text, bodies alone, and what follows the list."""
    (item,) = items("bat-1")
    indented = "".join(f"  {line}\n" for line in item.splitlines())
    plain = item.replace("'2030-01-01T00:00:01.123456+00:00'", "2030-01-01T00:00:01.123456+00:00").replace(
        "'404'", "404"
    )
    for file in (HEAD + indented * 2, f"interactions:\n{plain * 2}version: 1\n", HEAD + plain * 2):
        found = recorded(cassette.read_yaml, file)
        assert [(each.status, each.body, each.lack) for each in found] == [(404, b"{}", None)] * 2
        assert all(each.started is not None and each.seconds == 0.25 for each in found)


def as_vcr_writes(body: str | bytes, **headers: str) -> str:
    """A cassette with a 200 of this body."""
    request = {"uri": "http://127.0.0.1:1/api/v2/batches/bat-1", "method": "GET", "headers": {}}
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    response = {"status": {"code": 200}, "headers": named, "body": {"string": body}}
    return HEAD + yaml.safe_dump([{"request": request, "response": response}])


def test_a_body_that_was_left_packed_is_unpacked() -> None:
    """As VCR records it, unless it decodes what it records."""
    packed = {"content_type": "application/json", "content_encoding": "gzip"}
    for body, found in ((gzip.compress(b"{}"), (b"{}", None)), (b"\x1f\x8b?", (b"", PACKED)), ("{}", (b"{}", None))):
        (read_one,) = recorded(cassette.read_yaml, as_vcr_writes(body, **packed))
        assert (read_one.body, read_one.lack) == found


def test_answers_are_read_as_vcr_wrote_those_of_httpx() -> None:
    written = as_vcr_writes("{}", content_type="application/json").replace("body:\n      string", "content")
    (found,) = recorded(cassette.read_yaml, written.replace("status:\n      code", "status_code"))
    assert (found.status, found.body, found.lack) == (200, b"{}", None)


@pytest.mark.parametrize(
    ("headers", "body", "lack"),
    [
        ({}, "{}", NO_HEADERS),
        ({"content_type": "application/json"}, "", NO_BODY),
        ({"content_type": "application/json", "content_length": "0"}, "", None),
        ({"content_type": "application/json", "content_length": "99"}, '{"id": "b', PART_OF_BODY),
        ({"content_type": "application/json", "content_length": "9"}, '{"id": "b', None),
    ],
)
def test_what_was_filtered_out_of_a_cassette_accuses_nobody(headers: dict[str, str], body: str, lack: str) -> None:
    (found,) = recorded(cassette.read_yaml, as_vcr_writes(body, **headers))
    assert found.lack == lack


def test_a_cassette_that_ends_within_an_interaction_is_cut_off() -> None:
    first, second = items("bat-1", "bat-2")
    read_yaml = cassette.read_yaml(BytesIO(f"{HEAD}{first}{second[:60]}".encode()), "a.yaml")
    assert next(read_yaml).number == 1
    with pytest.raises(CutOff, match="after interaction 1"):
        next(read_yaml)


def event(batch_id: str, **fields: Any) -> dict[str, Any]:
    interaction = {
        "request": {"method": "GET", "uri": f"http://127.0.0.1:1/api/v2/batches/{batch_id}", "headers": {}},
        "response": {"status_code": 404, "headers": {"x": ["y"]}, "content": {"$base64": b64encode(b"{}").decode()}},
        "timestamp": 1_893_456_000.0,
        **fields,
    }
    return {"ScenarioFinished": {"recorder": {"interactions": {batch_id: interaction}}}}


JUNK: list[Any] = [None, 5, [], "\ud800", {"a": 1}, float("nan")]
BAD_LINES = [
    *("{", "null", "nonsense", '{"ScenarioFinished": 5}', '{"ScenarioFinished": {"recorder": {"interactions": [1]}}}'),
    *("[" * DEEPER, json.dumps(event("bat-2", request=None)), json.dumps(event("bat-2", response=[1]))),
    json.dumps(event("bat-2", request={"method": 5, "uri": ["x"]})),
    *("\udcff", json.dumps(event("bat-2", response={"status_code": float("nan")}))),
]


@pytest.mark.parametrize("bad", BAD_LINES)
def test_an_event_that_is_damaged_costs_no_other(bad: str) -> None:
    lines = ['{"Initialize": {}}', json.dumps(event("bat-1")), bad, json.dumps(event("bat-3"))]
    found = recorded(cassette.read_events, "\n".join(lines))
    assert [each.url.rpartition("/")[2] for each in found if each.lack is None] == ["bat-1", "bat-3"]


def test_events_that_end_within_a_line_are_cut_off() -> None:
    lines = ['{"Initialize": {}}', json.dumps(event("bat-1")), json.dumps(event("bat-2"))[:60]]
    events = cassette.read_events(BytesIO("\n".join(lines).encode()), "a.ndjson")
    assert next(events).number == 1
    with pytest.raises(CutOff):
        next(events)


@pytest.mark.parametrize("between", ["", "---\n", "...\n---\n", "\n"])
def test_cassettes_that_were_put_together_are_read_to_the_end(between: str) -> None:
    found = recorded(cassette.read_yaml, between.join(HEAD + items(name)[0] for name in ("bat-1", "bat-2")))
    assert [(each.url.rpartition("/")[2], each.lack) for each in found] == [("bat-1", None), ("bat-2", None)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report with two exchanges in it."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "a.har").write_bytes(document([entry(GET), entry(BROKEN)]))
    judge([str(folder / "a.har"), "--report-dir", str(folder / "out")])
    return (folder / "out" / "report.json").read_text("utf-8")


def of_report(text: str) -> list[Recorded]:
    return recorded(own_report.read, text)


@pytest.mark.parametrize("part", ["request", "response", "sent_at", "seconds", "caller", "worker", "number"])
def test_an_exchange_of_a_report_that_is_damaged_costs_no_other(part: str, report: str) -> None:
    found = json.loads(report)
    shown = [
        each
        for result in found["requirements"]
        for violation in result["violations"]
        for each in violation["exchanges"]
    ]
    others = {each.url for each in of_report(report)}
    assert others
    for junk in JUNK:
        before, shown[0][part] = shown[0][part], junk
        after = of_report(json.dumps(found))
        assert len([each for each in after if each.lack is None]) >= len(of_report(report)) - 1
        shown[0][part] = before


@pytest.mark.parametrize(
    ("workers", "order"),
    [(("main", "main"), ["https://first", "https://then"]), (("gw0", "gw1"), ["https://then", "https://first"])],
)
def test_exchanges_of_a_report_are_read_as_they_were_made(workers: tuple[str, str], order: list[str]) -> None:
    """As one worker has numbered them, whatever its clock says, and by the clock where each has numbered its own."""
    exchanges = [
        {"number": number, "worker": worker, "sent_at": f"2030-01-01T00:00:{second}Z", "request": {"url": url}}
        for number, worker, second, url in (
            (12, workers[0], "10", "https://then"),
            (9, workers[1], "20", "https://first"),
        )
    ]
    text = json.dumps({"kind": "batches-conformance report", "violations": [{"exchanges": exchanges}]})
    assert [each.url for each in of_report(text)] == order


def test_what_stands_before_the_cut_of_a_report_is_read(report: str) -> None:
    cut = report[: report.rindex('"exchanges": [') + 200]
    read_report = own_report.read(BytesIO(cut.encode()), "report.json")
    found: list[Recorded] = []
    with pytest.raises(CutOff):
        found.extend(read_report)
    whole = report.rindex('"errors"')
    read = own_report.read(BytesIO(report[:whole].encode()), "report.json")
    assert [next(read) for _ in of_report(report)] == of_report(report)
    with pytest.raises(CutOff):
        next(read)


def test_every_kind_is_recognised_behind_its_packing(report: str, tmp_path: Path) -> None:
    for content in (HEAD + items("bat-1")[0], '{ "Initialize": {}}\n' + json.dumps(event("bat-1")), report):
        path = tmp_path / "recording"
        path.write_bytes(content.encode("utf-16"))
        assert list(read(path))
