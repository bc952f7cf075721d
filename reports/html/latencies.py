"""How long each operation took."""

import math
from collections.abc import Mapping
from typing import Final

from reports.html.markup import Element, cell, head, picture, row, table, tag
from reports.html.words import seconds
from reports.model import Latency, Traffic
from reports.wording import counted

HEIGHT: Final = 18
"""Pixels of one operation in the drawing."""
SHORTEST: Final = 1e-5
"""Seconds below which latencies are drawn alike."""


def section(traffic: Traffic) -> Element | None:
    """Make a table with a drawing per operation; nothing where nothing was sent."""
    latencies = traffic.latencies
    if not latencies:
        return None
    low, high = _range(latencies)
    rows = [_row(name, latency, low, high) for name, latency in sorted(latencies.items(), key=lambda each: each[0])]
    return tag(
        "section",
        tag("h2", "Latency by operation"),
        tag(
            "p",
            "The line reaches from the fastest to the slowest response, the box from median to 95th percentile. "
            "Each step of the scale is ten times the one before.",
        ),
        table(
            counted(traffic.count, "exchange"),
            ("Operation", "Count", "Median", "p95", "Slowest", _axis(low, high)),
            rows,
            class_="latencies",
        ),
        id="latencies",
    )


def _range(latencies: Mapping[str, Latency]) -> tuple[int, int]:
    least = max(min(latency.min for latency in latencies.values()), SHORTEST)
    most = max(latency.max for latency in latencies.values())
    low = math.floor(math.log10(least))
    return low, max(math.floor(math.log10(max(most, SHORTEST))) + 1, low + 1)


def _row(name: str, latency: Latency, low: int, high: int) -> Element:
    texts = [seconds(value) for value in (latency.p50, latency.p95, latency.max)]
    description = f"{name}: median {texts[0]}, 95th percentile {texts[1]}, slowest {texts[2]}"
    least, p50, p95, most = (_place(value, low, high) for value in (latency.min, latency.p50, latency.p95, latency.max))
    middle = HEIGHT / 2
    shapes = [
        *(tag("line", x1=x, x2=x, y1=0, y2=HEIGHT, class_="grid") for x in _ticks(low, high).values()),
        tag("line", x1=f"{least:.2f}%", x2=f"{most:.2f}%", y1=middle, y2=middle, class_="whisker"),
        tag("rect", x=f"{p50:.2f}%", width=f"{max(p95 - p50, 0.8):.2f}%", y=4, height=HEIGHT - 8, class_="box"),
        tag("line", x1=f"{most:.2f}%", x2=f"{most:.2f}%", y1=4, y2=HEIGHT - 4, class_="whisker"),
    ]
    return row(
        head(tag("code", name)),
        cell(f"{latency.count:,}", class_="number"),
        *(cell(value, class_="number") for value in texts),
        cell(picture(description, HEIGHT, shapes), class_="plot"),
    )


def _axis(low: int, high: int) -> Element:
    ticks = _ticks(low, high)
    labels = [tag("text", _label(power), x=ticks[power], y=HEIGHT - 5) for power in range(low, high)]
    return picture(f"Drawn on a scale from {_label(low)} to {_label(high)}", HEIGHT, labels)


def _label(power: int) -> str:
    return f"{10.0**power:g} s" if power >= 0 else f"{10.0 ** (power + 3):g} ms"


def _ticks(low: int, high: int) -> dict[int, str]:
    return {power: f"{100 * (power - low) / (high - low):.2f}%" for power in range(low, high + 1)}


def _place(value: float, low: int, high: int) -> float:
    return 100 * (math.log10(max(value, SHORTEST)) - low) / (high - low)
