"""The workflow for GitHub: what its gate and its night run in a shell; what other actions do is done by hand."""

import re
import shutil

import pytest

from fixtures.embedded import MockAddress
from reports.history.file import read_history
from tests.ci.github import WORKFLOW, Ended, run_action, run_step, use_of_action
from tests.ci.machine import FAULT, QUICK, ROOT, Machine, make_machine

SHARING = pytest.mark.xdist_group("github workflow")
PARTS = WORKFLOW["jobs"]["part"]["strategy"]["matrix"]["part"]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which the parts of a night ran, their artifacts where they are merged."""
    machine = make_machine(tmp_path_factory.mktemp("night"))
    written = use_of_action("part")["with"]["arguments"]
    for part in PARTS:
        arguments = written.replace("${{ matrix.part }}", str(part))
        arguments = arguments.replace("${{ strategy.job-total }}", str(len(PARTS)))
        ended = run_action(machine, {"report-dir": f"part-{part}", "arguments": arguments})
        assert ended.code == 0, ended.log
        shutil.move(machine.workspace / f"part-{part}", machine.workspace / "parts" / f"part-{part}")
    return machine


def run_whole(machine: Machine, baseline: str = "") -> Ended:
    """Run the shell steps of the job that judges the parts, until one fails; `baseline` is the key of the cache."""
    ended = None
    for step in WORKFLOW["jobs"]["whole"]["steps"]:
        if "run" in step:
            ended = run_step(machine, step, BASELINE=baseline)
            if ended.code:
                break
    assert ended is not None
    return ended


def test_a_pull_request_is_checked_by_url(machine: Machine, service: MockAddress) -> None:
    arguments = use_of_action("gate")["with"]["arguments"]
    inputs = {"target": service.base_url, "arguments": arguments}
    ended = run_action(machine, inputs, LLAMA_CLOUD_API_KEY=service.api_key)
    assert ended.code == 0, ended.log
    assert (machine.workspace / "conformance-report" / "report.json").exists()
    assert service.api_key not in ended.log
    ((command, *options),) = machine.commands
    assert command == "run"
    assert "--yes" in options
    assert not [option for option in options if option.startswith("--baseline")]


@SHARING
def test_a_green_night_is_the_baseline_of_what_comes(night: Machine, machine: Machine) -> None:
    ended = run_whole(night)
    assert ended.code == 0, ended.log
    assert ended.summary.count("## Conformance: conformant") == len(PARTS) + 1
    whole, baseline = (night.workspace / name / "report.json" for name in ("whole", "baseline"))
    assert baseline.read_bytes() == whole.read_bytes()

    again = run_whole(night, "conformance-baseline-1-1")
    assert again.code == 0, again.log
    assert re.findall("## .*", again.summary)[-1].startswith("## Gate green")
    assert [run.verdict for run in read_history(night.workspace / "history" / "history.json").runs] == ["conformant"]
    assert night.commands[-1][-2:] == ["--baseline", "baseline/report.json"]

    shutil.copytree(baseline.parent, machine.workspace / "baseline")
    worse = run_action(machine, {"baseline": "baseline/report.json"}, f"{QUICK} {FAULT}")
    assert worse.code == 7, worse.log
    assert "create-refuses-unknown-job-type" in worse.summary


@SHARING
def test_a_night_that_lacks_a_part_is_red_and_no_baseline(night: Machine, machine: Machine) -> None:
    shutil.copytree(night.workspace / "parts" / "part-1", machine.workspace / "parts" / "part-1")
    ended = run_whole(machine)
    assert ended.code == 4, ended.log
    assert not (machine.workspace / "baseline").exists()


@SHARING
def test_a_night_that_fails_its_gate_is_no_baseline(night: Machine, machine: Machine) -> None:
    """Here since the baseline that was found cannot be read."""
    shutil.copytree(night.workspace / "parts", machine.workspace / "parts")
    ended = run_whole(machine, "conformance-baseline-1-1")
    assert ended.code == 4, ended.log
    assert not (machine.workspace / "baseline").exists()


def test_what_goes_to_the_action_is_what_the_repository_has() -> None:
    gate = use_of_action("gate")
    assert gate["with"]["target"] == use_of_action("part")["with"]["target"] == "${{ vars.CONFORMANCE_TARGET }}"
    found = "steps.baseline.outputs.cache-matched-key"
    assert gate["with"]["baseline"] == f"${{{{ {found} && 'baseline/report.json' || '' }}}}"
    (judging,) = (step for step in WORKFLOW["jobs"]["whole"]["steps"] if "BASELINE" in step.get("env", {}))
    assert judging["env"] == {"BASELINE": f"${{{{ {found} }}}}"}


def test_the_workflow_requests_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    jobs = WORKFLOW["jobs"].values()
    assert not any("permissions" in job for job in jobs)
    checkouts = [step for job in jobs for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_only_the_main_branch_renews_what_is_kept() -> None:
    saving = [
        (name, step)
        for name, job in WORKFLOW["jobs"].items()
        for step in job["steps"]
        if "actions/cache/save" in step.get("uses", "") or "report.json baseline/" in step.get("run", "")
    ]
    assert [name for name, _ in saving] == ["whole", "whole", "whole"]
    for _, step in saving:
        assert step["if"] == "github.ref_name == github.event.repository.default_branch"


def test_each_action_has_a_version() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("action.yml", "docs/examples/github-workflow.yml")]
    used = {name for text in texts for name in re.findall(r"uses: (.*)", text)} - {"./conformance"}
    assert len(used) > 5
    assert all(re.fullmatch(r"actions/[a-z/-]+@v\d+", name) for name in used)
