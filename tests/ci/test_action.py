"""The action of the repository does on a runner what its description says, as far as its shell goes."""

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.embedded import MockAddress
from tests.ci.github import ACTION, WORKFLOW, Ended, run_action, shell_steps
from tests.ci.machine import FAULT, Machine

WAIVERS = """
- requirement: create-refuses-unknown-job-type
  target: mock
  reason: It is known.
  owner: batches-team
  link: https://example.com/1
  expires: 2999-01-01
"""


def report_of(ended: Ended) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(ended.outputs["report-dir"]) / "report.json").read_text("utf-8"))
    return loaded


def test_a_service_is_checked_with_the_key_of_the_environment(machine: Machine, service: MockAddress) -> None:
    inputs = {"target": service.base_url, "report-dir": "my report"}
    ended = run_action(machine, inputs, LLAMA_CLOUD_API_KEY=service.api_key)
    assert ended.code == 0, ended.log
    report_dir = str(machine.workspace / "my report")
    assert ended.outputs == {"exit-code": "0", "verdict": "conformant", "report-dir": report_dir}
    assert ended.summary == (machine.workspace / "my report" / "summary.md").read_text("utf-8")
    assert report_of(ended)["target"]["base_url"] == service.base_url
    written = [path.read_text("utf-8", "replace") for path in machine.folder.rglob("*") if path.is_file()]
    assert service.api_key not in "\n".join([ended.log, *written])


def test_a_violation_is_reported_and_keeps_its_exit_code(machine: Machine) -> None:
    ended = run_action(machine, {"arguments": f"{FAULT}\n\n--rate=5\n", "report-dir": str(machine.folder / "first")})
    assert ended.code == 1, ended.log
    assert (ended.outputs["exit-code"], ended.outputs["verdict"]) == ("1", "nonconformant")
    assert report_of(ended)["verdict"] == "nonconformant"
    assert ended.summary.startswith("## Conformance: nonconformant")
    assert "::error title=must failed%3A create-refuses-unknown-job-type::" in ended.log
    assert machine.commands[0][-2:] == [FAULT, "--rate=5"]
    assert machine.installed == [f"{machine.workspace}/conformance[locked]"]


def test_waivers_are_seen_from_the_workspace(machine: Machine) -> None:
    (machine.workspace / "waivers.yaml").write_text(WAIVERS, encoding="utf-8")
    ended = run_action(machine, {"arguments": FAULT, "waivers": "waivers.yaml"})
    assert (ended.code, ended.outputs["verdict"]) == (0, "conformant"), ended.log


@pytest.mark.parametrize(
    "given",
    [{"arguments": "--nonsense"}, {"waivers": "missing.yaml"}, {"baseline": "missing.json"}, {"report-dir": "a\nb=c"}],
    ids=str,
)
def test_wrong_usage_is_no_verdict(machine: Machine, given: dict[str, str]) -> None:
    """Also where the report of an earlier run is still there."""
    left = machine.workspace / "conformance-report"
    left.mkdir()
    (left / "report.json").write_text('{"verdict": "conformant"}')
    (left / "summary.md").write_text("## Conformance: conformant")
    ended = run_action(machine, given)
    assert ended.code == 4, ended.log
    assert ended.outputs.get("verdict", "") == ""
    assert "conformant" not in ended.summary
    if "report-dir" not in given:
        assert ended.outputs["exit-code"] == "4"
        assert "exit code 4" in ended.summary


def test_no_input_is_read_as_shell(machine: Machine) -> None:
    """Quotes, blanks and commands in inputs stay text."""
    evil = 'x\'; touch evil; "$(touch evil)" `touch evil` ${{ evil }} *'
    ended = run_action(machine, {"target": evil, "arguments": evil, "report-dir": evil, "waivers": evil})
    assert ended.code == 4, ended.log
    (words,) = machine.commands
    assert words[:3] == ["run", f"--target={evil}", f"--report-dir={machine.workspace}/{evil}"]
    assert words[-1] == evil
    assert not list(machine.folder.rglob("evil"))


@pytest.mark.parametrize("document", [ACTION, WORKFLOW], ids=["action", "workflow"])
def test_no_expression_stands_in_shell_text(document: dict[str, object]) -> None:
    """GitHub would put a text of anybody's choice into the script."""
    scripts = [step["run"] for step in shell_steps(document)]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_the_step_gets_every_input_and_every_output_comes_from_it() -> None:
    *_, step = ACTION["runs"]["steps"]
    names = [name for name in ACTION["inputs"] if name != "python-version"]
    given = {f"GIVEN_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in names}
    assert given.items() <= step["env"].items()
    outputs = {name: f"${{{{ steps.{step['id']}.outputs.{name} }}}}" for name in ACTION["outputs"]}
    assert {name: each["value"] for name, each in ACTION["outputs"].items()} == outputs


def test_the_key_is_no_input() -> None:
    assert not [name for name in ACTION["inputs"] if "key" in name]
