"""What GitHub does with the shell steps of an action and of a job; the tests give what it makes of its expressions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.ci.machine import QUICK, ROOT, Machine

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs/examples/github-workflow.yml").read_text("utf-8"))
SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"), None: ("bash", "-e")}
"""How GitHub starts the shell that a step names, or none."""


@dataclass(frozen=True)
class Ended:
    """A step that has ended, with its outputs and the summary of the job by then."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def run_step(machine: Machine, step: Mapping[str, Any], options: str = QUICK, **variables: str) -> Ended:
    """Run a step with a `run`; `variables` are what its `env` comes to."""
    script, output, summary = (machine.folder / name for name in ("step.sh", "output", "summary"))
    script.write_text(step["run"], encoding="utf-8")
    output.write_text("", encoding="utf-8")
    given = {
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(machine.workspace),
    }
    ran = machine.run([*SHELLS[step.get("shell")], str(script)], options, **given, **variables)
    lines = (line.partition("=") for line in output.read_text("utf-8").splitlines())
    outputs = {name: text for name, _, text in lines}
    return Ended(ran.code, ran.output, outputs, summary.read_text("utf-8") if summary.exists() else "")


def run_action(machine: Machine, inputs: Mapping[str, str], options: str = QUICK, **variables: str) -> Ended:
    """Run the shell step of the action with these inputs, and the Python of the job."""
    assert set(inputs) <= set(ACTION["inputs"])
    values = {**{name: each["default"] for name, each in ACTION["inputs"].items()}, **inputs}
    given = {f"GIVEN_{name.upper().replace('-', '_')}": value for name, value in values.items()}
    place = {"GITHUB_ACTION_PATH": str(machine.workspace / "conformance"), "RUNNER_TEMP": str(machine.folder / "temp")}
    (step,) = shell_steps(ACTION)
    return run_step(machine, step, options, **{**given, **place, "GIVEN_PYTHON": "python3"}, **variables)


def shell_steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each step with a `run`, of an action or of the jobs of a workflow."""
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    yield from (step for job in jobs for step in job["steps"] if "run" in step)


def use_of_action(job: str) -> Mapping[str, Any]:
    """The step of a job that uses the action."""
    steps: list[Mapping[str, Any]] = WORKFLOW["jobs"][job]["steps"]
    (step,) = (step for step in steps if step.get("uses") == "./conformance")
    return step
