"""The pipeline for Jenkins: its brackets, its steps, and its shell, which is run."""

import re

import pytest

from fixtures.embedded import MockAddress
from tests.ci.machine import SUITE, Machine
from tests.ci.shell import JENKINSFILE, jenkins_scripts

STEPS = {"sh", "junit", "archiveArtifacts"}
SECTIONS = {"pipeline", "options", "triggers", "environment", "stages", "stage", "steps", "post", "always"}
CLOSING = {")": "(", "}": "{", "]": "["}


def without_texts(groovy: str) -> str:
    """The code alone: comments and what stands in quotes taken out."""
    return re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "", groovy, flags=re.DOTALL)


def is_balanced(groovy: str) -> bool:
    """Whether each bracket is closed, and no quote is left open."""
    opened: list[str] = []
    code = without_texts(groovy)
    for mark in code:
        if mark in CLOSING.values():
            opened.append(mark)
        elif mark in CLOSING and (not opened or opened.pop() != CLOSING[mark]):
            return False
    return not opened and "'" not in code


def test_each_bracket_is_closed() -> None:
    assert is_balanced(JENKINSFILE)


@pytest.mark.parametrize(
    ("old", "new"), [("agent any", "agent any }"), ("'''", ""), ("cron('H 4 * * *')", "cron('H 4 * * *'")]
)
def test_a_bracket_that_is_not_closed_is_noticed(old: str, new: str) -> None:
    assert old in JENKINSFILE
    assert not is_balanced(JENKINSFILE.replace(old, new, 1))


def test_sections_and_steps_are_known() -> None:
    code = without_texts(JENKINSFILE)
    assert set(re.findall(r"(\w+)(?:\(\))? \{", code)) <= SECTIONS
    steps = re.findall(r"^ +(\w+) (?=$|\w+:)", code, re.MULTILINE)
    assert set(steps) == STEPS


def test_the_steps_run_and_run_again(machine: Machine, service: MockAddress) -> None:
    """Jenkins keeps the workspace from one build to the next, and prints each command of a script."""
    install, check, keep = ("set -xe\n" + script for script in jenkins_scripts())
    place = {"WORKSPACE": str(machine.workspace), "CONFORMANCE_TARGET": service.base_url, "CONFORMANCE_SUITE": SUITE}
    for _ in range(2):
        installed = machine.run(["sh", "-c", install], **place)
        assert installed.code == 0, installed.output
    assert machine.installed == [SUITE, SUITE]
    ran = machine.run(["sh", "-c", check], LLAMA_CLOUD_API_KEY=service.api_key, **place)
    assert ran.code == 0, ran.output
    assert service.api_key not in ran.output
    (junit,) = re.findall(r"junit testResults: '([^']*)'", JENKINSFILE)
    assert (machine.workspace / junit).is_file()
    kept = machine.run(["sh", "-c", keep], **place)
    assert kept.code == 0, kept.output
    assert (machine.workspace / "history" / "history.html").is_file()
    wrong = machine.run(["sh", "-c", check], LLAMA_CLOUD_API_KEY="another", **place)
    assert wrong.code == 6, wrong.output
