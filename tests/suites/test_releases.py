"""`release` from two services, one of which breaks a promise, to a decision."""

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import TimeoutExpired
from time import monotonic
from urllib.parse import unquote

import pytest

from batches_conformance.release_plan import AGAINST_KEY
from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import KEY
from reports.document import render_json
from tests.reports import samples
from tests.reports.html.outline import Outline
from tests.suites.sessions import TIME_LIMIT, Ended, completed, directories_on, started

NARROW = ("--requirement=create-refuses-unknown-job-type", "-n0", "-pno:cacheprovider", "--poll-interval=0.05")
CONTRACT = ("--contract", "2.10", "2.14")
LOOK = 0.02
"""Seconds between two looks at the services."""
BROKEN = "unknown-job-type-means-parse"


@pytest.fixture(scope="module")
def production() -> Iterator[MockAddress]:
    with running_mock("--pace=0.05") as mock:
        yield mock


@pytest.fixture(scope="module")
def candidate() -> Iterator[MockAddress]:
    with running_mock("--pace=0.05", f"--fault={BROKEN}") as mock:
        yield mock


def command(folder: Path, words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "batches_conformance", "release", "--out", str(folder), *words]


def release(folder: Path, *words: str, **given: str) -> Ended:
    return completed(folder, command(folder, words), **given)


@pytest.fixture(scope="module")
def compared(production: MockAddress, candidate: MockAddress, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    keys = {KEY: candidate.api_key, AGAINST_KEY: production.api_key}
    words = ("--target", candidate.base_url, "--against", production.base_url, *CONTRACT, *NARROW)
    return release(tmp_path_factory.mktemp("compared"), *words, **keys)


def test_two_services_and_a_contract_come_to_one_decision(compared: Ended) -> None:
    assert compared.code == 1, compared.output
    assert "\nNOT READY\n" in compared.output
    decision = json.loads((compared.directory / "release.json").read_text("utf-8"))
    answers = {part["name"]: part["answer"] for part in decision["parts"]}
    assert answers == {"conformance": "not ready", "comparison": "not ready", "contract": "ready"}
    assert [each.partition(":")[0] for each in decision["not_asked"]] == ["clients", "fidelity"]
    assert [point["requirements"] for point in decision["parts"][0]["reasons"]] == [["create-refuses-unknown-job-type"]]
    for part in decision["parts"]:
        assert (compared.directory / part["file"]).is_file()


def test_the_decision_can_be_made_again_of_what_is_there(compared: Ended, tmp_path: Path) -> None:
    report, against = (str(compared.directory / name / "report.json") for name in ("conformance", "against"))
    mock = tmp_path / "of mock.json"
    mock.write_text(render_json(samples.report()), encoding="utf-8")
    again = release(tmp_path, "--report", report, "--against-report", against, "--mock-report", str(mock))
    assert again.code == 1, again.output
    old, new = (json.loads((each.directory / "release.json").read_text("utf-8")) for each in (compared, again))
    assert new["parts"][0]["reasons"] == old["parts"][0]["reasons"]
    assert new["parts"][1]["reasons"] == old["parts"][1]["reasons"]
    assert (new["parts"][2]["name"], new["parts"][2]["answer"]) == ("fidelity", "ready")
    assert "\nFIDELITY  ready\n" in again.output
    page = Outline((tmp_path / "release.html").read_text(encoding="utf-8"))
    links = [unquote(each.attributes["href"]) for each in page.named("a")]
    assert [Path(tmp_path, link).resolve() for link in links if link.endswith(".json")] == [
        Path(each).resolve() for each in (report, against, mock)
    ]
    of_service = release(tmp_path, "--report", report, "--mock-report", report)
    assert (of_service.code, "is not of a run on the mock" in of_service.output) == (4, True), of_service.output
    waived = release(tmp_path, "--report", report, "--baseline", report)
    assert (waived.code, "\nREADY\n" in waived.output) == (0, True), waived.output


def test_what_python_says_besides_is_not_taken_for_an_answer(compared: Ended, tmp_path: Path) -> None:
    report = str(compared.directory / "conformance" / "report.json")
    ended = release(tmp_path, "--report", report, *CONTRACT, PYTHONPROFILEIMPORTTIME="1")
    assert ended.code == 1, ended.output
    assert (tmp_path / "contract" / "errors.txt").stat().st_size


@pytest.mark.parametrize("to_group", [False, True], ids=["SIGTERM", "Ctrl-C"])
def test_an_interrupted_release_leaves_nothing_and_goes_on(
    production: MockAddress, candidate: MockAddress, tmp_path: Path, to_group: bool
) -> None:
    """Both services get a run of many seconds, which is interrupted as soon as it has created something."""
    keys = {KEY: production.api_key, AGAINST_KEY: candidate.api_key}
    words = ("--target", production.base_url, "--against", candidate.base_url, *CONTRACT)
    mocks = (production, candidate)
    before = [set(directories_on(mock)) for mock in mocks]
    with started(command(tmp_path, [*words, "-n0", "-pno:cacheprovider"]), **keys) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if line.startswith("contract: ended"))
        end = monotonic() + TIME_LIMIT
        while any(set(directories_on(mock)) <= known for mock, known in zip(mocks, before, strict=True)):
            with pytest.raises(TimeoutExpired):
                process.wait(LOOK)
            assert monotonic() < end
        if to_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 2, output
    assert "the same with --resume takes them" in output
    assert [set(directories_on(mock)) for mock in mocks] == before
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    ended = release(tmp_path, *words[:2], *CONTRACT, *NARROW, "--resume", **keys)
    assert ended.code == 0, ended.output
    assert f"contract: taken from {tmp_path}" in ended.output
    assert "conformance: batches-conformance run" in ended.output


