"""`batches-conformance judge`: exit codes, sentences and files."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from batches_conformance.commands import judge as command
from reports import files
from reports.reader import read
from suites.recordings import formats
from suites.recordings.recorded import Recorded
from tests.command import main_of
from tests.oracles.history import History
from tests.oracles.timeline import answered
from tests.quick_python.starting import REAL
from tests.recordings.recordings import document, entry

judge = main_of("judge")

HISTORY = History().exchanges
GET = HISTORY["get completed"]
BROKEN = answered(GET, {"id": "bat-1", "status": "LOST"})
LATE = ("--settle-timeout", "1000")


def run(folder: Path, *arguments: str) -> int:
    return judge([*arguments, "--report-dir", str(folder / "out"), *LATE])


def saved(folder: Path, content: bytes, name: str = "capture.har") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_a_recording_that_keeps_the_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file of a run's report is written, and the report says what it was made of."""
    assert run(tmp_path, saved(tmp_path, document(map(entry, HISTORY.values())))) == 0
    report = read(tmp_path / "out" / "report.json")
    assert report.target is not None
    assert report.run.recording is not None
    assert (report.target.kind, report.target.base_url) == ("recording", "http://127.0.0.1:1")
    assert (report.run.recording.sources, report.run.recording.judged) == (("capture.har",), len(HISTORY))
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(files.RENDERERS)
    output = capsys.readouterr().out
    assert f"{len(HISTORY)} exchanges judged, 0 with other services, 0 not judged" in output
    assert "not shown by the recording" in output


def test_a_broken_promise_is_a_1_with_its_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, saved(tmp_path, document(map(entry, [GET, BROKEN])))) == 1
    assert "status-is-documented" in capsys.readouterr().out
    again = tmp_path / "out" / "report.json"
    assert judge([str(again), "--report-dir", str(tmp_path / "again")]) == 1


def test_an_interrupt_leaves_a_report_on_what_was_judged_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends it with 2, whatever was found by then."""

    def interrupted(path: Path) -> Iterator[Recorded]:
        yield from formats.read(path)
        if path.name == "second.har":
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "read", interrupted)
    first = saved(tmp_path, document(map(entry, [GET, BROKEN])))
    second = saved(tmp_path, document(map(entry, HISTORY.values())), "second.har")
    assert run(tmp_path, first, second) == 2
    report = read(tmp_path / "out" / "report.json")
    assert report.run.interrupted
    assert report.run.recording is not None
    assert report.run.recording.judged == 2
    assert "status-is-documented" in capsys.readouterr().out
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, second)


def test_a_report_that_has_no_place_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert judge([str(tmp_path / "nowhere.har"), "--report-dir", str(tmp_path / "file" / "out")]) == 4
    assert "name another one with --report-dir" in capsys.readouterr().err


def test_of_a_cut_recording_nothing_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    legal = document(map(entry, [GET, GET, GET]))
    assert run(tmp_path, saved(tmp_path, legal[:-100])) == 6
    assert "cut off or damaged after entry 2" in " ".join(capsys.readouterr().out.split())
    broken = document(map(entry, [BROKEN, GET, GET]))
    assert run(tmp_path, saved(tmp_path, broken[:-100])) == 1


def test_what_was_set_aside_stands_by_its_reason_in_every_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bodiless = entry(GET)
    del bodiless["response"]["content"]["text"]
    file = document([entry(GET), bodiless, bodiless]).replace(b'"entries": [', b'"entries": [null, ')
    assert run(tmp_path, saved(tmp_path, file)) == 0
    reasons = {"the body of the answer was not recorded": 2, "the entry is damaged, or describes no exchange": 1}
    output = capsys.readouterr().out
    summary, page = ((tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("summary.md", "report.html"))
    for reason, count in reasons.items():
        assert f"{count}  {reason}" in output
        assert f"| {count} | {reason} |" in summary
        assert reason in page


def test_a_recording_of_something_else_is_inconclusive(tmp_path: Path) -> None:
    assert run(tmp_path, saved(tmp_path, document([]))) == 6


REFUSED: dict[str, Sequence[str]] = {
    "nothing": [],
    "no file": ["nowhere.har"],
    "a recording and a port": ["a.har", "--listen", "8080", "--target", "http://127.0.0.1:1"],
    "a port and no target": ["--listen", "8080"],
    "a target and no port": ["--target", "http://127.0.0.1:1"],
    "a target that is not a URL": ["--listen", "8080", "--target", "127.0.0.1"],
    "a key in the open": ["--listen", "8080", "--target", "http://192.0.2.1"],
    "an invalid port": ["--listen", "70000", "--target", "http://127.0.0.1:1"],
    "an unknown option": ["--nonsense"],
    "a gateway before a recording": ["a.har", "--header", "X-A: 1"],
    "an invalid header": ["--listen", "0", "--target", "http://127.0.0.1:1", "--header", "X-A"],
    "no such issuers": ["--listen", "0", "--target", "https://127.0.0.1:1", "--ca-bundle", "nowhere.pem"],
    "no such certificate": ["--listen", "0", "--target", "https://127.0.0.1:1", "--client-cert", "nowhere.pem"],
    "a target without a port": ["--listen", "0", "--target", "http://127.0.0.1:port"],
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_wrong_usage_is_a_4(arguments: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: object = run(tmp_path, *arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 4
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--base-url", "service.example", "--base-url takes a whole URL"),
        ("--settle-timeout", "-1", "--settle-timeout must be a number of seconds above 0"),
        ("--settle-timeout", "nan", "--settle-timeout must be a number of seconds above 0"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(
    option: str, value: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge([str(saved(tmp_path, document([]))), option, value]) == 4
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{}", b"<html>", b"\x00\xff", b"[]", b"interactions:\n"])
def test_what_is_no_recording_is_a_4_or_has_nothing_in_it(content: bytes, tmp_path: Path) -> None:
    code = run(tmp_path, saved(tmp_path, content))
    assert code == (6 if content.startswith(b"inter") else 4)


VCR = """command: 'st run'
recorded_with: 'Schemathesis 4.32.5'
seed: 1
http_interactions:
- id: 'a'
  status: 'SUCCESS'
  recorded_at: '2030-01-01T00:00:01+00:00'
  request:
    uri: 'http://127.0.0.1:1/api/v2/batches/bat-1'
    method: 'GET'
    headers:
      "Authorization":
      - "[Filtered]"
  response:
    status:
      code: '200'
      message: "OK"
    elapsed: '0.25'
    headers:
      "content-type":
      - "application/json"

    body:
      encoding: 'utf8'
      string: "{STRING}"
    http_version: '1.1'
