"""How long runs and operations took, drawn from run to run."""

from collections.abc import Sequence
from typing import Final

from reports.history.model import PastRun
from reports.html.markup import Element, cell, head, picture, row, table, tag
from reports.html.words import seconds

HEIGHT: Final = 48
"""Pixels of a curve."""
DRAWN: Final = 400
"""The most places of a curve; of more runs each place shows the slowest of its share."""


def curves(runs: Sequence[PastRun]) -> Element | None:
    """Draw a curve for the duration, and for each operation a band from median to 95th percentile."""
    if len(runs) == 1:
        return None
    names = sorted({name for run in runs for name in run.latencies})
    rows = [_row("whole run", [(run.seconds, run.seconds) for run in runs])]
    for name in names:
        rows.append(_row(name, [_pair(run, name) for run in runs]))
    return tag(
        "section",
        tag("h2", "Durations run by run"),
        tag(
            "p", "The band reaches from the median to the 95th percentile of an operation. Each drawing has its scale."
        ),
        table(
            "The oldest run first",
            ("Operation", "Median of the last run", "p95 of the last run", "Slowest p95", "Runs"),
            rows,
            class_="curves",
        ),
        id="durations",
    )


Pair = tuple[float, float]


def _pair(run: PastRun, name: str) -> Pair | None:
    latency = run.latencies.get(name)
    return (latency.p50, latency.p95) if latency else None


def _row(name: str, pairs: Sequence[Pair | None]) -> Element:
    known = [pair for pair in pairs if pair]
    most = max(high for _, high in known)
    texts = [seconds(known[-1][0]), seconds(known[-1][1]), seconds(most)]
    description = f"{name}: median {texts[0]} and 95th percentile {texts[1]} in the last run, at most {texts[2]}"
    return row(
        head(tag("code", name)),
        *(cell(text, class_="number") for text in texts),
        cell(picture(description, HEIGHT, _bars(_condensed(pairs), most)), class_="plot"),
    )


def _condensed(pairs: Sequence[Pair | None]) -> list[Pair | None]:
    share = -(-len(pairs) // DRAWN)
    parts = [[pair for pair in pairs[start : start + share] if pair] for start in range(0, len(pairs), share)]
    return [max(part, key=lambda pair: pair[1]) if part else None for part in parts]


def _bars(pairs: Sequence[Pair | None], most: float) -> list[Element]:
    width = 100 / len(pairs)
    shapes = [tag("line", x1="0%", x2="100%", y1=HEIGHT, y2=HEIGHT, class_="grid")]
    for place, pair in enumerate(pairs):
        if pair:
            low, high = (HEIGHT * (1 - value / most if most else 1) for value in pair)
            x = f"{place * width:.3f}%"
            shapes.append(
                tag(
                    "rect",
                    x=x,
                    width=f"{width:.3f}%",
                    y=f"{high:.1f}",
                    height=f"{max(low - high, 1):.1f}",
                    class_="box",
                )
            )
    return shapes
