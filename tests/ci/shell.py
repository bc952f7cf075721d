"""The shell text in each of the files for CI, and how it is started there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.ci.github import ACTION, WORKFLOW, shell_steps
from tests.ci.machine import ROOT

EXAMPLES = ROOT / "docs" / "examples"
GITLAB: dict[str, Any] = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text("utf-8"))
JENKINSFILE = (EXAMPLES / "Jenkinsfile").read_text("utf-8")
CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")
CRONTAB = (EXAMPLES / "crontab").read_text("utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PRE_COMMIT: dict[str, Any] = yaml.safe_load((EXAMPLES / "pre-commit-config.yaml").read_text("utf-8"))


def gitlab_script(job: Mapping[str, Any]) -> str:
    """All that a job of GitLab runs, with what it takes over from the job that it extends."""
    whole = {**GITLAB[job["extends"]], **job}
    return "\n".join([*whole["before_script"], *whole["script"]])


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    """The jobs that run."""
    return {name: job for name, job in GITLAB.items() if not name.startswith(".")}


def jenkins_scripts() -> list[str]:
    """The text of each `sh` step, as Groovy reads it: a backslash at the end of a line joins it with the next."""
    texts = re.findall(r"\bsh '''\n(.*?)'''", JENKINSFILE, re.DOTALL)
    return [text.replace("\\\n", "") for text in texts]


def container_instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, each with its arguments."""
    lines = (line for line in CONTAINERFILE.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def cron_command() -> str:
    """What cron hands to a shell."""
    (line,) = (line for line in CRONTAB.splitlines() if re.match(r"\d", line))
    return line.split(maxsplit=5)[5]


def scripts() -> Iterator[tuple[str, str, str]]:
    """Each script with a name and the shell that runs it."""
    for document, place in ((ACTION, "action.yml"), (WORKFLOW, "github-workflow.yml")):
        for number, step in enumerate(shell_steps(document)):
            yield f"{place} {number}", "bash", step["run"]
    for name, job in gitlab_jobs().items():
        yield f"gitlab-ci.yml {name}", "bash", gitlab_script(job)
    for number, text in enumerate(jenkins_scripts()):
        yield f"Jenkinsfile {number}", "sh", text
    for number, (word, text) in enumerate(container_instructions()):
        if word == "RUN":
            yield f"Containerfile {number}", "sh", text
    yield "crontab", "sh", cron_command()
    yield "nightly.sh", "bash", (EXAMPLES / "nightly.sh").read_text("utf-8")
    yield "pre-commit-config.yaml", "sh", PRE_COMMIT["repos"][1]["hooks"][0]["entry"]
