"""Linters have no complaint about the files for CI, complain about broken ones, and ask no other machine."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.machine import ROOT
from tests.ci.shell import scripts

EXAMPLES = ROOT / "docs" / "examples"
OFFLINE = """
import contextlib, io, json, sys

def refuse(event, arguments):
    if event.startswith("socket."):
        raise PermissionError(f"used the network: {event} {arguments}")

sys.addaudithook(refuse)
from check_jsonschema import main

def ended(words):
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
        try:
            main(["--color=never", "--traceback-mode=full", *words])
        except SystemExit as end:
            return end.code or 0, output.getvalue()

print(json.dumps([ended(words) for words in json.load(sys.stdin)]))
"""
"""check-jsonschema in a Python that opens no socket and looks up no name, with several lists of words."""
PLACES = {
    "vendor.github-actions": ROOT / "action.yml",
    "vendor.github-workflows": EXAMPLES / "github-workflow.yml",
    "custom.github-workflows-require-timeout": EXAMPLES / "github-workflow.yml",
    "vendor.gitlab-ci": EXAMPLES / "gitlab-ci.yml",
    "vendor.compose-spec": EXAMPLES / "compose.yaml",
}
BROKEN = [
    ("vendor.github-actions", "      shell: bash\n", ""),
    ("vendor.github-actions", "using: composite", "using: compositus"),
    ("vendor.github-actions", "    default: mock\n", "    defaults: mock\n"),
    ("vendor.github-workflows", "    runs-on: ubuntu-latest\n", ""),
    ("vendor.github-workflows", "contents: read", "contents: reed"),
    ("vendor.github-workflows", "pull_request:", "pull_requests:"),
    ("vendor.github-workflows", "        run: |", "        runs: |"),
    ("custom.github-workflows-require-timeout", "    timeout-minutes: 30\n", ""),
    ("vendor.gitlab-ci", "when: always", "when: sometimes"),
    ("vendor.gitlab-ci", "parallel: 3", "parallel: three"),
    ("vendor.gitlab-ci", "junit: report/junit.xml", "junit: {of: report}"),
    ("vendor.compose-spec", "healthcheck:", "health:"),
]
"""Schemas, and what is replaced by what in a file that they hold for."""
SCRIPTS = {name: (shell, text) for name, shell, text in scripts()}
SHELLCHECK = shutil.which("shellcheck")


def check(*calls: tuple[str, Path]) -> list[tuple[int, str]]:
    """Give how check-jsonschema ends with each option that names a schema, and a file."""
    words = json.dumps([[option, str(file)] for option, file in calls])
    command = [sys.executable, "-c", OFFLINE]
    done = subprocess.run(command, input=words, capture_output=True, text=True, timeout=60, check=True)
    return [(code, output) for code, output in json.loads(done.stdout)]


def test_each_schema_holds() -> None:
    ended = check(*((f"--builtin-schema={schema}", file) for schema, file in PLACES.items()))
    assert [code for code, _ in ended] == [0] * len(PLACES), ended


def test_no_schema_holds_for_a_broken_file(tmp_path: Path) -> None:
    calls = []
    for number, (schema, old, new) in enumerate(BROKEN):
        text = PLACES[schema].read_text("utf-8")
        assert old in text
        broken = tmp_path / str(number) / PLACES[schema].name
        broken.parent.mkdir()
        broken.write_text(text.replace(old, new, 1), encoding="utf-8")
        calls.append((f"--builtin-schema={schema}", broken))
    for (code, output), case in zip(check(*calls), BROKEN, strict=True):
        assert code == 1, (case, output)
        assert "Schema validation errors were encountered" in output, case


def test_the_network_would_have_been_refused() -> None:
    [(code, output)] = check(("--schemafile=http://127.0.0.1:9/schema.json", ROOT / "action.yml"))
    assert code != 0
    assert "used the network" in output


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_shell_reads_each_script(name: str) -> None:
    shell, text = SCRIPTS[name]
    done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shell_does_not_read_a_broken_script(shell: str) -> None:
    broken = "if true; then echo"
    assert subprocess.run([shell, "-n"], input=broken, capture_output=True, text=True, check=False).returncode


@pytest.mark.skipif(SHELLCHECK is None, reason="needs shellcheck on the PATH")
@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_has_no_complaint(name: str) -> None:
    shell, text = SCRIPTS[name]
    assert shellcheck(shell, text) == ""


@pytest.mark.skipif(SHELLCHECK is None, reason="needs shellcheck on the PATH")
def test_shellcheck_complains_of_a_variable_without_quotes() -> None:
    assert "SC2086" in shellcheck("bash", 'run() { echo $1; }; run "$@"\n')


def shellcheck(shell: str, text: str) -> str:
    assert SHELLCHECK is not None
    # A file that is only there on the machine of cron cannot be followed.
    command = [SHELLCHECK, f"--shell={shell}", "--exclude=SC1090,SC1091", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False).stdout
