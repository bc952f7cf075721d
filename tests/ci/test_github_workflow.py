"""The workflow for GitHub: its gate and its night run as GitHub would run them, without what other actions do."""

import re
import shutil
from typing import Any

import pytest

from fixtures.embedded import MockAddress
from tests.ci.github import WORKFLOW, run_job
from tests.ci.machine import FAULT, QUICK, ROOT, Machine, make_machine

SHARING = pytest.mark.xdist_group("github workflow")
PARTS = WORKFLOW["jobs"]["part"]["strategy"]["matrix"]["part"]
MATCHED = {"steps": {"baseline": {"outputs": {"cache-matched-key": "conformance-baseline-1-1"}}}}


def contexts(target: str = "mock", key: str = "") -> dict[str, Any]:
    return {"vars": {"CONFORMANCE_TARGET": target}, "secrets": {"LLAMA_CLOUD_API_KEY": key}}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which the parts of a night ran, their artifacts where they are merged."""
    machine = make_machine(tmp_path_factory.mktemp("night"))
    for part in PARTS:
        place = {"matrix": {"part": part}, "strategy": {"job-total": len(PARTS)}}
        ended = run_job(machine, "part", {**contexts(), **place})
        assert ended.code == 0, ended.log
        shutil.move(machine.workspace / f"part-{part}", machine.workspace / "parts" / f"part-{part}")
    return machine


def test_a_pull_request_is_checked_by_url(machine: Machine, service: MockAddress) -> None:
    ended = run_job(machine, "gate", contexts(service.base_url, service.api_key))
    assert ended.code == 0, ended.log
    assert (machine.workspace / "conformance-report" / "report.json").exists()
    assert service.api_key not in ended.log
    ((command, *options),) = machine.commands
    assert command == "run"
    assert "--yes" in options
    assert not [option for option in options if option.startswith("--baseline")]


@SHARING
def test_a_green_night_is_the_baseline_of_what_comes(night: Machine, machine: Machine) -> None:
    ended = run_job(night, "whole", {})
    assert ended.code == 0, ended.log
    assert ended.summary.count("## Conformance: conformant") == len(PARTS) + 1
    whole, baseline = (night.workspace / name / "report.json" for name in ("whole", "baseline"))
    assert baseline.read_bytes() == whole.read_bytes()

    again = run_job(night, "whole", MATCHED)
    assert again.code == 0, again.log
    assert night.commands[-1][-2:] == ["--baseline", "baseline/report.json"]

    shutil.copytree(baseline.parent, machine.workspace / "baseline")
    worse = run_job(machine, "gate", {**contexts(), **MATCHED}, f"{QUICK} {FAULT}")
    assert worse.code == 7, worse.log
    assert "create-refuses-unknown-job-type" in worse.summary


@SHARING
def test_a_night_that_lacks_a_part_is_red_and_no_baseline(night: Machine, machine: Machine) -> None:
    shutil.copytree(night.workspace / "parts" / "part-1", machine.workspace / "parts" / "part-1")
    ended = run_job(machine, "whole", {})
    assert ended.code == 4, ended.log
    assert not (machine.workspace / "baseline").exists()


@SHARING
def test_a_night_that_does_not_stand_the_judgement_is_no_baseline(night: Machine, machine: Machine) -> None:
    """Here since the baseline that was found cannot be read."""
    shutil.copytree(night.workspace / "parts", machine.workspace / "parts")
    ended = run_job(machine, "whole", MATCHED)
    assert ended.code == 4, ended.log
    assert not (machine.workspace / "baseline").exists()


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    jobs = WORKFLOW["jobs"].values()
    assert not any("permissions" in job for job in jobs)
    checkouts = [step for job in jobs for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_only_a_green_main_branch_renews_the_baseline() -> None:
    saving = [
        (name, step)
        for name, job in WORKFLOW["jobs"].items()
        for step in job["steps"]
        if "actions/cache/save" in step.get("uses", "") or "report.json baseline/" in step.get("run", "")
    ]
    assert [name for name, _ in saving] == ["whole", "whole"]
    for _, step in saving:
        assert step["if"] == "github.ref_name == github.event.repository.default_branch"


def test_each_action_has_a_version() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("action.yml", "docs/examples/github-workflow.yml")]
    used = {name for text in texts for name in re.findall(r"uses: (.*)", text)} - {"./conformance"}
    assert len(used) > 5
    assert all(re.fullmatch(r"actions/[a-z/-]+@v\d+", name) for name in used)
