"""`contract`: what the contract is, and whom a change of it breaks."""

from difflib import get_close_matches

import click

from batches_conformance.completion import GENERATION
from batches_conformance.groups import Choice, Group
from reports import clock
from spec.codes import CONFORMANT, REGRESSED
from spec.diff.accepted import accept, entries
from spec.diff.annotations import annotation_lines
from spec.diff.explained import differences, explanations
from spec.diff.loading import content
from spec.diff.rendering import as_json, as_markdown, as_text, explained_as_text, rules_table
from spec.diff.verdict import compared, contracts
from spec.gate import complaints
from spec.page import page


class _Contract(Group):
    """Knows that `contract BASE` is now `contract gate BASE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not get_close_matches(name, self.commands) and len(args) == 1:
            raise click.UsageError(f"No such command '{name}'. Did you mean 'gate {name}'?", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Contract, name="contract")
def command() -> None:
    """Compare contracts, and show whom a change breaks."""


@command.command(name="page")
def print_page() -> None:
    """Print docs/contract.md."""
    print("\n".join(page()))


@command.command()
def rules() -> None:
    """Print the table of the rules by which diff judges."""
    print("\n".join(rules_table()))


@command.command()
@click.argument("old", shell_complete=GENERATION)
@click.argument("new", shell_complete=GENERATION)
@click.option(
    "--format", "form", type=Choice(("text", "json", "markdown")), default="text", help="The form of the answer."
)
@click.option(
    "--accepted",
    metavar="FILE",
    help="The breaks that somebody has accepted: a list of entries with element, rule, reason, owner and, if it is to "
    "end, expires.",
)
@click.option(
    "--explained",
    metavar="FILE",
    help="What is known to differ between OLD, a generation, and NEW, a document that the service publishes: show what "
    "touches the contract, and is not among it.",
)
@click.option(
    "--annotations",
    type=Choice(("github",)),
    help="Print workflow commands as well, which GitHub shows beside the change; not with --format=json.",
)
def diff(old: str, new: str, form: str, accepted: str | None, explained: str | None, annotations: str | None) -> int:
    """Show what changed from OLD to NEW, and whom it breaks.

    Each is a generation, an OpenAPI 3.1 document or requirements: its name, a file, or REVISION:PATH as git has it.

    The exit code is 0 where nothing breaks; 7 where something breaks that is not accepted, or what was accepted does
    not fit, and with --explained where something is not explained, or an explanation explains nothing; 4 for a document
    or a file that cannot be read; 6 where the comparison itself broke.
    """
    if annotations and form == "json":
        raise click.UsageError("--annotations do not go with JSON: choose another --format, or leave them out")
    if explained and (accepted or annotations or form != "text"):
        raise click.UsageError("--explained is a question of its own: leave out --accepted, --annotations and --format")
    ours, theirs = contracts(old, new)
    verdict = compared(ours, theirs)
    if explained:
        if theirs.document is None:
            raise click.UsageError(f"{new} is not an OpenAPI document: name the one that the service publishes")
        found = differences(old, theirs.document, verdict.changes, explanations(explained, content(explained)))
        print("\n".join(explained_as_text(found)))
        return REGRESSED if found.unexplained or found.unused else CONFORMANT
    if accepted:
        verdict = accept(verdict, entries(accepted, content(accepted)), clock.today())
    if form == "json":
        print(as_json(verdict))
    else:
        print("\n".join(as_text(verdict) if form == "text" else as_markdown(verdict)))
    if annotations and (lines := annotation_lines(verdict)):
        print("", *lines, sep="\n")
    return REGRESSED if verdict.breaks or verdict.objections else CONFORMANT


@command.command()
@click.argument("base")
def gate(base: str) -> int:
    """See that a change of the contract since the commit BASE has a version and a note.

    The exit code is 7 where it has none.
    """
    found = complaints(base)
    print("\n".join(found) or f"Each change of the contract since {base} has a version and a note.")
    return REGRESSED if found else CONFORMANT
