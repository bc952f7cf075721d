"""What the README says of commands, options, exit codes and folders is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reports import exit_codes
from run import tasks
from spec import generations
from spec.diff.rendering import rules_table
from spec.page import page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN = {"summary.md", "prove.md"}
"""Pages that are written by what a person runs."""
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")
PYTESTS_OWN = {"--lf", "--collect-only", "--tb", "--showlocals"}
MOCKS_OWN = {"--port", "--pace", "--latency", "--control", "--list-deviations", "--list-liberties", "--help"}
REPORTS_OWN = {"--out", "--strict", "--create", "--owner", "--until", "--reason", "--link", "--file"}
CONTRACTS_OWN = {"--format"}
CLIENTS_OWN = {"--client"}
PROOFS_OWN = {"--requirement", "--black-box", "--apart", "--passive"}
RECORDINGS_OWN = {"--listen", "--base-url", "--report"}
ELSEWHERE = PYTESTS_OWN | MOCKS_OWN | REPORTS_OWN | CONTRACTS_OWN | CLIENTS_OWN | PROOFS_OWN | RECORDINGS_OWN
"""Options that are not those of a run."""
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")} | {"README.md": README}


@pytest.fixture(scope="module")
def offered() -> set[str]:
    """The options that the suite adds to pytest."""
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    own = shown[shown.index("conformance of a Batches API") :]
    return set(OPTION.findall(own[: own.index("\n[pytest]")] if "\n[pytest]" in own else own))


def test_the_two_lines_stand_at_the_top_and_are_what_ci_runs() -> None:
    """The first two commands are one for the mock and one for the tests, and CI runs both."""
    commands = re.findall(r"^    (python3 run\.py .+)$", README, re.MULTILINE)
    assert commands[:2] == ["python3 run.py conformance", "python3 run.py tests"]
    assert re.search(r"for task in tests conformance clients prove lint", CI)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_task_that_is_named_exists(page: str) -> None:
    """Each `run.py TASK` and `tox -e TASK` is an environment of tox.ini."""
    named = set(re.findall(r"(?:run\.py|tox -e) ([a-z]+)", page))
    assert named <= set(tasks(ROOT / "tox.ini"))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_option_that_is_named_exists(page: str, offered: set[str]) -> None:
    """Each option in a page is one of the suite's, of pytest's, or of the mock's."""
    assert set(OPTION.findall(page)) - ELSEWHERE <= offered


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_that_is_named_exists(page: str) -> None:
    """Each `….md` in a page lies at the root or in docs/."""
    named = set(re.findall(r"`(?:docs/)?([\w-]+\.md)`", page)) - WRITTEN
    assert all((ROOT / name).is_file() or (ROOT / "docs" / name).is_file() for name in named)


def test_every_option_of_a_run_is_told(offered: set[str]) -> None:
    """The page of options leaves out none of those that the plugins add."""
    sources = [path for folder in ("fixtures", "suites", "reports") for path in (ROOT / folder).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    added = set(re.findall(r'addoption\(\s*"(--[a-z-]+)"', code))
    assert added
    assert added <= offered
    assert set(re.findall(r"^\| `(--[a-z-]+)", PAGES["options.md"], re.MULTILINE)) == added


def test_every_variable_that_a_run_reads_is_told() -> None:
    """The page of options has each variable of the project that tox lets through, and no other."""
    passed = set(re.findall(r"LLAMA_[A-Z_]+", (ROOT / "tox.ini").read_text(encoding="utf-8")))
    assert passed
    assert set(re.findall(r"^\| `(LLAMA_[A-Z_]+)`", PAGES["options.md"], re.MULTILINE)) == passed


def test_the_readme_tells_few_options() -> None:
    """The others stand in the page of options."""
    section = README.partition("## The options that most people need")[2].partition("\n## ")[0]
    assert 4 <= len(re.findall(r"^\| `--", section, re.MULTILINE)) <= 7
    assert "`docs/options.md`" in section


def test_the_page_of_the_contract_is_up_to_date() -> None:
    """It is what `python -m spec page` prints."""
    assert PAGES["contract.md"] == "\n".join([*page(), ""]), "run: python -m spec page > docs/contract.md"


def test_the_rules_of_compatibility_are_up_to_date() -> None:
    """They are what `python -m spec rules` prints, and the generations are those that there are."""
    page = PAGES["compatibility.md"]
    assert page.endswith("\n".join(["", *rules_table(), ""])), "put there what python -m spec rules prints"
    told = re.findall(r"^\| `([\d.]+)` \| ([\d.]+) to ([\d.]+) \| (.+) \|$", page, re.MULTILINE)
    assert told == [(name, *one.clients, one.summary) for name, one in generations.load().items()]


def test_the_options_of_the_mock_exist() -> None:
    """What the README says of the mock's command line is so."""
    shown = subprocess.run(
        [sys.executable, "-m", "fixtures.mock", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(OPTION.findall(shown)) >= MOCKS_OWN


def test_the_exit_codes_are_those_of_the_report() -> None:
    """The table has each code beside its verdict."""
    section = README.partition("## Read the answer")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d) \| (\w*) *\|", section, re.MULTILINE))
    expected = {str(code): verdict for verdict, code in exit_codes.OF_VERDICT.items()}
    assert rows == {**expected, str(exit_codes.WRONG_USAGE): "", str(exit_codes.REGRESSED): ""}


def test_every_page_is_named_in_the_readme() -> None:
    """Nobody has to look into docs/ to find one."""
    assert set(re.findall(r"`docs/([\w-]+\.md)`", README)) == PAGES.keys() - {"README.md"}
