"""The command line: help that fits, and errors that name the wrong word and suggest the right one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from batches_conformance.command import ALIASES, NAME, RENAMED, root, run_command
from docs.options import COMPLETION
from fixtures.mock.variant_kinds import known as names_of
from spec import generations, profiles, requirements
from spec.codes import WRONG_USAGE
from suites.clients import table

ROOT = Path(__file__).parents[1]
WIDTH = 80
COMPLETE = "_BATCHES_CONFORMANCE_COMPLETE"
OFFERS = {
    "bash": re.compile(r"^plain,(.+)$", re.MULTILINE),
    "zsh": re.compile(r"^plain\n(.+)$", re.MULTILINE),
    "fish": re.compile(r"^plain,([^\t\n]+)", re.MULTILINE),
}
"""What each shell offers of what it is given."""
REGISTERED = {
    "bash": ("", f"complete -p {NAME}"),
    "zsh": ("autoload -Uz compinit; compinit -u -D", f"echo $_comps[{NAME}]"),
    "fish": ("", f"complete -c {NAME}"),
}
"""What each shell has to do before it takes a completion, and how it says that it has one."""
WRONG = {
    ("reports", "show"): "'report'",
    ("spec", "diff"): "'contract'",
    ("passive",): "'judge'",
    ("recordings",): "'judge'",
    ("runn",): "'run'",
    ("report", "sho"): "'show'",
    ("contract", "origin/main"): "'gate origin/main'",
    ("tests-py313",): "`python3.13 run.py tests`",
    ("report", "show", "--verbos"): None,
    ("mock", "--prot", "1"): "'--port'",
    ("mock", "--fault", "job-type-in-any-cas"): "job-type-in-any-case",
    ("clients", "--client", "pypi-2.9.2"): "pypi-2.9.1",
    ("clients", "--fault", "job-type-in-any-cas"): "job-type-in-any-case",
    ("prove", "--requirement", "success-is-jsn"): "success-is-json",
    ("init", "--ci", "gihub"): "did you mean github?",
    ("contract", "diff", "--format", "jsn", "a", "b"): "did you mean json?",
    ("judge", "--profile", "cancle", "a.har"): "'cancel', 'webhooks'; did you mean cancel?",
    ("mock", "--list", "fautls"): "'situations'; did you mean faults?",
    ("mock", "--clock", "virtul"): "did you mean virtual?",
    ("bench", "--only", "lst"): "did you mean list?",
    ("release", "--client", "pypi-2.9.2", "--target", "http://127.0.0.1:9"): "did you mean pypi-2.9.1?",
    ("release", "--tagret", "http://127.0.0.1:9"): "There is no option --tagret; did you mean --target?",
    ("proxy", "--target", "http://127.0.0.1:9", "--report-dir", "/proc/nowhere"): "name another one with --report-dir.",
    ("clients", "--client", "pypi-2.9.1", "--report-dir", "/proc/nowhere"): "name another one with --report-dir.",
    ("proxy", "--target", "http://[::1"): "--target takes a whole URL",
    ("proxy", "--target", "http://somebody:secret@127.0.0.1:9"): "--target takes a whole URL",
    ("proxy", "--target", "HTTP://your-service.example"): "--insecure-http",
    ("judge", "--base-url", "http://[::1", "a.har"): "--base-url takes a whole URL",
    ("release", "--target", "http://[::1", "--yes"): "--target takes a whole URL",
    ("release", "--target", "http://127.0.0.1:9", "--against", "nowhere", "--yes"): "--against takes a whole URL",
    ("contract", "diff", "2.8", "2.10", "--accepted", "/nowhere"): "name a file or REVISION:PATH.",
    ("contract", "diff", "2.8", str(ROOT / "docs" / "report.png")): "report.png is not UTF-8: save it as UTF-8.",
    ("load", "--profile", "no-such"): "There is no profile no-such; there are cancel, webhooks.",
    ("conformanse",): "'conformance'",
}
"""Words that are wrong, each with what is suggested."""
WRONG_IN_A_RUN = {
    ("--taget", "x"): "There is no option --taget; did you mean --target?",
    ("suites/scenarios/test_craete.py",): "did you mean suites/scenarios/test_create.py?",
    ("--profile", "cancl"): "did you mean cancel?",
    ("--requirement", "success-is-jsn"): "did you mean success-is-json?",
    ("--variation", "no-such"): "batches-conformance mock --list variations shows which there are",
    ("--poll-interval", "soon"): "argument --poll-interval: invalid float value: 'soon'",
}


def commands_below(
    command: click.Command = root, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command that has a help, with its words."""
    if command.add_help_option:
        yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands_below(below, (*words, name))


