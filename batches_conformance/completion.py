"""What a shell offers as the value of an option: names, each with what it stands for.

They are looked up when a shell asks for them, and never at the start of a command.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Offer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def _offering(named: Callable[[], Mapping[str, str]]) -> Offer:
    def offer(_context: click.Context, _parameter: click.Parameter, begun: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=said) for name, said in named().items() if name.startswith(begun)]

    return offer


def _variants(kind: str) -> Mapping[str, str]:
    from fixtures.mock.variant_kinds import sentences

    return sentences(kind)


def _requirements() -> Mapping[str, str]:
    from spec import requirements

    return {name: requirement.statement for name, requirement in requirements.load().items()}


def _profiles() -> Mapping[str, str]:
    from spec import profiles

    return {name: profile.summary for name, profile in profiles.load().items()}


def _clients() -> Mapping[str, str]:
    from suites.clients import table

    return {client.name: f"{client.package} {client.version}" for client in table.load()}


def _generations() -> Mapping[str, str]:
    from spec import generations

    return dict.fromkeys(generations.load(), "a generation of the contract")


REQUIREMENT: Final = _offering(_requirements)
GENERATION: Final = _offering(_generations)
OF_OPTIONS: Final[Mapping[str, Offer]] = {
    "--fault": _offering(partial(_variants, "fault")),
    "--variation": _offering(partial(_variants, "variation")),
    "--situation": _offering(partial(_variants, "situation")),
    "--requirement": REQUIREMENT,
    "--profile": _offering(_profiles),
    "--client": _offering(_clients),
}
"""What is offered for an option, by its name, in whatever command."""


def named_option(*declarations: str, metavar: str = "NAME", **more: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare an option that takes names, which a shell completes; it can be given several times."""
    offer = OF_OPTIONS[declarations[0]]
    return click.option(*declarations, metavar=metavar, multiple=True, shell_complete=offer, **more)
