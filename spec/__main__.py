"""What is told of the contract: `python -m spec page|diff|rules`."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from spec.diff.document import Unasked
from spec.diff.rendering import as_json, as_markdown, as_text, rules_table
from spec.diff.verdict import compared, contract
from spec.page import page
from spec.usage import WRONG_USAGE, Parser

NOTHING_BREAKS: Final = 0
SOMETHING_BREAKS: Final = 1

_ONE: Final = "a generation, an OpenAPI 3.1 document or requirements: its name, a file, or REVISION:PATH as git has it"


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
    diff = commands.add_parser("diff", help="tell what changed and whom it breaks; exit with 1 where it does")
    diff.add_argument("old", metavar="OLD", help=_ONE)
    diff.add_argument("new", metavar="NEW", help="the same, for what came later")
    diff.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="the form of the answer")
    diff.set_defaults(command=_diff)
    rules = commands.add_parser("rules", help="print the table of the rules by which diff judges")
    rules.set_defaults(command=_rules)
    return parser.parse_args()


def _page(_: argparse.Namespace) -> int:
    print("\n".join(page()))
    return NOTHING_BREAKS


def _rules(_: argparse.Namespace) -> int:
    print("\n".join(rules_table()))
    return NOTHING_BREAKS


def _diff(arguments: argparse.Namespace) -> int:
    verdict = compared(contract(arguments.old), contract(arguments.new))
    if arguments.format == "json":
        print(as_json(verdict))
    else:
        print("\n".join(as_text(verdict) if arguments.format == "text" else as_markdown(verdict)))
    return SOMETHING_BREAKS if verdict.breaks else NOTHING_BREAKS


if __name__ == "__main__":
    sys.exit(main())
