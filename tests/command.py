"""The command `batches-conformance`, called in this process with the words of `sys.argv`."""

import sys
from collections.abc import Callable, Sequence

from batches_conformance.command import run_command


def main_of(*words: str) -> Callable[..., int]:
    """A `main` of a subcommand, which takes its words, or those after the first of `sys.argv`."""

    def main(arguments: Sequence[str] | None = None) -> int:
        return run_command([*words, *(sys.argv[1:] if arguments is None else arguments)])

    return main
