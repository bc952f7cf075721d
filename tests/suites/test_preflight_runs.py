"""What a person sees before anything is asked: an error, or the question whether to write to a real service."""

import os
import pty
import re
import select
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.state_folder import STATE_DIR
from tests.fixtures.loopback import Answer, serving
from tests.suites.conftest import RunByUrl
from tests.suites.sessions import ONE_TEST, ROOT, TIME_LIMIT, Ended, command, environment, run

SECONDS_TO_NOTICE = 25
"""Within which a run that cannot be asked has to end."""
SECONDS_FOR_WORKERS = 10
"""How much longer it may take to start workers and to end them."""
WIDTH = 80
TARGET = "--target=https://batches.invalid"
KEY = {"LLAMA_CLOUD_API_KEY": "llx-marker-5d1"}
QUESTION = b"[y/N]"

NO_NETWORK = """
import os, socket

look_up = socket.getaddrinfo

def unknown(host, *rest, **named):
    if host == "127.0.0.1":
        return look_up(host, *rest, **named)
    with open(os.environ["LOOKED_UP"], "a") as file:
        print(host, file=file)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

socket.getaddrinfo = unknown
"""
"""A plugin with which no name is looked up, and each that would have been is noted."""


@dataclass(frozen=True)
class Offline:
    """What a run is started with so that it reaches nothing, and which names it looked up."""

    arguments: tuple[str, ...]
    variables: dict[str, str]
    noted: Path

    @property
    def looked_up(self) -> set[str]:
        return set(self.noted.read_text("utf-8").split()) if self.noted.exists() else set()


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    (tmp_path / "no_network.py").write_text(NO_NETWORK, "utf-8")
    noted = tmp_path / "looked-up"
    variables = {**KEY, "PYTHONPATH": str(tmp_path), "LOOKED_UP": str(noted), "COLUMNS": str(WIDTH)}
    return Offline(("-p", "no_network", *ONE_TEST), variables, noted)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


# --- errors ---


def assert_reported(ended: Ended, seconds: float, sentence: str) -> None:
    """One sentence, in time, in the report and on the terminal, and nothing wider than it."""
    assert ended.code == 6, ended.output
    assert seconds < SECONDS_TO_NOTICE
    assert ended.report["verdict"] == "inconclusive"
    assert len(ended.report["errors"]) == 1
    message = ended.report["errors"][0]
    assert re.fullmatch(sentence, message), message
    assert f"- {message}" in unwrapped(ended.output)
    wide = [line for line in ended.output.splitlines() if len(line) > WIDTH and not line.startswith("plugins:")]
    assert not wide
    assert "Traceback" not in ended.output
    assert "marker-5d1" not in ended.everything_written


def test_a_dead_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    began = time.monotonic()
    state = tmp_path / "state"
    ended = run(tmp_path / "report", f"--target={url}", COLUMNS=str(WIDTH), **{STATE_DIR: str(state)}, **KEY)
    assert_reported(ended, time.monotonic() - began, f"{url} does not answer: connection refused; check .*")
    assert not state.exists(), "there is nothing to remember"


def test_a_host_that_does_not_exist(tmp_path: Path, offline: Offline) -> None:
    began = time.monotonic()
    ended = run(tmp_path / "report", *offline.arguments, TARGET, "--yes", **offline.variables)
    assert_reported(ended, time.monotonic() - began, "there is no host batches.invalid; check .*")
    assert offline.looked_up == {"batches.invalid"}


def test_a_web_site_on_two_workers(tmp_path: Path) -> None:
    with serving() as site:
        site.answers[:] = [Answer(200, b"<!doctype html>\x1b[31m", (("Content-Type", "text/html"),))]
        began = time.monotonic()
        ended = run(tmp_path, *ONE_TEST, "-n2", f"--target={site.url}", COLUMNS=str(WIDTH), **KEY)
        seconds = time.monotonic() - began - SECONDS_FOR_WORKERS
        assert_reported(ended, seconds, f"{site.url}/api/v2/batches answers with a web page; check .*")
        assert len(site.asked) == 1


def test_a_run_says_where_it_is_remembered_when_that_is_beside_its_report(tmp_path: Path, by_url: RunByUrl) -> None:
    state = tmp_path / "state"
    state.write_text("no folder", "utf-8")
    ended = by_url(*ONE_TEST, **{STATE_DIR: str(state)})
    assert ended.code == 0, ended.output
    assert "What this run makes is remembered in" in ended.output
    assert f"{ended.directory} alone, since" in unwrapped(ended.output)


# --- the question ---


