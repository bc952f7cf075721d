"""Print the figures and the ratios that the project promises, and fail when one is missed."""

import sys
from collections.abc import Sequence

import click

from batches_conformance.groups import Choice
from reports import exit_codes
from tests.bench.measures import MEASURES
from tests.bench.timed import Unmeasured

MISSED = exit_codes.REGRESSED


@click.command(name="bench")
@click.option(
    "--only",
    type=Choice([*MEASURES]),
    metavar="MEASURE",
    multiple=True,
    help=f"Only this measure of {', '.join(MEASURES)}; can be given several times.",
)
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Runs of each whole command.")
def command(only: Sequence[str], runs: int) -> int:
    """Measure how fast the suite is; the exit code is 7 when a ratio is above its bound.

    All measures take a quarter of an hour on an idle machine, most of it `workers`.
    """
    code = exit_codes.CONFORMANT
    for name in only or MEASURES:
        print(f"Measuring {name} ...", file=sys.stderr, flush=True)
        try:
            for ratio in MEASURES[name](runs):
                verdict = "ok" if ratio.holds else "MISSED"
                print(
                    f"{verdict:6}  {ratio.value:.2f}, at most {ratio.bound:g}  {ratio.name}: {ratio.figures}",
                    flush=True,
                )
                code = code if ratio.holds else MISSED
        except Unmeasured as error:
            print(f"{name} could not be measured: {error}", file=sys.stderr)
            return exit_codes.INCONCLUSIVE
    return code
