"""What the README says of commands, options, exit codes and folders is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from batches_conformance.command import ALIASES, OF_A_CHECKOUT, SUMMARIES, root
from batches_conformance.options import groups
from reports import exit_codes
from spec import codes, generations
from spec.diff.rendering import rules_table
from spec.page import page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN = {"summary.md", "prove.md"}
"""Pages that are written by what a person runs."""
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")
PYTESTS_OWN = {"--lf", "--collect-only", "--tb", "--showlocals"}
"""Options of pytest that pages show."""
SHELLS_OWN = {"--from", "--constraints", "--force-reinstall", "--cert"}
"""Options of installers and of curl that pages show."""
OF_LOCUST = {
    *("--expect-workers", "--expect-workers-max-wait", "--headless", "--master", "--master-host", "--worker"),
    *("--contract-profile", "--master-timeout", "--tags"),
}
"""Options of locust, and those that the project adds there alone, or under another name."""
OF_MODULES = {"--check", "--module", "--rehearse", "--servers"}
"""Options of modules of a checkout."""
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")} | {"README.md": README}


def options_of(command: click.Command) -> Iterator[str]:
    """Every option of a command and of those below it."""
    context = click.Context(command)
    for parameter in command.get_params(context):
        yield from (each for each in (*parameter.opts, *parameter.secondary_opts) if each.startswith("--"))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from options_of(below)


@pytest.fixture(scope="module")
def offered() -> set[str]:
    """Every option of the command."""
    return set(options_of(root))


def test_the_two_lines_of_a_checkout_stand_at_the_top_and_are_what_ci_runs() -> None:
    """They follow the installed command: one for the mock and one for the tests, and CI runs both."""
    commands = re.findall(r"^    (python3 run\.py .+)$", README, re.MULTILINE)
    assert commands == ["python3 run.py conformance", "python3 run.py tests"]
    assert README.index("    uvx --from ") < README.index(commands[0])
    assert all(command in CI for command in commands)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_command_that_is_named_exists(page: str) -> None:
    """Each is a subcommand; each `tox -e TASK` is an environment of tox.ini."""
    named = set(re.findall(r"(?:run\.py|batches-conformance) ([a-z][a-z-]*)", page))
    assert named <= {*SUMMARIES, *OF_A_CHECKOUT, *ALIASES}
    sections = re.findall(r"^\[testenv:([a-z]+)\]", (ROOT / "tox.ini").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"tox -e ([a-z]+)(?!-)\b", page)) <= set(sections)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_option_that_is_named_exists(page: str, offered: set[str]) -> None:
    """Each option in a page is one of the command's, of pytest's, or of an installer's."""
    assert set(OPTION.findall(page)) - PYTESTS_OWN - SHELLS_OWN - OF_LOCUST - OF_MODULES <= offered


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_that_is_named_exists(page: str) -> None:
    """Each `….md` in a page lies at the root or in docs/."""
    named = set(re.findall(r"`(?:docs/)?([\w-]+\.md)`", page)) - WRITTEN
    assert all((ROOT / name).is_file() or (ROOT / "docs" / name).is_file() for name in named)


def test_every_option_of_a_run_is_described() -> None:
    """The page of options leaves out none of those that the plugins add."""
    added = {option.name for options in groups().values() for option in options}
    assert set(re.findall(r"^\| `(--[a-z-]+)", PAGES["options.md"], re.MULTILINE)) == added


def test_every_variable_that_a_run_reads_is_described() -> None:
    """The page of options has each variable of the project that tox passes on, and no other."""
    passed = set(re.findall(r"LLAMA_[A-Z_]+", (ROOT / "tox.ini").read_text(encoding="utf-8")))
    assert passed
    assert set(re.findall(r"^\| `(LLAMA_[A-Z_]+)`", PAGES["options.md"], re.MULTILINE)) == passed


def test_the_readme_shows_few_options() -> None:
    """The others stand in the page of options."""
    section = README.partition("## The options that most people need")[2].partition("\n## ")[0]
    assert 4 <= len(re.findall(r"^\| `--", section, re.MULTILINE)) <= 7
    assert "`docs/options.md`" in section


def test_the_page_of_the_contract_is_up_to_date() -> None:
    """It is what `batches-conformance contract page` prints."""
    assert PAGES["contract.md"] == "\n".join([*page(), ""]), "run: batches-conformance contract page > docs/contract.md"


def test_the_rules_of_compatibility_are_up_to_date() -> None:
    """They are what `batches-conformance contract rules` prints, and the generations are those that there are."""
    page = PAGES["compatibility.md"]
    assert page.endswith("\n".join(["", *rules_table(), ""])), (
        "put there what batches-conformance contract rules prints"
    )
    listed = re.findall(r"^\| `([\d.]+)` \| ([\d.]+) to ([\d.]+) \| (.+) \|$", page, re.MULTILINE)
    assert listed == [(name, *one.clients, one.summary) for name, one in generations.load().items()]


def test_the_exit_codes_are_those_of_the_report() -> None:
    """The table has each code beside its verdict."""
    section = README.partition("## Read the answer")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d) \| (\w*) *\|", section, re.MULTILINE))
    expected = {str(code): verdict for verdict, code in exit_codes.OF_VERDICT.items()}
    without_verdict = (codes.INTERRUPTED, exit_codes.WRONG_USAGE, exit_codes.REGRESSED)
    assert rows == {**expected, **{str(code): "" for code in without_verdict}}


def test_every_page_is_named_in_the_readme() -> None:
    """Nobody has to look into docs/ to find one."""
    assert set(re.findall(r"`docs/([\w-]+\.md)`", README)) == PAGES.keys() - {"README.md"}
