"""What is told of the contract: `python -m spec page|diff|rules`."""

from spec import process  # isort: split

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import Final

from spec.diff.accepted import accept, entries
from spec.diff.annotations import annotation_lines
from spec.diff.document import Unasked
from spec.diff.reading import content
from spec.diff.rendering import as_json, as_markdown, as_text, rules_table
from spec.diff.verdict import compared, contracts
from spec.page import page
from spec.usage import WRONG_USAGE, Parser

NOTHING_BREAKS: Final = 0
SOMETHING_BREAKS: Final = 7

_ONE: Final = "a generation, an OpenAPI 3.1 document or requirements: its name, a file, or REVISION:PATH as git has it"

_CODES: Final = (
    f"Exit codes: {NOTHING_BREAKS} nothing breaks; {SOMETHING_BREAKS} something breaks that is not accepted, or what "
    f"was accepted does not fit; {WRONG_USAGE} wrong usage, also of a document or file that cannot be read; "
    f"{process.BROKEN} the comparison itself broke."
)


def main() -> int:
    """Do what the command line asks for, and return the exit code for the shell."""
    arguments = _arguments()
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except Unasked as reason:
        print(reason, file=sys.stderr)
        return WRONG_USAGE


def _arguments() -> argparse.Namespace:
    parser = Parser(prog="python -m spec", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    told = commands.add_parser("page", help="print docs/contract.md")
    told.set_defaults(command=_page)
    diff = commands.add_parser("diff", help="tell what changed and whom it breaks", epilog=_CODES)
    diff.add_argument("old", metavar="OLD", help=_ONE)
    diff.add_argument("new", metavar="NEW", help="the same, for what came later")
    diff.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="the form of the answer")
    diff.add_argument(
        "--accepted",
        metavar="FILE",
        help="the breaks that somebody answers for: a list of entries with element, rule, reason, owner and, if it is "
        "to end, until",
    )
    diff.add_argument(
        "--annotations",
        choices=("github",),
        help="print workflow commands besides, which GitHub shows beside the change; not with --format=json",
    )
    diff.set_defaults(command=_diff)
    rules = commands.add_parser("rules", help="print the table of the rules by which diff judges")
    rules.set_defaults(command=_rules)
    arguments = parser.parse_args()
    if arguments.command is _diff and arguments.annotations and arguments.format == "json":
        diff.error("--annotations are no JSON: choose another --format, or leave them out")
    return arguments


def _page(_: argparse.Namespace) -> int:
    print("\n".join(page()))
    return NOTHING_BREAKS


def _rules(_: argparse.Namespace) -> int:
    print("\n".join(rules_table()))
    return NOTHING_BREAKS


def _diff(arguments: argparse.Namespace) -> int:
    verdict = compared(*contracts(arguments.old, arguments.new))
    if arguments.accepted:
        verdict = accept(verdict, entries(arguments.accepted, content(arguments.accepted)), date.today())
    if arguments.format == "json":
        print(as_json(verdict))
    else:
        print("\n".join(as_text(verdict) if arguments.format == "text" else as_markdown(verdict)))
    if arguments.annotations and (lines := annotation_lines(verdict)):
        print("", *lines, sep="\n")
    return SOMETHING_BREAKS if verdict.breaks or verdict.objections else NOTHING_BREAKS


if __name__ == "__main__":
    process.run(main)
