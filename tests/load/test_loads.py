"""Whole loads on one machine, by locust: what they find, what they may spend, and what stays when they end early."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from batches_conformance.commands.load import LOCUSTFILE
from batches_conformance.load.options import SECONDS_TO_REPORT
from fixtures.embedded import MockAddress, running_mock
from fixtures.runfile import run_id_of
from fixtures.settings import BASE_URL
from spec.process import STOPPED
from tests.docs.pages import ROOT, blocks
from tests.load.started import BETWEEN_LOOKS, OF_WORKERS, REMEMBERED, SECONDS, begun, ended, until_written
from tests.processes import children_of
from tests.quick_python.starting import REAL
from tests.suites.sessions import Ended, directories_on

pytestmark = pytest.mark.skipif(importlib.util.find_spec("locust") is None, reason="needs locust, of the extra load")

BUSY = ("--users=8", "--spawn-rate=8", "--pause=0-0.1")
PAGE = ROOT / "docs" / "load.md"


def load(folder: Path, *words: str, mock: MockAddress | None = None) -> Ended:
    target = [f"--target={mock.base_url}"] if mock else []
    return ended(begun(["batches_conformance", "load", *BUSY, *target, *words], folder, mock), folder)


def python_of_page(word: str) -> list[str]:
    found = blocks(PAGE.read_text(encoding="utf-8"))
    return [block.text for block in found if block.language == "python" and word in block.text]


@pytest.fixture(scope="module")
def mock() -> Iterator[MockAddress]:
    with running_mock() as address:
        yield address


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A load of two processes on a mock with a race, which ends when its requests are used: few for so many users."""
    words = ("--processes=2", "--fault=answer-of-create-is-shared", "--run-time=30s", "--max-requests=400")
    many = ("--users=20", "--spawn-rate=20")
    return load(tmp_path_factory.mktemp("faulty"), *words, *many, "--weights=create=20")


# --- a race ---


def test_a_race_is_a_violation_with_its_evidence(faulty: Ended) -> None:
    assert faulty.code == 1, faulty.output
    assert faulty.verdicts["create-echoes-request"] == "fail"
    [result] = [each for each in faulty.report["requirements"] if each["id"] == "create-echoes-request"]
    [violation] = result["violations"]
    assert re.fullmatch("v[0-9a-f]{12}", violation["fingerprint"])
    assert violation["exchanges"][violation["deciding"]]["operation"] == "createBatch"


def test_all_processes_together_send_as_much_as_they_may(faulty: Ended) -> None:
    run = faulty.report["run"]
    assert run["spent"]["requests"] == 400
    assert "--max-requests" in run["load"]["ended_by"]
    assert not faulty.report["errors"]


def test_the_figures_of_all_processes_are_together(faulty: Ended) -> None:
    run = faulty.report["run"]
    assert [worker["end"] for worker in run["load"]["workers"]] == ["reported", "reported"]
    counts = (
        sum(each["count"] for each in run["load"]["operations"].values()),
        sum(each["exchanges"] for each in run["load"]["workers"]),
        run["exchanges"]["count"],
    )
    assert len(set(counts)) == 1
    assert run["load"]["users"] == 20


def test_no_file_has_a_key(faulty: Ended) -> None:
    for path in faulty.directory.glob("*.*"):
        assert "llx-mock" not in path.read_text(encoding="utf-8"), path


# --- batches that do not end ---


