"""No change of the contract goes without a version and a note."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import main_of

main = main_of("contract", "gate")

FILES = {
    "spec/__init__.py": '"""The contract."""\n\n__version__ = "1.0.0"\n',
    "spec/openapi.yaml": "info:\n  version: 1.0.0\npaths: {}\n",
    "spec/requirements.yaml": "requirements: []\n",
    "spec/setup.yaml": "info:\n  version: 1.0.0\npaths: {}\n",
    "CHANGELOG.md": "# Changelog\n",
}
NEW_VERSION = {
    "spec/__init__.py": '"""The contract."""\n\n__version__ = "1.1.0"\n',
    "spec/openapi.yaml": "info:\n  version: 1.1.0\npaths: {a: {}}\n",
}
OLDER = {"spec/__init__.py": '__version__ = "0.9.0"\n', "spec/requirements.yaml": "requirements: [a]\n"}
NOTE = {"CHANGELOG.md": "# Changelog\n\nThe contract is new.\n"}

Write = Callable[[dict[str, str | None]], None]
Gate = Callable[..., tuple[int, str]]


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Changes files of a scratch repository whose branch `main` has the contract."""

    def write(files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")

    git(tmp_path, "init", "-q", "-b", "main")
    write(dict(FILES))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Begin")
    git(tmp_path, "checkout", "-qb", "change")
    return write


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gate:
    """Calls the command in the scratch folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def call(base: str = "main") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["gate", base])
        code = main()
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


REQUIREMENTS = "spec/requirements.yaml was changed and the version in spec/__init__.py is still 1.0.0"
SETUP = "spec/setup.yaml was changed and the version in spec/setup.yaml is still 1.0.0"
NO_NOTE = "CHANGELOG.md does not say so"


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({}, 0, ["has a version and a note"]),
        ({"README.md": "new"}, 0, []),
        ({"spec/requirements.yaml": "# a comment\nrequirements:\n  []\n"}, 0, []),
        ({**NEW_VERSION, **NOTE}, 0, []),
        ({**NEW_VERSION, "spec/requirements.yaml": "requirements: [a]\n", **NOTE}, 0, []),
        ({"spec/setup.yaml": "info:\n  version: 1.0.1\npaths: {a: {}}\n", **NOTE}, 0, []),
        ({"spec/requirements.yaml": "requirements: [a]\n"}, 7, [REQUIREMENTS, NO_NOTE]),
        ({"spec/requirements.yaml": "requirements: [a]\n", **NOTE}, 7, [REQUIREMENTS]),
        (NEW_VERSION, 7, [NO_NOTE]),
        ({"spec/setup.yaml": "info:\n  version: 1.0.0\npaths: {a: {}}\n", **NOTE}, 7, [SETUP]),
        ({"spec/new.yaml": "a: 1\n", **NOTE}, 7, ["spec/new.yaml was changed and the version in spec/__init__.py"]),
        ({"spec/requirements.yaml": None, **NOTE}, 7, [REQUIREMENTS]),
        ({**OLDER, **NOTE}, 7, ["went back from 1.0.0 to 0.9.0"]),
        ({"spec/requirements.yaml": "a: ["}, 4, ["is not valid YAML"]),
    ],
    ids=str,
)
def test_a_change_takes_a_version_and_a_note(
    files: dict[str, str | None], code: int, words: list[str], write: Write, gate: Gate, tmp_path: Path
) -> None:
    write(files)
    ended, output = gate()
    assert (ended, [word for word in words if word not in output]) == (code, []), output
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Change", "--allow-empty")
    assert gate() == (ended, output)


def test_what_others_changed_since_is_not_asked_about(write: Write, gate: Gate, tmp_path: Path) -> None:
    git(tmp_path, "checkout", "-q", "main")
    write({"spec/requirements.yaml": "requirements: [theirs]\n"})
    git(tmp_path, "commit", "-qam", "Theirs")
    git(tmp_path, "checkout", "-q", "change")
    assert gate()[0] == 0


@pytest.mark.usefixtures("write")
def test_an_unknown_base_is_wrong_usage(gate: Gate) -> None:
    code, output = gate("nowhere")
    assert (code, "name a commit that is there" in output) == (4, True)


def test_a_folder_without_git_is_wrong_usage(gate: Gate) -> None:
    assert gate()[0] == 4