- id: 'b'
  recorded_at: '2030-01-01T00:00:02+00:00'
  request:
    uri: 'http://127.0.0.1:1/api/v2/batches'
    method: 'GET'
    headers: {}
  response: null
"""


@pytest.mark.parametrize(("exchange", "code"), [(GET, 0), (BROKEN, 1)])
def test_cassettes_are_read(exchange: object, code: int, tmp_path: Path) -> None:
    """In YAML and in NDJSON, an interaction without an answer among them."""
    assert hasattr(exchange, "response")
    body = exchange.response.body.decode()
    yaml = VCR.replace("{STRING}", body.replace('"', '\\"')).encode()
    assert run(tmp_path, saved(tmp_path, yaml, "a.yaml")) == code
    recording = read(tmp_path / "out" / "report.json").run.recording
    assert recording is not None
    assert (recording.judged, dict(recording.set_aside)) == (1, {"no answer was recorded": 1})
    assert run(tmp_path, saved(tmp_path, events(body), "a.ndjson")) == code


def events(body: str) -> bytes:
    interaction = {
        "request": {"method": "GET", "uri": "http://127.0.0.1:1/api/v2/batches/bat-1", "headers": {}},
        "response": {
            "status_code": 200,
            "headers": {"content-type": ["application/json"]},
            "content": {"$base64": b64encode(body.encode()).decode()},
            "elapsed": 0.25,
        },
        "timestamp": 1_893_456_000.0,
    }
    lines = [{"Initialize": {"seed": 1}}, {"ScenarioFinished": {"recorder": {"interactions": {"a": interaction}}}}]
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()


def test_two_recordings_know_nothing_of_each_other(tmp_path: Path) -> None:
    """Their clocks may differ; what they hold counts together."""
    ended, running = entry(HISTORY["get completed"]), entry(HISTORY["get running"])
    running["startedDateTime"] = "2031-01-01T00:00:00.000000+00:00"
    both = [saved(tmp_path, document([ended]), "a.har"), saved(tmp_path, document([running]), "b.har")]
    assert run(tmp_path, *both) == 0
    assert run(tmp_path, saved(tmp_path, document([ended, running]))) == 1


def test_a_base_url_that_leaves_all_out_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    capture = saved(tmp_path, document(map(entry, HISTORY.values())))
    assert run(tmp_path, capture, "--base-url", "https://your-service.example") == 6
    assert read(tmp_path / "out" / "report.json").errors == (
        f"No exchange could be judged: --base-url https://your-service.example left out {len(HISTORY)} calls of the "
        "Batches API, which went to http://127.0.0.1:1.",
    )


def test_a_dash_is_standard_input(tmp_path: Path) -> None:
    ended = subprocess.run(
        [REAL, "-m", "batches_conformance", "judge", "-", "--report-dir", str(tmp_path / "out"), *LATE],
        input=document(map(entry, [GET, BROKEN])),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 1
    assert b"stdin: 2 exchanges judged" in ended.stdout