@pytest.mark.parametrize("columns", [60, 200])
def test_every_help_fits(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    commands = list(commands_below())
    assert len(commands) > 20
    for words, _ in commands:
        assert run_command([*words, "-h"]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(f"Usage: {' '.join((NAME, *words))} ")
        assert max(map(len, shown.splitlines())) <= min(WIDTH, columns), words
        assert not re.search(r"(?m)-$", shown), words


def test_every_option_says_what_it_is_for() -> None:
    silent = [
        (*words, option.name)
        for words, command in commands_below()
        for option in command.get_params(click.Context(command))
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_the_help_of_a_run_shows_its_own_options_before_those_of_pytest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", "--help"]) == 0
    shown = capsys.readouterr().out
    assert 0 < shown.index("--target") < shown.index("--report-dir") < shown.index("--lf")
    assert "--pyargs" not in shown


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_word_is_named_and_the_right_one_suggested(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(words) == WRONG_USAGE
    error = capsys.readouterr().err
    assert any(word in error for word in words)
    assert (WRONG[words] or "No such option") in error
    assert not re.search(r"\.;|\?\.", error)


@pytest.mark.parametrize("words", WRONG_IN_A_RUN, ids=" ".join)
def test_a_run_names_a_wrong_word_in_one_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "batches_conformance", "run", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (WRONG_USAGE, "")
    assert WRONG_IN_A_RUN[words] in ended.stderr
    assert ended.stderr.strip().count("\n") == 0
    assert list(tmp_path.iterdir()) == []


def test_folders_of_the_same_names_are_in_nobodys_way(tmp_path: Path) -> None:
    """As in the repository of a service, where `python -m` looks first."""
    for name in ("spec", "fixtures", "suites", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "batches_conformance", "contract", "rules"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_older_words_are_none_of_today() -> None:
    today = root.list_commands(click.Context(root))
    assert not {*RENAMED, *ALIASES} & set(today)
    assert {*RENAMED.values(), *ALIASES.values()} <= set(today)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("pl",), {"plan"}),
        (("report", "re"), {"replay", "render"}),
        (("",), {*root.list_commands(click.Context(root))}),
        (("run", "--tar"), {"--target", "--target-version"}),
        (("run", "--requirement", "get-ret"), {"get-returns-requested-batch"}),
        (("report", "explain", "get-ret"), {"get-returns-requested-batch"}),
        (("contract", "diff", "2.8", "2."), set(generations.load())),
    ],
    ids=["command", "subcommand", "commands", "option", "value", "argument", "second argument"],
)
@pytest.mark.parametrize("shell", OFFERS)
def test_a_shell_completes_words(
    shell: str,
    typed: tuple[str, ...],
    offered: set[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(COMPLETE, f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join([NAME, *typed]))
    monkeypatch.setenv("COMP_CWORD", typed[-1] if shell == "fish" else str(len(typed)))
    with pytest.raises(SystemExit) as ended:
        run_command([])
    assert ended.value.code == 0
    assert set(OFFERS[shell].findall(capsys.readouterr().out)) == offered


@pytest.mark.parametrize(
    ("option", "commands", "known"),
    [
        ("--fault", ("run", "plan", "mock", "load", "clients"), names_of("fault")),
        ("--variation", ("run", "mock", "load", "clients"), names_of("variation")),
        ("--situation", ("run", "mock", "clients"), names_of("situation")),
        ("--requirement", ("run", "prove"), requirements.load()),
        ("--profile", ("run", "load", "release", "judge", "proxy"), profiles.load()),
        ("--client", ("clients", "release"), [client.name for client in table.load()]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_names_that_an_option_takes_are_completed(
    option: str, commands: Sequence[str], known: Collection[str]
) -> None:
    for name in commands:
        completes = ShellComplete(root, {}, NAME, COMPLETE)
        offered = completes.get_completions([name, option], "")
        assert {each.value for each in offered} == set(known)
        first, *_ = sorted(known)
        assert first in {each.value for each in completes.get_completions([name], f"{option}={first[:3]}")}


def test_a_command_that_is_not_completed_looks_up_no_names() -> None:
    script = (
        "import sys; from batches_conformance.commands import clients, load, release, report, run\n"
        "print([name for name in ('fixtures.mock.faults', 'click.shell_completion') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("line", COMPLETION, ids=OFFERS)
def test_a_shell_takes_the_line_of_the_page(line: str, tmp_path: Path) -> None:
    file, _, taken = line.partition(" ")
    (shell,) = (name for name in OFFERS if name in file)
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    command = tmp_path / NAME
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m batches_conformance "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    before, after = REGISTERED[shell]
    known = subprocess.run(
        [shell, "-c", f"{before}\n{taken}\n{after}"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_batches_conformance_completion" in known.stdout


def test_a_proof_whose_matrix_cannot_be_written_does_not_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["prove", "--requirement", "success-is-json", "--out", "/proc/nowhere"]) == WRONG_USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "/proc/nowhere cannot be written" in printed.err
    assert "--out" in printed.err
