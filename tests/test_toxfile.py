"""What tox prints after a command whose own output ends with a verdict is left out; elsewhere it stays."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOX = shutil.which("tox")
TASKS = """
[tox]
no_package = true
[testenv]
allowlist_externals = sh
commands = sh -c "echo done; exit 7"
[testenv:task]
[testenv:other]
"""
pytestmark = pytest.mark.skipif(TOX is None, reason="needs tox on the PATH")


def tox(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    assert TOX is not None
    (folder / "tox.ini").write_text(TASKS, encoding="utf-8")
    shutil.copy(ROOT / "toxfile.py", folder)
    return subprocess.run([TOX, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_a_verdict_comes_last(tmp_path: Path) -> None:
    done = tox(tmp_path, "-e", "task")
    assert done.returncode == 7
    assert done.stdout.endswith("done\n")


@pytest.mark.parametrize("words", [("-e", "task,other"), ("-v", "-e", "task")], ids=["two tasks", "verbose"])
def test_tox_reports_how_several_tasks_ended(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = tox(tmp_path, *words)
    assert done.returncode != 0
    assert "exit 7 (" in done.stdout
