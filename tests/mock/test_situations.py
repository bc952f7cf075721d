"""The situations, several at a time, as a program meets them that calls a mock in another process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from fixtures.mock.situations import SITUATIONS
from tests.mock.api import BATCHES, DIRECTORIES, PDF, Api, running

OF_ENDS = ("batches-fail", "batches-take-long=2.5")
OF_BATCHES = (
    "batches-throttled",
    "batches-take-long=60",
    "files-fail",
    "results-late=5",
    "lists-lag=2",
    "directories-expire=500",
)
OF_LIMITS = ("upload-rate-limit=1", "request-rate-limit=20", "plan-too-small")
OF_THE_LINE = ("no-answer=6", "connection-cut=5", "answer-cut=3", "service-unavailable=2", "slow-answers=0.02")
TIME_LIMIT = 1.0
"""Seconds after which a request is given up that gets no answer."""
UPLOAD: dict[str, Any] = {"files": {"upload_file": ("a.pdf", PDF)}}


@contextmanager
def situated(*names: str) -> Iterator[Api]:
    """A mock in some situations, whose clock stands still and can be moved."""
    with running("--clock", "virtual", "--control", *(f"--situation={name}" for name in names)) as api:
        yield api


@pytest.fixture(scope="module")
def batches() -> Iterator[Api]:
    with situated(*OF_BATCHES) as api:
        yield api


def test_every_situation_is_met_here() -> None:
    assert {name.partition("=")[0] for name in OF_ENDS + OF_BATCHES + OF_LIMITS + OF_THE_LINE} == set(SITUATIONS)


def test_a_batch_waits_runs_long_and_shows_everything_late(batches: Api) -> None:
    directory_id = batches.directory("a.pdf", "b.pdf")
    ids = [batches.create(directory_id)["id"] for _ in range(2)]

    def seen() -> tuple[list[str], list[str]]:
        return (
            [batches.get(id_)["status"] for id_ in ids],
            [item["status"] for item in batches.batches()["items"]][::-1],
        )

    moments = []
    for seconds in (0, 2, 28, 2, 58, 2):
        batches.advance(seconds)
        moments.append(seen())
    throttled, running_ones, ended = ([status] * 2 for status in ("THROTTLED", "RUNNING", "COMPLETED"))
    assert moments == [
        (throttled, []),
        (throttled, throttled),
        (running_ones, throttled),
        (running_ones, running_ones),
        (ended, running_ones),
        (ended, ended),
    ]
    assert batches.results(ids[0]) is None
    batches.advance(3)
    for id_ in ids:
        jobs = [entry["job_reference"]["id"] for entry in batches.results(id_)]
        statuses = [batches.ok("GET", f"/api/v2/parse/{job}")["job"]["status"] for job in jobs]
        assert statuses == ["FAILED", "COMPLETED"]


def test_a_batch_fails_as_every_batch_does() -> None:
    with situated(*OF_ENDS) as api:
        batch_id = api.create(api.directory("a.pdf"))["id"]
        api.advance(3.4)
        assert api.get(batch_id)["status"] == "RUNNING"
        api.advance(0.1)
        assert api.get(batch_id)["status"] == "FAILED"


def test_an_ephemeral_directory_is_soon_gone(batches: Api) -> None:
    far = (datetime.now().astimezone() + timedelta(days=300)).isoformat()
    ids = [
        batches.directory(**asked) for asked in ({"type": "ephemeral"}, {"type": "ephemeral", "expires_at": far}, {})
    ]
    batches.advance(499)
    assert [batches.status("GET", f"{DIRECTORIES}/{id_}") for id_ in ids] == [200] * 3
    batches.advance(1)
    assert [batches.status("GET", f"{DIRECTORIES}/{id_}") for id_ in ids] == [404, 200, 200]


def test_limits_say_when_to_come_again() -> None:
    with situated(*OF_LIMITS) as api:
        directory_id = api.directory()
        upload = f"{DIRECTORIES}/{directory_id}/files/upload"
        assert [api.call("POST", upload, **UPLOAD).status_code for _ in range(5)] == [201] * 5
        api.advance(1.5)
        refused = api.call("POST", upload, **UPLOAD)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "4")
        api.advance(4)
        assert api.call("POST", upload, **UPLOAD).status_code == 201

        body = api.batch_body(directory_id)
        assert [api.status("POST", BATCHES, json=body) for _ in range(14)] == [403] * 13 + [429]
        assert api.call("GET", BATCHES).headers["retry-after"] == "55"
        other = {"Authorization": f"Bearer {api.info['other_api_key']}"}
        assert api.client.get(BATCHES, headers=other).status_code == 200
        api.advance(55)
        assert api.status("GET", BATCHES) == 200


def test_a_faster_clock_lets_callers_come_again_sooner() -> None:
    with situated("request-rate-limit=1") as api:
        assert api.client.put("/control/clock", json={"rate": 20}).json()["rate"] == 20
        assert api.status("GET", BATCHES) == 200
        assert api.call("GET", BATCHES).headers["retry-after"] in ("2", "3")


def outcome(api: Api, name: str) -> str:
    """Create a directory, and say what comes of it: a status, a cut before or within the answer, or nothing."""
    given: dict[str, Any] = {"json": {"name": name}, "headers": api.headers, "timeout": TIME_LIMIT}
    try:
        with api.client.stream("POST", DIRECTORIES, **given) as response:
            try:
                response.read()
            except httpx.RemoteProtocolError:
                return f"cut within {response.status_code}"
            return str(response.status_code)
    except httpx.RemoteProtocolError:
        return "cut before"
    except httpx.ReadTimeout:
        return "nothing"


def test_a_bad_line_loses_answers_of_requests_that_were_carried_out() -> None:
    """The same requests meet the same each time; what was refused as busy is not counted by the others."""
    with situated(*OF_THE_LINE) as api:
        outcomes = {f"directory {number}": outcome(api, f"directory {number}") for number in range(1, 14)}
        assert [met for met in outcomes.values() if met != "503"] == [
            *("201", "201", "cut within 201", "201", "cut before", "nothing", "201")
        ]
        assert list(outcomes.values())[1::2] == ["503"] * 6
        found = httpx.Response(503)
        while found.status_code == 503:
            found = api.call("GET", DIRECTORIES)
        names = {item["name"] for item in found.json()["items"]}
        assert names == {name for name, met in outcomes.items() if met != "503"}