def in_terminal(directory: Path, offline: Offline, answer: bytes, *arguments: str) -> Ended:
    """A run in a terminal of its own, in which somebody answers the question as soon as it is there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(directory, [*offline.arguments, *arguments]),
        cwd=ROOT,
        env={**environment(offline.variables), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    with process:
        os.close(theirs)
        output = b""
        give_up = time.monotonic() + TIME_LIMIT
        try:
            while chunk := read(ours, give_up):
                output += chunk
                if QUESTION in output and answer:
                    assert not offline.looked_up
                    os.write(ours, answer)
                    answer = b""
            process.wait(TIME_LIMIT)
        finally:
            process.kill()
            os.close(ours)
    return Ended(process.returncode, output.decode(), directory)


def read(terminal: int, give_up: float) -> bytes:
    """What has come out of a terminal; nothing when its other end is closed or the time is up."""
    ready, _, _ = select.select([terminal], [], [], max(0.0, give_up - time.monotonic()))
    try:
        return os.read(terminal, 65536) if ready else b""
    except OSError:
        return b""


@pytest.mark.parametrize("answer", [b"y\n", b"YES\n"])
def test_a_yes_starts_the_run(answer: bytes, tmp_path: Path, offline: Offline) -> None:
    ended = in_terminal(tmp_path / "report", offline, answer, TARGET)
    assert ended.code == 6, ended.output
    assert offline.looked_up == {"batches.invalid"}
    assert "there is no host batches.invalid" in ended.report["errors"][0]
    question = unwrapped(ended.output).partition(" [y/N]")[0]
    assert (
        "on batches.invalid, in the key's own project, and may spend at most 20 billable files; its rehearsal took"
        in question
    )
    assert ended.output.count("[y/N]") == 1
    assert "marker-5d1" not in ended.output


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"yesterday\n", b"\x04"], ids=["no", "nothing", "a word", "Ctrl-D"])
def test_anything_else_ends_the_run(answer: bytes, tmp_path: Path, offline: Offline) -> None:
    arguments = (TARGET, "--project-id=prj-7", "--max-billable-files=3")
    ended = in_terminal(tmp_path / "report", offline, answer, *arguments)
    assert ended.code == 4, ended.output
    assert offline.looked_up == set()
    said = unwrapped(ended.output)
    assert "in project prj-7, and may spend at most 3 billable files; its rehearsal took" in said
    assert re.search(r"[1-9]\d* requests, .* 0 billable files, \d+ s at 10 requests a second\. Start it\?", said)
    assert "nothing was sent to batches.invalid" in ended.output
    assert "Traceback" not in ended.output
    assert not ended.directory.exists()


def test_two_workers_ask_once(tmp_path: Path, offline: Offline) -> None:
    ended = in_terminal(tmp_path / "report", offline, b"n\n", TARGET, "-n2")
    assert ended.code == 4, ended.output
    assert ended.output.count("[y/N]") == 1
    assert offline.looked_up == set()


@pytest.mark.parametrize("capturing", ["--capture=no", "--capture=sys", "--capture=tee-sys"])
def test_the_question_comes_through_however_output_is_captured(
    capturing: str, tmp_path: Path, offline: Offline
) -> None:
    ended = in_terminal(tmp_path / "report", offline, b"y\n", TARGET, capturing)
    assert ended.code == 6, ended.output
    assert offline.looked_up == {"batches.invalid"}


def test_yes_on_the_command_line_is_not_asked_again(tmp_path: Path, offline: Offline) -> None:
    ended = in_terminal(tmp_path / "report", offline, b"", TARGET, "--yes")
    assert ended.code == 6, ended.output
    assert "[y/N]" not in ended.output


def test_without_a_terminal_yes_has_to_be_said(tmp_path: Path, offline: Offline) -> None:
    ended = run(tmp_path / "report", *offline.arguments, TARGET, **offline.variables)
    assert ended.code == 4, ended.output
    assert "the run would write to batches.invalid; confirm that with --yes" in unwrapped(ended.output)
    assert "[y/N]" not in ended.output
    assert "Traceback" not in ended.output
    assert offline.looked_up == set()
    assert not ended.directory.exists()


@pytest.mark.parametrize("arguments", [(TARGET, "--collect-only"), ("tests/spec/test_requirements.py", TARGET)])
def test_what_writes_nothing_is_not_asked_about(arguments: tuple[str, ...], tmp_path: Path, offline: Offline) -> None:
    plugin = offline.arguments[:2]
    ended = run(tmp_path / "report", *plugin, *arguments, **offline.variables)
    assert ended.code == 0, ended.output
    assert offline.looked_up == set()


def test_loopback_is_not_asked_about(tmp_path: Path, offline: Offline) -> None:
    ended = in_terminal(tmp_path / "report", offline, b"", "--target=http://127.0.0.1:1")
    assert ended.code == 6, ended.output
    assert offline.looked_up == set()
    assert "[y/N]" not in ended.output


def test_a_key_does_not_travel_in_clear(tmp_path: Path, offline: Offline) -> None:
    ended = run(
        tmp_path / "report", *offline.arguments, "--target=http://batches.invalid", "--yes", **offline.variables
    )
    assert ended.code == 4, ended.output
    assert "would get the key in clear text" in ended.output
    assert offline.looked_up == set()
