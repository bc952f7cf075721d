"""What several commands share: groups that suggest the right word, and options that more than one has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from fixtures import gateway
from spec.usage import suggestion

WHOLE: Final = 500
"""Characters of a summary that a help shows: all of them."""


class Group(click.Group):
    """A group whose help shows the whole summary of each subcommand."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the subcommands."""
        rows = [(name, each.get_short_help_str(WHOLE)) for name, each in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the names in the order of the code."""
        return list(self.commands)


class Choice(click.Choice[str]):
    """A choice that suggests the word which is most like a wrong one."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Name the wrong word, those that there are, and the one that is probably meant."""
        message = super().get_invalid_choice_message(value, ctx)
        like = suggestion(str(value), self.choices)
        return f"{message.rstrip('.')}{like}" if like else message


FILE: Final = click.Path(path_type=Path)
"""A path that the code behind a command looks at itself, and says what is wrong with it."""


def gateway_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for a gateway before the target."""
    for name, declared in reversed(gateway.OPTIONS.items()):
        function = click.option(
            name,
            metavar=declared["metavar"],
            multiple=declared.get("action") == "append",
            help=f"{declared['help'][0].upper()}{declared['help'][1:]}.",
        )(function)
    return function


def loudness(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `-q` and `-v`, as the one argument `verbosity`."""
    function = click.option("-v", "verbosity", flag_value=1, type=int, help="Show everything of each violation.")(
        function
    )
    return click.option(
        "-q", "verbosity", flag_value=-1, type=int, default=0, help="Show one line for each violation."
    )(function)
