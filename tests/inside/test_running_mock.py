"""`running_mock`, as a stranger's program uses it."""

import json
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from batches_conformance.mock import Mock, MockFailed, running_mock
from tests.inside.stranger import Stranger

SECONDS_TO_CLOSE = 10
PROGRAM = """
import sys
from batches_conformance.mock import running_mock

general = {"fixtures", "spec", "suites", "reports", "tests", "conftest"}
with running_mock() as mock:
    assert not general & set(sys.modules), "names that belong to the user"
    assert not {"fastapi", "uvicorn", "starlette", "click"} & set(sys.modules), "the mock is imported"
    import fixtures

    assert fixtures.OF_THE_USER
    print(mock.base_url, flush=True)
    sys.stdin.read()
"""


def port_of(mock: Mock | str) -> tuple[str, int]:
    found = urlsplit(mock if isinstance(mock, str) else mock.base_url)
    assert found.hostname
    assert found.port
    return found.hostname, found.port


@pytest.mark.parametrize("variables", [{}, {"PYTHONSAFEPATH": "1"}], ids=["plain", "safe path"])
def test_packages_of_the_user_keep_their_names(stranger: Stranger, variables: dict[str, str]) -> None:
    output, errors = stranger.start(PROGRAM, **variables).communicate("", timeout=SECONDS_TO_CLOSE)
    assert (output[:17], errors) == ("http://127.0.0.1:", "")


def test_the_mock_ends_with_a_killed_process(stranger: Stranger) -> None:
    with stranger.start(PROGRAM) as process:
        assert process.stdout is not None
        address = port_of(process.stdout.readline().strip())
        with socket.create_connection(address, SECONDS_TO_CLOSE) as connection:
            process.send_signal(signal.SIGKILL)
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_the_mock_ends_with_its_block(mock: Mock) -> None:
    with running_mock() as other:
        assert port_of(other) != port_of(mock)
    with pytest.raises(MockFailed, match="does not answer"):
        other.reset()


def test_the_mock_is_whole_in_tests_without_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    with running_mock(faults=["total-is-text"]) as other:
        assert other.control("GET", "variants/faults?about=text")


def test_an_error_in_the_block_is_the_error_of_the_block() -> None:
    with pytest.raises(ZeroDivisionError), running_mock():
        _ = 1 / 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"faults": ["no-such-fault"]}, "There is no fault 'no-such-fault'"),
        ({"variations": ["results-after-3-second"]}, "did you mean results-after-3-seconds?"),
        ({"situations": ["results-late=soon"]}, "results-late"),
        ({"pace": -1.0}, "Invalid value for '--pace'"),
        ({"options": ["--colour"]}, "No such option '--colour'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_served_is_one_sentence(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(MockFailed) as raised, running_mock(**wrong):  # type: ignore[arg-type]
        pass
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_python_that_cannot_serve_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(MockFailed, match=r"^The mock ended with 1\.$"), running_mock():
        pass


def test_no_key_is_shown(mock: Mock) -> None:
    assert "llx" not in f"{mock} {mock!r}"
    assert mock.client_options == {"api_key": mock.api_key, "base_url": mock.base_url}


def test_a_seed_lies_where_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seed = {"projects": [{"name": "alone"}], "directories": [{"name": "invoices", "files": ["one.pdf"]}]}
    Path("seed.json").write_text(json.dumps(seed), encoding="utf-8")
    with running_mock(seed="seed.json") as mock:
        [directory] = mock.control("GET", "state")["directories"]
        assert directory["name"] == "invoices"
        assert (mock.api_key, mock.other_api_key) == ("llx-mock-alone", "")


def test_no_patched_client_of_the_program_is_used(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", None)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    mock.reset()


def test_the_clock_is_moved_or_goes_faster(mock: Mock) -> None:
    with pytest.raises(MockFailed, match="wall clock"):
        mock.advance(60)
    mock.clock_rate(0)
    mock.advance(3600)
    assert mock.control("GET", "clock")["kind"] == "virtual"
    mock.reset()
    assert mock.control("GET", "clock")["kind"] == "wall"


def test_keys_and_ids_outlive_a_reset(mock: Mock) -> None:
    mock.control("PUT", "state", {"projects": [{"name": "another"}]})
    mock.reset()
    state = mock.control("GET", "state")
    assert state["projects"][0]["id"] == mock.project_id
    assert state["projects"][0]["keys"] == [mock.api_key]
    saved = {mock.parse_configuration_id, mock.extract_configuration_id}
    assert {configuration["id"] for configuration in state["configurations"]} == saved


def test_what_control_refuses_is_one_sentence(mock: Mock) -> None:
    with pytest.raises(MockFailed, match=r"^end: "):
        mock.control("POST", "next-batches", {"end": "RUNNING"})
    with pytest.raises(MockFailed, match=r"^Not Found$"):
        mock.control("GET", "no-such-operation")
