"""Print the figures and the ratios that the project promises, and fail when one is missed."""

import click

from reports import exit_codes
from tests.bench import measures

MISSED = exit_codes.REGRESSED


@click.command(name="bench")
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Runs of each whole command.")
def command(runs: int) -> int:
    """Measure how fast the suite is; the exit code is 7 when a ratio is above its bound."""
    ratios = list(measures.all_ratios(runs))
    width = max(len(ratio.name) for ratio in ratios)
    for ratio in ratios:
        verdict = "ok" if ratio.holds else "MISSED"
        print(f"{ratio.name:{width}}  {ratio.figures}  ratio {ratio.value:.2f}, at most {ratio.bound:g}  {verdict}")
    return exit_codes.CONFORMANT if all(ratio.holds for ratio in ratios) else MISSED
