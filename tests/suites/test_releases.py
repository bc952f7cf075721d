"""`release` from two services, one of which breaks a promise, to a decision."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batches_conformance.release_plan import AGAINST_KEY
from fixtures.embedded import MockAddress, running_mock
from fixtures.settings import KEY
from tests.suites.sessions import ROOT, TIME_LIMIT, Ended, environment

pytestmark = pytest.mark.xdist_group("releases")

NARROW = ("--requirement=create-refuses-unknown-job-type", "-n0", "-pno:cacheprovider", "--poll-interval=0.05")
CONTRACT = ("--contract", "2.10", "2.14")
BROKEN = "unknown-job-type-means-parse"


@pytest.fixture(scope="module")
def production() -> Iterator[MockAddress]:
    with running_mock("--pace=0.05") as mock:
        yield mock


@pytest.fixture(scope="module")
def candidate() -> Iterator[MockAddress]:
    with running_mock("--pace=0.05", f"--fault={BROKEN}") as mock:
        yield mock


def started(folder: Path, *words: str, **given: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "batches_conformance", "release", "--out", str(folder), *words],
        cwd=ROOT,
        env=environment(given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )


def release(folder: Path, *words: str, **given: str) -> Ended:
    with started(folder, *words, **given) as process:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    return Ended(process.returncode, output, folder)


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
    assert [each.partition(":")[0] for each in decision["not_asked"]] == ["clients"]
    assert [point["requirements"] for point in decision["parts"][0]["reasons"]] == [["create-refuses-unknown-job-type"]]
    for part in decision["parts"]:
        assert (compared.directory / part["file"]).is_file()


def test_the_decision_can_be_made_again_of_what_is_there(compared: Ended, tmp_path: Path) -> None:
    report, against = (str(compared.directory / name / "report.json") for name in ("conformance", "against"))
    again = release(tmp_path, "--report", report, "--against-report", against)
    assert again.code == 1, again.output
    old, new = (json.loads((each.directory / "release.json").read_text("utf-8")) for each in (compared, again))
    assert new["parts"][0]["reasons"] == old["parts"][0]["reasons"]
    assert new["parts"][1]["reasons"] == old["parts"][1]["reasons"]
    waived = release(tmp_path, "--report", report, "--baseline", report)
    assert (waived.code, "\nREADY\n" in waived.output) == (0, True), waived.output


def test_an_interrupted_release_goes_on_with_what_is_missing(production: MockAddress, tmp_path: Path) -> None:
    words = ("--target", production.base_url, *CONTRACT, *NARROW)
    with started(tmp_path, *words, **{KEY: production.api_key}) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if line.startswith("contract: ended"))
        (tmp_path / "conformance" / "part.json").unlink(missing_ok=True)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIME_LIMIT)
    assert process.returncode in (0, 2)
    (tmp_path / "conformance" / "part.json").unlink(missing_ok=True)
    ended = release(tmp_path, *words, "--resume", **{KEY: production.api_key})
    assert ended.code == 0, ended.output
    assert f"contract: taken from {tmp_path}" in ended.output
    assert "conformance: batches-conformance run" in ended.output


def test_the_plan_sends_nothing(production: MockAddress, tmp_path: Path) -> None:
    words = ("--target", "https://candidate.example", "--against", production.base_url, "--yes", "--plan", *NARROW)
    ended = release(tmp_path, *words, **{KEY: "llx-one", AGAINST_KEY: production.api_key})
    assert ended.code == 0, ended.output
    assert ended.output.count("billable files") >= 2
    assert not (tmp_path / "release.json").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name the service by --target URL, or its report by --report REPORT."),
        (("--target", "http://127.0.0.1:1", "--against", "http://127.0.0.1:2"), AGAINST_KEY),
        (("--target", "https://candidate.example"), "confirm that with --yes"),
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
