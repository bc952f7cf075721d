"""What GitHub does with an action and with a job, as far as their shell goes: expressions, variables, files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.ci.machine import QUICK, ROOT, Machine

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs/examples/github-workflow.yml").read_text("utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
TERM = re.compile(r"'[^']*'|[a-z_]+(\.[A-Za-z_-]+)+")
SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"), None: ("bash", "-e")}
"""How GitHub starts the shell that a step names, or none."""

Contexts = Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """An action or a job that has ended, with the outputs of its last step and the page that it added to."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Steps:
    """Runs shell steps on a machine, one after the other."""

    machine: Machine
    options: str
    variables: Mapping[str, str]
    contexts: dict[str, Any] = field(default_factory=dict)
    log: str = ""

    def run(self, step: Mapping[str, Any]) -> int:
        """Run a step with a `run`, keep its outputs, and return its exit code."""
        folder = self.machine.folder
        script, output = folder / "step.sh", folder / "output"
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("", encoding="utf-8")
        own = {name: evaluated(text, self.contexts) for name, text in step.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
        places = {"GITHUB_WORKSPACE": str(self.machine.workspace)}
        variables = {**self.variables, **files, **places, **own}
        ran = self.machine.run([*SHELLS[step.get("shell")], str(script)], self.options, **variables)
        lines = output.read_text("utf-8").splitlines()
        self.keep(step, {name: text for name, _, text in (line.partition("=") for line in lines)})
        self.log += ran.output
        return ran.code

    def keep(self, step: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
        """Let later steps see the outputs of a step that has an id."""
        if "id" in step:
            self.contexts.setdefault("steps", {})[step["id"]] = {"outputs": outputs}


def evaluated(text: object, contexts: Contexts) -> str:
    """The text with each expression replaced; of the language, what the files use: paths, texts, `&&` and `||`."""
    return EXPRESSION.sub(lambda found: _value(found[1], contexts), str(text))


def _value(expression: str, contexts: Contexts) -> str:
    value = ""
    for alternative in expression.split("||"):
        values = [_term(term.strip(), contexts) for term in alternative.split("&&")]
        value = next((each for each in values if not each), values[-1])
        if value:
            break
    return value


def _term(term: str, contexts: Contexts) -> str:
    assert TERM.fullmatch(term), f"not understood: {term}"
    if term.startswith("'"):
        return term.strip("'")
    found: Any = contexts
    for name in term.split("."):
        found = found.get(name, {})
    return "" if found == {} else str(found)


def run_action(
    machine: Machine, inputs: Mapping[str, str], options: str = QUICK, variables: Mapping[str, str] | None = None
) -> Ended:
    """Run the shell steps of the action, and evaluate its outputs; the Python of the job is taken."""
    assert set(inputs) <= set(ACTION["inputs"])
    given = {**{name: each["default"] for name, each in ACTION["inputs"].items()}, **inputs}
    place = {"GITHUB_ACTION_PATH": str(machine.workspace / "conformance"), "RUNNER_TEMP": str(machine.folder / "temp")}
    steps = Steps(machine, options, {**(variables or {}), **place}, {"inputs": given})
    codes = [steps.run(step) for step in ACTION["runs"]["steps"] if "run" in step]
    outputs = {name: evaluated(each["value"], steps.contexts) for name, each in ACTION["outputs"].items()}
    return _ended(steps, max(codes), outputs)


def run_job(machine: Machine, name: str, contexts: Contexts, options: str = QUICK) -> Ended:
    """Run the shell steps and the action of a job until one fails. What other actions do is the caller's part."""
    steps = Steps(machine, options, {}, {key: dict(value) for key, value in contexts.items()})
    for step in WORKFLOW["jobs"][name]["steps"]:
        code = 0
        if step.get("uses") == "./conformance":
            inputs = {name: evaluated(text, steps.contexts) for name, text in step["with"].items()}
            variables = {name: evaluated(text, steps.contexts) for name, text in step["env"].items()}
            ended = run_action(machine, inputs, options, variables)
            steps.log += ended.log
            steps.keep(step, ended.outputs)
            code = 0 if step.get("continue-on-error") else ended.code
        elif "run" in step:
            code = steps.run(step)
        if code:
            return _ended(steps, code, {})
    return _ended(steps, 0, {})


def _ended(steps: Steps, code: int, outputs: dict[str, str]) -> Ended:
    summary = steps.machine.folder / "summary"
    return Ended(code, steps.log, outputs, summary.read_text("utf-8") if summary.exists() else "")


def shell_steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each step with a `run`, of an action or of the jobs of a workflow."""
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    yield from (step for job in jobs for step in job["steps"] if "run" in step)
