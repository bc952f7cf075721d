"""`reports replay` sends the request of a violation again where that is safe, and tells what became of it."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.files import write
from spec import requirements
from suites.replay import MAY_BE_FRUITLESS
from tests.command import main_of
from tests.fixtures.loopback import Answer, Loopback, serving
from tests.reports import samples
from tests.spec.test_imports import sources

main = main_of("report")

KEY = "llx-a-secret-of-many-letters"
CREATE = {"source_directory_id": "dir-1", "config": {"job": {"type": "parse_v2", "configuration_id": "cfg-1"}}}

Replay = Callable[..., tuple[int, str]]


def batch(status: str = "COMPLETED", **fields: Any) -> bytes:
    config = {"job": {"type": "parse_v2", "configuration_id": "cfg-1"}}
    known = {"id": "bat-1", "project_id": "prj-1", "source_directory_id": "dir-1", "config": config, "status": status}
    return json.dumps({**known, **fields}).encode()


@pytest.fixture
def service() -> Iterator[Loopback]:
    with serving() as loopback:
        yield loopback


def exchange(
    url: str, answer: bytes, method: str = "GET", path: str = "/api/v2/batches/bat-1", **changes: Any
) -> dict[str, Any]:
    body = changes.pop("body", None)
    headers = [["accept", "*/*"], ["authorization", "***"], *([["content-type", "application/json"]] if body else [])]
    return samples.exchange(
        request={"method": method, "url": f"{url}{path}", "headers": headers, "body": body},
        response={
            "status": changes.pop("status", 200),
            "headers": [["content-type", "application/json"]],
            "body": answer.decode(),
        },
        **changes,
    )


@pytest.fixture
def replay(
    service: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Replay:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
    monkeypatch.delenv("LLAMA_CLOUD_OTHER_API_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def replayed(
        name: str, exchanges: list[dict[str, Any]], *options: str, of: Any = "url", **changes: Any
    ) -> tuple[int, str]:
        target = replace(samples.target(), base_url=service.url, kind=of)
        given = {"check": CHECKS.get(name, name), "exchanges": exchanges, **changes}
        report = samples.report(
            {"violations": [samples.violation(name, **given)]}, some=(requirements.load()[name],), of=target
        )
        write(report, tmp_path)
        fingerprint = report.requirements[0].violations[0].fingerprint
        monkeypatch.setattr(sys, "argv", ["reports", "replay", str(tmp_path / "report.json"), fingerprint, *options])
        code = main()
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return code, printed.out + printed.err

    return replayed


SERVER_ERROR = "no-server-error"
CHECKS = {
    SERVER_ERROR: "answer-is-no-server-error",
    "terminal-status-is-final": "end-is-final",
    "page-holds-at-most-page-size": "page-size-is-kept",
}
"""Which check of an oracle is for a requirement."""


def test_an_oracle_finds_the_answer_still_wrong(service: Loopback, replay: Replay) -> None:
    service.answers = [Answer(500, b'{"detail": "no"}')]
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"no", status=500)])
    assert code == 1
    assert output.startswith(f"STILL VIOLATED  must  {SERVER_ERROR}  v")
    assert '{"detail": "no"}' in output
    (asked,) = service.asked
    assert (asked.method, asked.target) == ("GET", "/api/v2/batches/bat-1")
    assert asked.header("authorization") == f"Bearer {KEY}"


def test_an_oracle_finds_the_answer_right(service: Loopback, replay: Replay) -> None:
    service.answers = [Answer(200, batch())]
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"no", status=500)])
    assert code == 0
    assert output.startswith("NO LONGER VIOLATED  must")


def test_what_went_before_is_taken_from_the_report(service: Loopback, replay: Replay) -> None:
    """That a status is final takes two reads; the first of them is the one of the report."""
    exchanges = [
        exchange(service.url, batch("COMPLETED"), number=1, sent_at="2020-01-01T00:00:00+00:00"),
        exchange(service.url, batch("RUNNING"), number=2, sent_at="2020-01-01T00:00:09+00:00"),
    ]
    service.answers = [Answer(200, batch("RUNNING"))]
    code, output = replay("terminal-status-is-final", exchanges)
    assert code == 1, output
    assert "beside what the report has from before" in " ".join(output.split())
    service.answers = [Answer(200, batch("COMPLETED"))]
    assert replay("terminal-status-is-final", exchanges)[0] == 0
    assert len(service.asked) == 2


def test_an_answer_about_other_things_tells_nothing(service: Loopback, replay: Replay) -> None:
    path = "/api/v2/batches?page_size=1"
    page = json.dumps({"items": [json.loads(batch()), json.loads(batch(id="bat-2"))], "next_page_token": None})
    other = json.dumps({"items": [json.loads(batch(id="bat-3"))], "next_page_token": None})
    service.answers = [Answer(200, other.encode())]
    code, output = replay(
        "page-holds-at-most-page-size", [exchange(service.url, page.encode(), path=path, operation="listBatches")]
    )
    assert code == 6, output
    assert "may be gone" in " ".join(output.split())


def test_a_status_decides_where_no_oracle_makes_the_check(service: Loopback, replay: Replay) -> None:
    seen = [exchange(service.url, batch(), path="/api/v2/batches/nobody")]
    given = {"check": "of-a-test-alone", "kind": "accepted"}
    for answer, expected in ((Answer(404), 0), (Answer(200, batch()), 1), (Answer(302), 6)):
        service.answers = [answer]
        assert replay("get-refuses-unknown-batch", seen, **given)[0] == expected
    given["kind"] = "refused"
    for answer, expected in ((Answer(404), 1), (Answer(200, batch()), 0), (Answer(500), 6)):
        service.answers = [answer]
        assert replay("get-returns-requested-batch", seen, **given)[0] == expected


@pytest.mark.parametrize("kind", ["accepted", "refused", "server-error", "unexpected"])
@pytest.mark.parametrize("name", [SERVER_ERROR, "get-refuses-unknown-batch"])
def test_a_refused_key_is_named_and_decides_nothing(service: Loopback, replay: Replay, name: str, kind: str) -> None:
    service.answers = [Answer(401, b'{"detail": "Invalid API key"}')]
    code, output = replay(name, [exchange(service.url, batch())], kind=kind)
    assert code == 6, output
    assert "the key is refused with a 401: set LLAMA_CLOUD_API_KEY to one of the target" in " ".join(output.split())


def test_a_key_that_was_refused_then_is_still_judged(service: Loopback, replay: Replay) -> None:
    service.answers = [Answer(401, b"{}")]
    seen = [exchange(service.url, b"{}", status=401)]
    assert replay("get-returns-requested-batch", seen, check="of-a-test-alone", kind="refused")[0] == 1


def test_an_answer_of_which_nobody_knows_is_compared(service: Loopback, replay: Replay) -> None:
    seen = exchange(service.url, batch())
    given = {"check": "of-a-test-alone", "kind": "missing"}
    service.answers = [Answer(200, batch())]
    assert replay("results-delivered-when-expanded", [seen], **given)[0] == 1
    code, output = replay("results-delivered-when-expanded", [seen, seen], **given)
    assert code == 6
    assert "it takes 2 exchanges or more to judge it" in " ".join(output.split())
    service.answers = [Answer(200, batch("RUNNING"))]
    assert replay("results-delivered-when-expanded", [seen], **given)[0] == 6


def test_a_should_that_is_still_broken_decides_nothing(service: Loopback, replay: Replay) -> None:
    service.answers = [Answer(400)]
    given = {"check": "of-a-test-alone", "kind": "refused"}
    code, output = replay("expand-accepts-repetition", [exchange(service.url, b"{}", status=400)], **given)
    assert (code, output.partition("  ")[0]) == (0, "STILL VIOLATED")


@pytest.mark.parametrize(
    ("method", "path", "changes", "reason"),
    [
        ("POST", "/api/v2/batches", {"body": json.dumps(CREATE)}, "--create"),
        ("POST", "/api/v2/batches/bat-1/cancel", {}, "changes something"),
        ("DELETE", "/api/v1/beta/directories/dir-1", {}, "changes something"),
        ("POST", "/api/v1/beta/directories", {"body": "{}"}, "changes something"),
        ("PUT", "/api/v2/batches", {"body": "{}"}, "changes something"),
    ],
)
def test_what_changes_something_is_not_sent(
    method: str, path: str, changes: dict[str, Any], reason: str, service: Loopback, replay: Replay
) -> None:
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"{}", method, path, **changes)])
    assert code == 6
    assert output.startswith("INCONCLUSIVE")
    assert reason in output
    assert service.asked == []


def test_a_create_is_sent_where_it_is_asked_for(service: Loopback, replay: Replay) -> None:
    body = json.dumps(CREATE)
    seen = [exchange(service.url, b"{}", "POST", "/api/v2/batches", body=body, operation="createBatch")]
    service.answers = [Answer(422)]
    given = {"check": "of-a-test-alone", "kind": "accepted"}
    assert replay("create-refuses-incomplete-body", seen, "--create", **given)[0] == 0
    (asked,) = service.asked
    assert json.loads(asked.body) == CREATE
    assert asked.header("content-type") == "application/json"
    service.answers = [Answer(201, batch("PENDING"))]
    assert replay("create-refuses-incomplete-body", seen, "--create", **given)[0] == 1
    assert replay("create-refuses-unknown-directory", seen, "--create", **given)[0] == 6


def test_half_a_body_is_not_sent(service: Loopback, replay: Replay) -> None:
    seen = [exchange(service.url, b"{}", "POST", "/api/v2/batches", body='{"a": … (9000 bytes)')]
    code, output = replay(SERVER_ERROR, seen, "--create")
    assert (code, service.asked) == (6, [])
    assert "only a part of the body" in output


def test_a_hidden_header_is_sent_once_it_is_given_again(service: Loopback, replay: Replay) -> None:
    service.answers = [Answer(body=batch())]
    sent = exchange(service.url, b"no", status=500)
    sent["request"]["headers"] += [["x-gate", "***"], ["x-stage", "blue"]]
    code, said = replay(SERVER_ERROR, [sent])
    assert (code, service.asked) == (6, [])
    assert "the header x-gate is hidden in the report: give it again with --secret-header" in " ".join(said.split())
    given = ("--secret-header", "X-Gate: sesame-opens", "--header", "X-Stage: red")
    code, said = replay(SERVER_ERROR, [sent], *given)
    assert code == 0, said
    assert "sesame-opens" not in said
    (request,) = service.asked
    assert sorted(each for each in request.headers if each[0].startswith("x-")) == [
        ("x-gate", "sesame-opens"),
        ("x-stage", "red"),
    ]


def test_a_key_goes_to_the_target_alone(service: Loopback, replay: Replay) -> None:
    with serving() as other:
        code, output = replay(SERVER_ERROR, [exchange(other.url, b"{}", status=500)])
        assert (code, service.asked, other.asked) == (6, [], [])
    assert "the key is for that alone" in " ".join(output.split())


def test_a_mock_that_is_gone_is_not_asked(service: Loopback, replay: Replay) -> None:
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"{}")], of="mock")
    assert (code, service.asked) == (6, [])
    assert "gone" in output


def test_keys_that_are_missing_are_named(service: Loopback, replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"{}", caller="other")])
    assert (code, service.asked) == (6, [])
    assert "other" in output
    monkeypatch.delenv("LLAMA_CLOUD_API_KEY")
    code, output = replay(SERVER_ERROR, [exchange(service.url, b"{}")])
    assert (code, service.asked) == (4, [])
    assert "LLAMA_CLOUD_API_KEY" in output


def test_a_service_that_does_not_answer_is_no_verdict(service: Loopback, replay: Replay) -> None:
    with serving() as gone:
        pass
    service.url = gone.url
    code, output = replay(SERVER_ERROR, [exchange(gone.url, b"{}", status=500)])
    assert code == 6
    assert "no answer from" in output


def test_an_unknown_fingerprint_suggests_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = samples.report({"violations": [samples.violation()]})
    write(report, tmp_path)
    known = report.requirements[0].violations[0].fingerprint
    monkeypatch.setattr(sys, "argv", ["reports", "replay", str(tmp_path / "report.json"), known[:-1]])
    assert main() == 4
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert known in printed.err


def test_creates_that_may_come_to_nothing_are_those_that_the_suite_waits_for() -> None:
    found = {
        name
        for path in sources("suites")
        if "refused_or_fruitless(" in (text := path.read_text("utf-8"))
        for name in re.findall(r'"(create-refuses-(?!incomplete|unknown-job)[a-z0-9-]+)"', text)
    }
    assert found == MAY_BE_FRUITLESS
