"""`tests`: the project's own tests, which a checkout has."""

import os
import sys
from collections.abc import Sequence
from typing import Final

import click
import pytest

from batches_conformance.location import ROOT

FEWEST_WORKERS: Final = 3
"""Two cores have time for a third, since many tests wait."""
OWN: Final = (
    *("-c", "pyproject.toml", "--override-ini=testpaths=tests"),
    f"--numprocesses={max(FEWEST_WORKERS, os.cpu_count() or 1)}",
    "--no-loadscope-reorder",
    *("--durations=10", "--durations-min=1"),
)
"""Options of every run of the tests, which takes all cores and shows what took long; `-p randomly` shuffles them."""
NO_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
SAFE_PATH: Final = "PYTHONSAFEPATH"


@click.command(name="tests", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: Sequence[str]) -> int:
    """Run the project's own tests; every word goes to pytest."""
    os.chdir(ROOT)
    # The tests start many processes, and each would compile the project again.
    os.environ.pop(NO_BYTECODE, None)
    sys.dont_write_bytecode = False
    os.environ.pop(SAFE_PATH, None)  # They start modules that they have written into a folder.
    return int(pytest.main([*OWN, *words]))