def test_a_wrong_key_speaks_for_and_against_nothing_and_is_asked_again(
    production: MockAddress, candidate: MockAddress, tmp_path: Path
) -> None:
    words = ("--target", candidate.base_url, "--against", production.base_url, *NARROW)
    ended = release(tmp_path, *words, **{KEY: "llx-wrong", AGAINST_KEY: production.api_key})
    assert ended.code == 6, ended.output
    assert "\nCANNOT TELL\n" in ended.output
    assert ended.output.count("refuses the key") == 3
    again = release(tmp_path, *words, "--resume", **{KEY: candidate.api_key, AGAINST_KEY: production.api_key})
    assert again.code == 1, again.output
    assert "against: taken from" in again.output


def test_no_secret_is_shown_or_kept(production: MockAddress, tmp_path: Path) -> None:
    secret = "token-of-the-gateway"
    words = ("--target", production.base_url, *NARROW, "--secret-header", f"X-Gateway: {secret}")
    for more, sign in ((), "conformance: ended"), (("--resume",), "conformance: taken from"), (("--plan",), "billable"):
        ended = release(tmp_path, *words, *more, **{KEY: production.api_key})
        assert (ended.code, sign in ended.output) == (0, True), ended.output
        for each in (secret, production.api_key):
            assert each not in ended.everything_written


def test_the_plan_sends_nothing(production: MockAddress, tmp_path: Path) -> None:
    words = ("--target", "https://candidate.example", "--against", production.base_url, "--yes", "--plan", *NARROW)
    ended = release(tmp_path, *words, **{KEY: "llx-one", AGAINST_KEY: production.api_key})
    assert ended.code == 0, ended.output
    assert ended.output.count("billable files") >= 2
    assert not (tmp_path / "release.json").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name the service with --target URL, or its report with --report REPORT."),
        (("--target", "http://127.0.0.1:1", "--against", "http://127.0.0.1:2"), AGAINST_KEY),
        (("--target", "https://candidate.example"), "confirm that with --yes"),
        (
            ("--target", "http://127.0.0.1:1", "--against", "http://127.0.0.1:1/"),
            "--against is the service of --target",
        ),
        (("--target", "http://127.0.0.1:1", "--against-report", "nowhere.json"), "There is no report nowhere.json"),
        (("--target", "http://127.0.0.1:1", "--mock-report", "pyproject.toml"), "pyproject.toml is not a report"),
        (("--target", "http://127.0.0.1:1", "--out", "pyproject.toml"), "name another with --out"),
        (("--target", "http://127.0.0.1:1", "--header", "without-a-value"), "--header"),
        (("--report", "report.json", "--clients"), "--clients needs the service itself"),
        (("--target", "http://127.0.0.1:1", "--client", "pypi-0"), "There is no client pypi-0"),
        (("--target", "http://127.0.0.1:1", "--clients", "--max-billable-files", "3"), "raise --max-billable-files"),
        (("--report", "nowhere/report.json"), "There is no report nowhere/report.json"),
    ],
)
def test_wrong_usage_is_a_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    ended = release(tmp_path, *words, **{KEY: "llx-one"})
    assert ended.code == 4
    assert sentence in " ".join(ended.output.split())


def test_a_part_that_fails_ends_the_release_with_its_code(tmp_path: Path) -> None:
    words = ("--target", "http://127.0.0.1:1", "--no-such-option")
    ended = release(tmp_path, *words, **{KEY: "llx-one"})
    assert ended.code == 4
    assert "There is no option --no-such-option" in ended.output
