"""The root of the command, which imports a subcommand only when it is used."""

import re
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Final

import click

from batches_conformance.location import IS_INSTALLED
from reports.circumstances import suite_version
from spec.codes import WRONG_USAGE
from spec.usage import WrongUsage

NAME: Final = "batches-conformance"
SUMMARIES: Final = {
    "run": "Check a service, or the mock, against the contract.",
    "plan": "Show what a run would do and spend, and send nothing.",
    "clean-up": "Delete what earlier runs had to leave on a service.",
    "mock": "Serve the mock, to develop against.",
    "judge": "Judge recorded traffic: HAR files, cassettes, reports.",
    "proxy": "Forward requests to a service, and judge the traffic.",
    "load": "Let many users work at once, and judge every answer.",
    "clients": "Let the released clients work with a service.",
    "report": "Show, compare, judge and explain reports.",
    "release": "Say whether a service is ready for a release.",
    "contract": "Compare contracts, and show whom a change breaks.",
    "prove": "Show that every fault is noticed and no variation accused.",
    "bench": "Measure how fast the suite is.",
    "init": "Set the suite up in the CI of a repository.",
}
"""Every subcommand, in the order of the help, with what it does."""
OF_A_CHECKOUT: Final = {
    "tests": "Run the project's own tests.",
    "lint": "Check format, rules, types and documents.",
}
"""Subcommands that take what only a checkout has."""
ALIASES: Final = {"conformance": "run"}
"""Older words that still work, each with the word of today."""
RENAMED: Final = {"reports": "report", "spec": "contract", "passive": "judge", "recordings": "judge"}
"""Older words that do not, each with the word of today."""
MODULES: Final = {"mock": "fixtures.mock.command", "prove": "tests.prove.command", "bench": "tests.bench.command"}
"""Where the code of a subcommand is, unless it is in `batches_conformance.commands`."""


NO_BREAK: Final = "\N{NON-BREAKING HYPHEN}"


class _HelpFormatter(click.HelpFormatter):
    """Breaks no line at a hyphen, so that an option can be copied out of a sentence."""

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", NO_BREAK))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, text.replace("-", NO_BREAK)) for name, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(NO_BREAK, "-")


click.Context.formatter_class = _HelpFormatter


class _Root(click.Group):
    """A group whose subcommands stay unloaded until one of them is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [*SUMMARIES, *(() if IS_INSTALLED else OF_A_CHECKOUT)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in self.list_commands(ctx):
            return None
        module = import_module(MODULES.get(name, f"batches_conformance.commands.{name.replace('-', '_')}"))
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(ctx)
        if name in OF_A_CHECKOUT and IS_INSTALLED:
            raise click.UsageError(
                f"{name} is a command of a checkout of the project, and this is an installation.", ctx
            )
        if of_version := re.fullmatch(r"(\w+)-py3(\d+)", name):
            raise click.UsageError(
                f"No such command '{name}'. Call run.py with the Python that you mean: "
                f"`python3.{of_version[2]} run.py {of_version[1]}`.",
                ctx,
            )
        if name not in (*known, *ALIASES) and not name.startswith("-") and not ctx.resilient_parsing:
            meant = [RENAMED[name]] if name in RENAMED else get_close_matches(name, [*known, *ALIASES])
            hint = f" Did you mean '{meant[0]}'?" if meant else ""
            raise click.UsageError(f"No such command '{name}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))
        if not IS_INSTALLED:
            with formatter.section("Commands of a checkout"):
                formatter.write_dl(list(OF_A_CHECKOUT.items()))


@click.group(
    cls=_Root,
    name=NAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(suite_version(), prog_name=NAME, message="%(prog)s %(version)s")
def root() -> None:
    """Check that a service keeps the promises of the LlamaCloud Batches API."""


def run_command(arguments: Sequence[str]) -> int:
    """Do what the command line asks for, and return the exit code; wrong usage is one sentence, and 4."""
    try:
        code = root.main(list(arguments), prog_name=NAME, standalone_mode=False)
    except click.Abort:  # What click makes of Ctrl-C; `process.run` waits for no thread then.
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show(sys.stderr)
        return WRONG_USAGE
    except WrongUsage as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    return code if isinstance(code, int) else 0
