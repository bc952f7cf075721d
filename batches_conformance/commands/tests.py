"""`tests`: the project's own tests, which a checkout has."""

import os
from collections.abc import Sequence

import click
import pytest

from batches_conformance.location import ROOT


@click.command(name="tests", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: Sequence[str]) -> int:
    """Run the project's own tests; every word goes to pytest."""
    os.chdir(ROOT)
    given = ["-c", "pyproject.toml", "--override-ini=testpaths=tests", "--numprocesses=2"]
    return int(pytest.main([*given, *words]))
