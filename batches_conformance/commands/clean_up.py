"""`clean-up`: what a run does with `--clean-up`."""

from collections.abc import Sequence

import click

from batches_conformance.commands.run import RunCommand, run


@click.command(cls=RunCommand, name="clean-up")
def command(words: Sequence[str]) -> int:
    """Delete what earlier runs had to leave on the target, and do nothing else."""
    return run(["--clean-up", *words])
