"""The hooks for pre-commit: what it would call is called."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from fixtures.embedded import MockAddress
from tests.ci.machine import FAULT, QUICK, ROOT, Machine
from tests.ci.shell import EXAMPLES, HOOKS, PRE_COMMIT

(HOOK,) = HOOKS
OF_A_SERVICE, OF_THE_SUITE = PRE_COMMIT["repos"]
LOCAL_SERVICE = "http://127.0.0.1:8000"
TOOL = shutil.which("pre-commit")


def test_the_hook_is_one_that_the_suite_offers_in_its_version() -> None:
    (used,) = OF_A_SERVICE["hooks"]
    assert used["id"] == HOOK["id"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert OF_A_SERVICE["rev"] == f"v{version}"
    assert HOOK["additional_dependencies"] == [".[locked]"]


def test_the_hook_checks_the_service_on_this_machine(machine: Machine, service: MockAddress) -> None:
    """pre-commit calls the command, which it has installed, in the repository that it guards."""
    (used,) = OF_A_SERVICE["hooks"]
    assert LOCAL_SERVICE in used["args"][0]
    arguments = [each.replace(LOCAL_SERVICE, service.base_url) for each in used["args"]]
    command = [*HOOK["entry"].split(), *arguments]
    # What the example selects has tests that wait for seconds on purpose.
    quick = f"{QUICK.partition(' ')[2]} --deselect=suites/scenarios/test_stays.py"
    ran = machine.run(command, quick, LLAMA_CLOUD_API_KEY=service.api_key)
    assert ran.code == 0, ran.output
    assert service.api_key not in ran.output
    assert machine.run(command, quick, LLAMA_CLOUD_API_KEY="another").code == 6


def test_the_hook_alone_checks_the_mock(machine: Machine) -> None:
    assert machine.run(HOOK["entry"].split(), f"{QUICK} {FAULT}").code == 1
    assert (machine.workspace / "reports/out/report.json").is_file()


@pytest.fixture
def repository(machine: Machine) -> Machine:
    """A machine whose workspace is a repository with a contract, at the state of its main branch."""
    shutil.rmtree(machine.workspace)
    ignore = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "spec", machine.workspace / "spec", ignore=ignore)
    shutil.copy(ROOT / "CHANGELOG.md", machine.workspace)
    identity = ("-c", "user.name=x", "-c", "user.email=x")
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        [*identity, "commit", "--quiet", "--message=All"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        assert machine.run(["git", *words]).code == 0
    return machine


def test_a_change_of_the_contract_has_to_be_announced(repository: Machine) -> None:
    (hook,) = OF_THE_SUITE["hooks"]
    assert re.search(hook["files"], "spec/requirements.yaml")
    assert not re.search(hook["files"], "spec/__init__.py")
    command = hook["entry"].split()
    unchanged = repository.run(command)
    assert unchanged.code == 0, unchanged.output
    contract = repository.workspace / "spec" / "requirements.yaml"
    text = contract.read_text("utf-8")
    contract.write_text(text.replace("level: must", "level: should", 1), encoding="utf-8")
    assert repository.run(command).code == 7


@pytest.mark.skipif(TOOL is None, reason="needs pre-commit on the PATH")
@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("validate-config", EXAMPLES / "pre-commit-config.yaml"),
        ("validate-manifest", ROOT / ".pre-commit-hooks.yaml"),
    ],
)
def test_pre_commit_reads_its_files(command: str, file: Path, tmp_path: Path) -> None:
    assert TOOL is not None
    assert subprocess.run([TOOL, command, str(file)], check=False).returncode == 0
    broken = tmp_path / file.name
    broken.write_text(re.sub("id: ", "it: ", file.read_text("utf-8")), encoding="utf-8")
    assert subprocess.run([TOOL, command, str(broken)], check=False).returncode == 1