@pytest.fixture(scope="module")
def stuck(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A load as below `nohup`, whose terminal is closed and whose output nobody reads."""
    folder = tmp_path_factory.mktemp("stuck")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with running_mock("--fault=extract-batch-hangs", "--pace=0.2") as mock:
        extract = f"--extract-configuration-id={mock.extract_configuration_id}"
        words = [*BUSY, f"--target={mock.base_url}", extract, "--run-time=4s"]
        process = begun(["batches_conformance", "load", *words], folder, mock)
        signal.signal(signal.SIGHUP, before)
        assert process.stdout is not None
        process.stdout.close()
        until_written(folder, REMEMBERED, 1)
        process.send_signal(signal.SIGHUP)
        return Ended(process.wait(SECONDS), "", folder)


def test_batches_that_do_not_end_are_shown_and_accused_of_nothing(stuck: Ended) -> None:
    assert (stuck.report["verdict"], stuck.report["errors"]) == ("conformant", [])
    assert stuck.verdicts["batch-reaches-terminal-status"] == "not-exercised"
    batches = stuck.report["run"]["load"]["batches"]
    longest = batches["ended"]["COMPLETED"]["max"]
    assert batches["created"] == stuck.report["run"]["spent"]["batches"]
    assert 0 < batches["longer"] <= batches["going_on"]["RUNNING"]["count"]
    assert {(each["status"], each["seconds"] > longest) for each in batches["longest"]} == {("RUNNING", True)}
    page = (stuck.directory / "report.html").read_text(encoding="utf-8")
    assert all(each["id"] in page for each in batches["longest"])


def test_a_load_that_ignores_hang_ups_goes_on_to_its_end(stuck: Ended) -> None:
    assert (stuck.code, stuck.report["run"]["load"]["ended_by"]) == (0, "its run time")


# --- a service by URL ---


def under_way(mock: MockAddress, folder: Path, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start a load of a minute, and wait until it has made something."""
    words = ["batches_conformance", "load", *BUSY, f"--target={mock.base_url}", "--run-time=60s"]
    process = begun(words, folder, mock, output=output)
    until_written(folder, REMEMBERED, 1)
    return process


def test_the_locustfile_alone_gives_a_verdict_and_cleans_up(
    mock: MockAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCUST_PAUSE", "0.1")
    [shape] = python_of_page("LoadTestShape")
    shortened = shape.replace("(50, 5)", "(4, 4)").replace("< 600", "< 5")
    (tmp_path / "shape.py").write_text(shortened, encoding="utf-8")
    where = subprocess.check_output([REAL, "-m", "batches_conformance", "load", "--locustfile"], cwd=ROOT, text=True)
    files = f"{where.strip()},{tmp_path / 'shape.py'}"
    words = ["locust", "-f", files, "--headless", f"--host={mock.base_url}", "--contract-profile=webhooks"]
    process = begun(words, tmp_path, mock)
    until_written(tmp_path, REMEMBERED, 1)
    [remembered] = tmp_path.glob(REMEMBERED)
    loaded = ended(process, tmp_path)
    assert loaded.code == 0, loaded.output
    assert run_id_of(remembered).startswith(f"{loaded.report['run']['id']}-")
    assert loaded.report["verdict"] == "conformant"
    assert loaded.report["target"]["settings"]["pause"] == "0.1-0.1"
    assert loaded.report["run"]["load"]["users"] == 4
    batches = loaded.report["run"]["load"]["batches"]
    assert batches["ended"]["COMPLETED"]["count"] > 0 == batches["longer"]
    assert sum(each["missing"] for each in loaded.report["run"]["load"]["webhooks"].values()) == 0
    assert directories_on(mock) == []
    assert not list(tmp_path.glob(REMEMBERED))


def test_a_signal_ends_a_load_with_an_inconclusive_report(mock: MockAddress, tmp_path: Path) -> None:
    process = under_way(mock, tmp_path)
    time.sleep(1)  # Some exchanges.
    process.send_signal(signal.SIGTERM)
    loaded = ended(process, tmp_path)
    assert loaded.code == 2, loaded.output
    assert loaded.report["verdict"] == "inconclusive"
    assert loaded.report["run"]["interrupted"]
    assert directories_on(mock) == []


def test_a_load_ends_with_a_report_where_its_terminal_is_closed(mock: MockAddress, tmp_path: Path) -> None:
    terminal, output = os.openpty()
    process = under_way(mock, tmp_path, output)
    os.close(output)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    loaded = Ended(process.wait(SECONDS), "", tmp_path)
    assert (loaded.code, loaded.report["run"]["interrupted"]) == (2, True)
    assert directories_on(mock) == []


def test_however_many_signals_come_there_is_a_report_and_the_same_code(mock: MockAddress, tmp_path: Path) -> None:
    """They come until the process has ended, from its clean-up to the end of its interpreter."""
    process = under_way(mock, tmp_path)
    first = time.monotonic()
    while process.poll() is None and time.monotonic() < first + SECONDS_TO_REPORT:
        process.send_signal(signal.SIGINT)
        time.sleep(BETWEEN_LOOKS)
    loaded = ended(process, tmp_path)
    assert loaded.code == 2, loaded.output
    assert loaded.report["run"]["interrupted"]
    assert directories_on(mock) == []


def test_a_load_ends_with_a_report_where_its_command_was_killed(mock: MockAddress, tmp_path: Path) -> None:
    process = under_way(mock, tmp_path)
    process.kill()
    loaded = ended(process, tmp_path)  # Its output ends with that of its locust.
    assert loaded.report["run"]["interrupted"]
    assert directories_on(mock) == []
    assert not list(tmp_path.glob(REMEMBERED))


def test_a_signal_before_the_first_request_ends_with_a_sentence(mock: MockAddress, tmp_path: Path) -> None:
    """While the look at the target waits for a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        target = f"--target=http://127.0.0.1:{silent.getsockname()[1]}"
        process = begun(["batches_conformance", "load", *BUSY, target], tmp_path, mock)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGTERM)
        loaded = ended(process, tmp_path)
        connection.close()
    assert (loaded.code, loaded.output) == (2, f"{STOPPED}\n")


def test_a_signal_takes_no_report_from_a_load_that_ends_already(tmp_path: Path) -> None:
    """While it waits for webhooks that do not come."""
    with running_mock("--fault=webhook-without-events-gets-none", "--pace=0.1") as mock:
        words = ["locust", "-f", str(LOCUSTFILE), "--headless", f"--host={mock.base_url}", "--run-time=4s", "--users=4"]
        words += [
            "--spawn-rate=4",
            "--pause=0.1",
            "--contract-profile=webhooks",
            "--poll-timeout=4",
            "--weights=create=6",
        ]
        process = begun(words, tmp_path, mock)
        assert process.stdout is not None
        assert any("--run-time limit reached" in line for line in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGINT)
        loaded = ended(process, tmp_path)
        assert directories_on(mock) == []
    assert loaded.code == 1, loaded.output
    assert loaded.verdicts["webhook-without-events-sends-all"] == "fail"
    assert not list(tmp_path.glob(REMEMBERED))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the master in /proc")
def test_a_killed_master_leaves_nothing_but_a_sentence(mock: MockAddress, tmp_path: Path) -> None:
    words = ["batches_conformance", "load", *BUSY, f"--target={mock.base_url}", "--run-time=60s", "--processes=2"]
    process = begun(words, tmp_path, mock)
    until_written(tmp_path, OF_WORKERS, 2)
    [locust] = children_of(process.pid)
    os.kill(locust, signal.SIGKILL)
    loaded = ended(process, tmp_path)
    assert loaded.code == 6, loaded.output
    assert "locust ended with -9 before there was a report" in loaded.output
    assert directories_on(mock) == []
    assert not list(tmp_path.glob(REMEMBERED))


def test_a_report_that_has_no_place_is_refused_before_anything_is_sent(mock: MockAddress, tmp_path: Path) -> None:
    words = ["batches_conformance", "load", *BUSY, f"--target={mock.base_url}"]
    loaded = ended(begun(words, tmp_path, mock, Path("/proc/nowhere")), tmp_path)
    assert (loaded.code, loaded.output.count("\n")) == (4, 1), loaded.output
    assert "name another one with --report-dir" in loaded.output
    assert not list(tmp_path.glob(REMEMBERED))


def test_a_load_of_nobody_is_one_sentence(mock: MockAddress, tmp_path: Path) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), "--headless", "--users=0", f"--host={mock.base_url}", "--skip-log-setup"]
    loaded = ended(begun(words, tmp_path, mock), tmp_path)
    assert (loaded.code, loaded.output) == (4, "--users 0 leaves nobody to send anything: give 1 or more.\n")


@pytest.mark.parametrize(
    ("word", "value", "sentence"),
    [
        ("-T", "list", "--tags leaves GuideUser nothing to do: leave it out, and say with --weights how often"),
        ("--profile", "cancel", "--profile is a name for a run of locust: select with --contract-profile cancel."),
    ],
)
def test_an_option_of_locust_that_does_nothing_here_is_one_sentence(
    mock: MockAddress, tmp_path: Path, word: str, value: str, sentence: str
) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), "--headless", f"--host={mock.base_url}", "-t", "4s", word, value]
    loaded = ended(begun(words, tmp_path, mock), tmp_path)
    assert loaded.code == 4, loaded.output
    assert loaded.output.splitlines()[-1].startswith(sentence)
    assert "Traceback" not in loaded.output


def test_an_option_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    refused = ended(begun(["locust", "-f", str(LOCUSTFILE), "--files=several"], tmp_path), tmp_path)
    sentence = "Argument --files: invalid int value: 'several'; locust --help lists the options.\n"
    assert (refused.code, refused.output) == (4, sentence)


REFUSED = {
    "an unknown user": (["NoSuch"], "Unknown User(s): NoSuch"),
    "two parts": (["--master", "--worker"], "cannot be combined with --worker"),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_command_line_that_locust_refuses_is_wrong_usage(tmp_path: Path, words: list[str], sentence: str) -> None:
    refused = ended(begun(["locust", "-f", str(LOCUSTFILE), *words], tmp_path), tmp_path)
    assert refused.code == 4
    assert sentence in refused.output
    assert refused.output.endswith("Locust refuses this command line; locust --help lists the options.\n")


@pytest.mark.parametrize(
    ("source", "host"), [("--host", "foo"), ("--host", "http://user:llx-password@127.0.0.1"), (BASE_URL, "mock")]
)
def test_a_host_that_is_none_is_named_as_it_was_given(
    mock: MockAddress, tmp_path: Path, source: str, host: str
) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), "--headless", "--skip-log-setup"]
    if source == BASE_URL:
        refused = ended(begun(words, tmp_path, mock, target=host), tmp_path)
    else:
        refused = ended(begun([*words, f"{source}={host}"], tmp_path, mock), tmp_path)
    sentence = "must be a URL such as https://host[:port], without a user or a query in it; batches-conformance mock"
    assert (refused.code, refused.output.count("\n")) == (4, 1), refused.output
    assert refused.output.startswith(f"{source} {sentence}")


def test_a_wrong_path_is_not_laid_to_an_option_that_locust_has_not(mock: MockAddress, tmp_path: Path) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), "--headless", "--skip-log-setup", f"--host={mock.base_url}/below"]
    refused = ended(begun(words, tmp_path, mock), tmp_path)
    assert (refused.code, refused.output.count("\n")) == (6, 1), refused.output
    assert f"check that {mock.base_url}/below is the base URL of a Batches API" in refused.output


OF_MY_OWN = """
    def on_start(self):
        self.began = True

    @task
    def fail(self):
        assert not self.began, "broken by myself"
"""


def test_users_of_another_locustfile_take_the_place_of_those_of_the_suite(mock: MockAddress, tmp_path: Path) -> None:
    """They work as those do, beside what they do of their own, and where that breaks the report says so."""
    [code] = python_of_page("GuideUser")
    (tmp_path / "eager.py").write_text(f"from locust import task\n{code}{OF_MY_OWN}", encoding="utf-8")
    words = ["locust", "-f", "eager.py", "--headless", f"--host={mock.base_url}", "--run-time=3s", "--users=2"]
    loaded = ended(begun(words, tmp_path, mock), tmp_path)
    assert 'All users spawned: {"Eager": 2}' in loaded.output
    assert loaded.report["run"]["exchanges"]["count"] > 0
    [error] = loaded.report["errors"]
    assert re.fullmatch(r"The code of a user broke \d+ times: broken by myself", error)
    assert (loaded.code, loaded.report["verdict"]) == (6, "inconclusive")


READ = """
import shlex, sys
from locust.argument_parser import get_parser
from batches_conformance.locustfile import GuideUser

for line in sys.argv[1:]:
    print(get_parser().parse_args(shlex.split(line)[1:]).yes)
"""
"""Lets locust read command lines."""


def test_locust_takes_the_options_of_the_page(tmp_path: Path) -> None:
    found = blocks(PAGE.read_text(encoding="utf-8"))
    lines = [line for block in found if block.language == "text" for line in block.text.splitlines()]
    commands = [line for line in lines if line.startswith("locust ")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    read = subprocess.check_output([REAL, "-c", READ, *commands], cwd=tmp_path, env=environment, text=True)
    assert read.split() == ["True", "True", "True", "False"]


def test_users_that_are_in_two_locustfiles_are_one_sentence(mock: MockAddress, tmp_path: Path) -> None:
    (tmp_path / "sub.py").write_text("from batches_conformance.locustfile import GuideUser as Base", encoding="utf-8")
    words = ["locust", "-f", f"sub.py,{LOCUSTFILE}", "--headless", f"--host={mock.base_url}", "--skip-log-setup"]
    loaded = ended(begun(words, tmp_path, mock), tmp_path)
    assert (loaded.code, loaded.output.count("\n")) == (4, 1), loaded.output
    assert "a locustfile with a subclass goes alone" in loaded.output


def test_a_worker_that_waits_for_its_master_ends_at_a_signal(tmp_path: Path) -> None:
    words = ["locust", "-f", str(LOCUSTFILE), "--worker", "--master-host=127.0.0.1", "--master-port=9"]
    process = begun(words, tmp_path)
    assert process.stdout is not None
    assert "Starting Locust" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    waiting = ended(process, tmp_path)
    assert (waiting.code, waiting.output) == (-signal.SIGTERM, "")
