"""`run`: the conformance run, which is a run of pytest over the suites."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import platformdirs
import pytest

from batches_conformance import location, wrong_words
from batches_conformance.completion import OF_OPTIONS
from batches_conformance.options import TITLES, Option, groups
from batches_conformance.plugins import OF_OTHERS, PLUGINS
from spec.codes import INCONCLUSIVE, WRONG_USAGE

ADDED: Final = "PYTEST_ADDOPTS"
"""The variable by which pytest lets the environment add to the command line."""
OWN_PLUGINS: Final = ("batches_conformance.collection", *PLUGINS)
CODES: Final = {int(pytest.ExitCode.INTERNAL_ERROR): INCONCLUSIVE, int(pytest.ExitCode.NO_TESTS_COLLECTED): WRONG_USAGE}
"""Exit codes of pytest for which the suite has others."""
PASSED_ON: Final = (
    "Everything else goes to pytest: -k WORDS, -x, --lf, -n WORKERS, --collect-only, -q, -v, or the path of a test."
)


MODES: Final = frozenset({"--plan", "--clean-up"})
"""Options that are commands as well; the help of these does not have them."""


class RunCommand(click.Command):
    """A command whose options are those of the plugins; it keeps its words as they stand, for pytest to read."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Give the options, for completion."""
        return [*map(_declared, self._options()), *super().get_params(ctx)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words, unless they ask for help."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if {"-h", "--help"} & set(args):
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        ctx.params["words"] = args
        return []

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Show the options in their groups, then what pytest takes."""
        for name, options in groups().items():
            shown = [option for option in options if self.name == "run" or option.name not in MODES]
            with formatter.section(TITLES[name]):
                formatter.write_dl([(option.written, option.meaning) for option in shown])
        with formatter.section("pytest"):
            formatter.write_text(PASSED_ON)

    @staticmethod
    def _options() -> Iterator[Option]:
        for options in groups().values():
            yield from options


def _declared(option: Option) -> click.Option:
    choices = option.declared.get("choices")
    kind: Any = click.Choice(choices) if choices else click.Path() if option.is_path else None
    is_flag = option.declared.get("action") == "store_true"
    return click.Option(
        [option.name],
        type=None if is_flag else kind,
        is_flag=is_flag,
        shell_complete=OF_OPTIONS.get(option.name),
        help=option.meaning,
    )


@click.command(cls=RunCommand, name="run")
def command(words: Sequence[str]) -> int:
    """Check a service, or the mock, against the contract.

    Without --target it is the mock. The key is read from LLAMA_CLOUD_API_KEY.
    """
    return run(words)


def run(words: Sequence[str]) -> int:
    """Run the suites with these options, and return the exit code of the run."""
    if any(word.partition("=")[0] == "--repeat" for word in words):
        from batches_conformance.repetition import run_repeatedly  # It imports what pytest is to import first.

        return run_repeatedly(words)
    added = os.environ.get(ADDED, "")
    try:
        shlex.split(added)
    except ValueError as error:
        print(f"The environment variable {ADDED} cannot be read ({error}): {added}", file=sys.stderr)
        return WRONG_USAGE
    try:
        code = int(pytest.main([*_own(), *words], plugins=[wrong_words]))
    except ImportError as error:
        print(f"{error}; a plugin is named with -p, in {ADDED} or in PYTEST_PLUGINS.", file=sys.stderr)
        return INCONCLUSIVE if any(f'"{plugin}"' in str(error) for plugin in OWN_PLUGINS) else WRONG_USAGE
    if code == pytest.ExitCode.USAGE_ERROR and added:
        print(f"The environment variable {ADDED} has added to the command line: {added}", file=sys.stderr)
    return CODES.get(code, code)


def _own() -> Iterator[str]:
    yield from ("-c", str(location.ROOT / "pyproject.toml"))
    for plugin in (*OF_OTHERS, *OWN_PLUGINS):
        yield from ("-p", plugin)
    if location.IS_INSTALLED:
        cache = platformdirs.user_cache_path("batches-conformance")
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "hypothesis"))
        # schemathesis decides by assertions what it collects; only those that pytest rewrites hold under -O.
        yield f"--assert={'rewrite' if sys.flags.optimize else 'plain'}"
        yield from ("-o", f"cache_dir={cache / 'pytest'}")
