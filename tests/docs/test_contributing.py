"""CONTRIBUTING.md is one page, and the files that it names are there."""

import re

from tests.docs.pages import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")
MADE = {".venv-suite"}
"""What is made by a command."""
ROWS = re.findall(r"^\| ((?:add|change|make) [^|]+) \| (.+) \|$", PAGE, re.MULTILINE)
MOST_LINES = 80


def paths_in(text: str) -> set[str]:
    """Give the files and folders that a text names."""
    return {name for name in PATH.findall(text) if "/" in name or name.endswith((".md", ".py", ".yaml", ".toml"))}


def test_each_task_names_files_that_exist() -> None:
    assert len(ROWS) >= 10
    for task, answer in ROWS:
        assert paths_in(answer), f"no file to {task}"


def test_every_file_that_is_named_exists() -> None:
    missing = {name for name in paths_in(PAGE) - MADE if not (ROOT / name).exists()}
    assert not missing


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= MOST_LINES


def test_every_example_that_a_page_names_exists() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    named = set(re.findall(r"docs/examples/[\w.-]+\w", pages))
    assert len(named) >= 10
    assert not {name for name in named if not (ROOT / name).exists()}
