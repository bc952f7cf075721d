"""Pages in a browser and the control protocol of a mock that is up on the same machine."""

from pathlib import Path
from typing import Any

import pytest

from tests.mock.api import Api, running
from tests.reports.html.browser import Browser

RESET = """fetch("URL", { method: "POST", mode: "no-cors" }).then(() => "sent")"""


def reset(api: Api, **headers: str) -> tuple[int, Any]:
    response = api.client.post("/control/reset", headers=headers)
    return response.status_code, response.json() if response.content else None


def test_no_page_of_a_stranger_controls_the_mock(wall: Api, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>A page</title>", encoding="utf-8")
    directory_id = wall.directory()
    browser.open(tmp_path / "page.html")
    assert browser.evaluate(RESET.replace("URL", f"{wall.info['control_url']}/reset")) == "sent"
    assert wall.status("GET", f"/api/v1/beta/directories/{directory_id}") == 200


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", None),
        ("http://evil.example:8000", "evil.example:8000"),
        ("http://localhost:3000", None),
        ("https://127.0.0.1:8000", "127.0.0.1:8000"),
        ("null", None),
        ("", None),
        ("http://[", "["),
        ("http://x:y:z", "x:y:z"),
    ],
)
def test_a_foreign_origin_is_refused_in_one_sentence(wall: Api, origin: str, host: str | None) -> None:
    directory_id = wall.directory()
    status, body = reset(wall, Origin=origin, **({} if host is None else {"Host": host}))
    assert (status, list(body)) == (403, ["detail"])
    assert "--cors" in body["detail"]
    assert wall.status("GET", f"/api/v1/beta/directories/{directory_id}") == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "localhost:8000", "mock:8000", "MOCK"])
def test_the_pages_of_the_mock_itself_may_control_it(wall: Api, host: str) -> None:
    assert reset(wall, Origin=f"http://{host.lower()}", Host=host) == (204, None)


@pytest.mark.parametrize("host", ["host.docker.internal:8000", "mock.tests.svc.cluster.local"])
def test_who_is_no_browser_may_call_it_by_any_name(wall: Api, host: str) -> None:
    assert reset(wall, Host=host) == (204, None)


@pytest.mark.parametrize("given", ["http://localhost:3000", "*"])
def test_a_page_that_may_use_the_mock_may_control_it(given: str) -> None:
    with running("--cors", given, "--control") as api:
        assert reset(api, Origin="http://localhost:3000") == (204, None)
        status, _ = reset(api, Origin="http://localhost:3001")
        assert status == (204 if given == "*" else 403)
