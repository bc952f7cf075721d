"""`plan`: what a run does with `--plan`."""

from collections.abc import Sequence

import click

from batches_conformance.commands.run import RunCommand, run


@click.command(cls=RunCommand, name="plan")
def command(words: Sequence[str]) -> int:
    """Say what a run with these options would do and spend; nothing is sent to the target."""
    return run(["--plan", *words])
