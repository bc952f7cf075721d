"""Every run against a hostile server ends in time, with the right verdict, and harms nobody who reads of it."""

import json
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reports.exit_codes import OF_VERDICT
from tests.hostile.behaviours import BEHAVIOURS, CREATE, GET, LIST, UPLOAD, Behaviour
from tests.hostile.runs import OUTCOME, OUTPUT, HostileRun
from tests.hostile.table import COMMAND, PAGE, render
from tests.reports import samples
from tests.suites.sessions import ROOT, environment

TIME_LIMIT = 300
"""Seconds after which the runs are given up all together."""
BOUND = 20.0
"""Seconds within which one run has to end: what it may lose without answers, one request more, and its start."""
MOST_MEMORY = 500_000_000
"""Bytes that the process of a run may take, the hostile server in it included."""
ALLOWED = {"\n", "\t"}
REPORT_FILES = ("report.json", "junit.xml", "summary.md")

SEEN_BEFORE = {GET: "createBatch", LIST: "createBatch", CREATE: "uploadFile", UPLOAD: "createDirectory"}
"""An operation that a run has called before a behaviour sets in."""


@dataclass(frozen=True)
class Ended:
    """A run that has ended, and what it left."""

    folder: Path
    outcome: HostileRun

    @property
    def written(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in (OUTPUT, *REPORT_FILES)}

    @cached_property
    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return loaded

    @property
    def output(self) -> str:
        """What a person reads in the terminal, its lines joined."""
        return " ".join((self.folder / OUTPUT).read_text(encoding="utf-8").split())


def can_be_run(behaviour: Behaviour) -> bool:
    return not behaviour.has_certificate or shutil.which("openssl") is not None


@pytest.fixture(scope="module")
def ended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Behaviour], Ended]:
    """Gives the run against a behaviour; those that are asked about are run together."""
    folder = tmp_path_factory.mktemp("hostile")
    calls = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    asked = [behaviour for params in calls if isinstance(behaviour := params.get("behaviour"), Behaviour)]
    names = dict.fromkeys(behaviour.name for behaviour in asked if can_be_run(behaviour))
    command = [sys.executable, "-m", "tests.hostile.runs", str(folder), *names]
    subprocess.run(command, cwd=ROOT, env=environment({}), timeout=TIME_LIMIT, check=True)

    def of(behaviour: Behaviour) -> Ended:
        if not can_be_run(behaviour):
            pytest.skip("needs the command openssl, to make a certificate")
        found = folder / behaviour.name / OUTCOME
        assert found.is_file(), f"the run against {behaviour.name} did not come to an end"
        return Ended(found.parent, HostileRun(**json.loads(found.read_text(encoding="utf-8"))))

    return of


each_behaviour = pytest.mark.parametrize(
    "behaviour", [pytest.param(behaviour, id=name) for name, behaviour in BEHAVIOURS.items()]
)


@each_behaviour
def test_the_run_ends_in_time_and_fits_into_memory(behaviour: Behaviour, ended: Callable[[Behaviour], Ended]) -> None:
    outcome = ended(behaviour).outcome
    assert outcome.seconds < BOUND
    assert outcome.peak < MOST_MEMORY


@each_behaviour
def test_the_verdict_is_right_and_says_why(behaviour: Behaviour, ended: Callable[[Behaviour], Ended]) -> None:
    run = ended(behaviour)
    failed = {each["id"] for each in run.report["requirements"] if each["verdict"] == "fail"}
    assert failed == behaviour.fails, run.output
    assert run.outcome.code == behaviour.code == OF_VERDICT[run.report["verdict"]], run.output
    assert behaviour.says in run.output


@each_behaviour
def test_the_report_is_valid_and_keeps_what_was_seen(behaviour: Behaviour, ended: Callable[[Behaviour], Ended]) -> None:
    run = ended(behaviour)
    samples.validator().validate(run.report)
    ET.fromstring(run.written["junit.xml"])
    if behaviour.when in SEEN_BEFORE:
        assert run.report["run"]["exchanges"]["by_operation"].get(SEEN_BEFORE[behaviour.when])
    if behaviour.when in (GET, LIST):
        observations = {each["id"]: each["observations"] for each in run.report["requirements"]}
        assert observations["create-answers-with-batch"]


@each_behaviour
def test_nothing_in_the_output_harms(behaviour: Behaviour, ended: Callable[[Behaviour], Ended]) -> None:
    """No raw control character, no key, no signature, and no line that a CI runner takes for a command."""
    run = ended(behaviour)
    for name, content in run.written.items():
        assert not controls(content), name
        assert run.outcome.key.encode() not in content, name
        assert not [secret for secret in behaviour.never_shown if secret.encode() in content], name
    commands = [line for line in run.written[OUTPUT].splitlines() if line.lstrip().startswith(b"::")]
    assert not commands


@each_behaviour
def test_no_other_server_receives_a_request(behaviour: Behaviour, ended: Callable[[Behaviour], Ended]) -> None:
    assert ended(behaviour).outcome.strayed == 0


def controls(content: bytes) -> set[str]:
    """The control characters that stand in a text as they are, but for the ends of lines and tabs."""
    return {each for each in content.decode() if unicodedata.category(each) == "Cc"} - ALLOWED


def test_a_raw_control_character_would_be_noticed() -> None:
    assert controls("\x1b[2J\x00\n\t\x9b".encode()) == {"\x1b", "\x00", "\x9b"}


def test_every_behaviour_says_what_it_is() -> None:
    assert len(BEHAVIOURS) >= 30
    for behaviour in BEHAVIOURS.values():
        assert behaviour.what.endswith("."), behaviour.name
        assert behaviour.says, behaviour.name


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), f"run: {COMMAND}"
