"""`init` puts into a repository what its CI needs, and the files work."""

import subprocess
import sys
from pathlib import Path

import pytest

from batches_conformance.command import run_command
from batches_conformance.commands.init import SYSTEMS
from reports import waiver_file
from reports.model import Waiver
from reports.waiving import add

MARKS = {"github": ".github", "gitlab": ".gitlab-ci.yml", "jenkins": "Jenkinsfile"}
WORKFLOWS = {
    "github": {".github/workflows/conformance.yml"},
    "gitlab": {"conformance/gitlab-ci.yml"},
    "jenkins": {"conformance/Jenkinsfile"},
    "cron": {"conformance/crontab", "conformance/nightly.sh"},
}
ALWAYS = {"conformance/waivers.yaml", "conformance/README.md"}
SCHEMAS = {
    ".github/workflows/conformance.yml": "vendor.github-workflows",
    "conformance/gitlab-ci.yml": "vendor.gitlab-ci",
}
WAIVER = Waiver("success-is-json", None, "mock", "It is known.", "team", None, "2999-01-01")


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("system", MARKS)
def test_the_ci_is_found_by_its_files(system: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark = tmp_path / MARKS[system]
    mark.mkdir() if system == "github" else mark.touch()
    before = files_below(tmp_path)
    assert run_command(["init", str(tmp_path)]) == 0
    assert files_below(tmp_path) - before == WORKFLOWS[system] | ALWAYS
    assert f"Next, for {SYSTEMS[system].title}:" in capsys.readouterr().out


def test_in_a_folder_of_a_repository_the_files_go_to_its_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (".git", ".github", "src"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert run_command(["init"]) == 0
    assert files_below(tmp_path) == WORKFLOWS["github"] | ALWAYS
    assert "wrote ../.github/workflows/conformance.yml" in capsys.readouterr().out


def test_every_system_can_be_named() -> None:
    assert WORKFLOWS.keys() == SYSTEMS.keys()


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_files_of_a_named_system_are_valid(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["init", "--ci", system]) == 0
    assert files_below(tmp_path) == WORKFLOWS[system] | ALWAYS
    for name in WORKFLOWS[system] & SCHEMAS.keys():
        check = [sys.executable, "-m", "check_jsonschema", f"--builtin-schema={SCHEMAS[name]}", name]
        assert subprocess.run(check, check=False).returncode == 0
    for script in tmp_path.rglob("*.sh"):
        assert script.stat().st_mode & 0o111
        assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ((), "no files of a CI system that init knows"),
        ((".gitlab-ci.yml", "Jenkinsfile"), "files of GitLab CI/CD and Jenkins"),
    ],
    ids=["none", "several"],
)
def test_a_ci_that_is_not_clear_has_to_be_named(
    marks: tuple[str, ...], found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for mark in marks:
        (tmp_path / mark).touch()
    assert run_command(["init", str(tmp_path)]) == 4
    assert f"has {found}: name one with --ci github|gitlab|jenkins|cron" in capsys.readouterr().err
    assert files_below(tmp_path) == set(marks)


def test_files_are_overwritten_only_by_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there, waivers = (tmp_path / "conformance" / name for name in ("crontab", "waivers.yaml"))
    there.parent.mkdir()
    for path in (there, waivers):
        path.write_text("kept", encoding="utf-8")
    words = ["init", "--ci", "cron", str(tmp_path)]
    assert run_command(words) == 4
    assert "Error: conformance/crontab would be overwritten: add --force" in capsys.readouterr().err
    assert there.read_text("utf-8") == "kept"
    assert len(files_below(tmp_path)) == 2
    assert run_command([*words, "--force"]) == 0
    assert there.read_text("utf-8") != "kept"
    assert waivers.read_text("utf-8") == "kept"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conformance").touch()
    assert run_command(["init", "--ci", "jenkins", str(tmp_path)]) == 4
    assert "cannot be written" in capsys.readouterr().err


def test_the_waivers_can_be_read_and_grow(tmp_path: Path) -> None:
    assert run_command(["init", "--ci", "jenkins", str(tmp_path)]) == 0
    path = tmp_path / "conformance" / "waivers.yaml"
    comments = path.read_text("utf-8").removesuffix("[]\n")
    assert waiver_file.load(path) == ()
    add(path, [WAIVER])
    assert waiver_file.load(path) == (WAIVER,)
    assert path.read_text("utf-8").startswith(comments)
