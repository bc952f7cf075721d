"""The load that the target was put under: what was answered how fast, over time, and how consistent reads were."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from reports.html.markup import Element, cell, head, picture, row, table, tag
from reports.html.words import seconds
from reports.load_tables import load_tables
from reports.model import Load, LoadMoment
from reports.wording import describe_ends, describe_load, describe_reads

HEIGHT: Final = 120
"""Pixels of a drawing."""
TOP: Final = 14
"""Pixels above the highest value, for the scale."""
AXIS: Final = 18
"""Pixels below the lowest value, for the time."""
TICKS: Final = 5
"""Moments that are named below a drawing."""


def section(load: Load | None) -> Element | None:
    """Make the drawings and the tables; nothing where there was no load."""
    if load is None:
        return None
    return tag(
        "section",
        tag("h2", "Load"),
        tag("p", f"{describe_load(load)}."),
        tag("p", f"{describe_ends(load.batches)}."),
        _curves(load) if load.moments else None,
        [_table(each.caption, each.columns, each.rows) for each in load_tables(load)],
        tag("ul", [tag("li", f"{sentence}.") for sentence in describe_reads(load)]) if load.reads else None,
        _table(
            "Workers",
            ("worker", "exchanges", "end"),
            [(each.name, f"{each.exchanges:,}", each.end) for each in load.workers],
        ),
        id="load",
    )


def _curves(load: Load) -> list[Element]:
    moments, users = load.moments, max(load.users, 1)
    rate = max(moment.rate for moment in moments) or 1.0
    slowest = max(moment.p95 for moment in moments) or 1.0
    return [
        tag("h3", "Exchanges a second"),
        tag("p", f"Bars up to {rate:,.1f} a second, with errors and 429s in them; the dashed line is {users} users."),
        _drawing(
            f"Exchanges a second, at most {rate:,.1f}",
            load,
            [*_bars(load, rate), *_line(moments, "users", lambda moment: moment.users / users)],
        ),
        tag("h3", "Seconds to an answer"),
        tag("p", f"Median and 95th percentile of each moment, up to {seconds(slowest)}; the upper line is the latter."),
        _drawing(
            f"Median and 95th percentile, at most {seconds(slowest)}",
            load,
            [
                *_line(moments, "curve", lambda moment: moment.p50 / slowest),
                *_line(moments, "slow", lambda moment: moment.p95 / slowest),
            ],
        ),
        tag(
            "details",
            tag("summary", "As a table"),
            _table(
                f"Moments of {load.width} s",
                ("from", "users", "a second", "median", "p95", "errors", "429s"),
                [
                    (
                        f"{each.at} s",
                        f"{each.users}",
                        f"{each.rate:,.1f}",
                        seconds(each.p50),
                        seconds(each.p95),
                        f"{each.errors}",
                        f"{each.too_many}",
                    )
                    for each in moments
                ],
            ),
        ),
    ]


def _drawing(description: str, load: Load, shapes: Iterable[Element]) -> Element:
    moments = load.moments
    step = max(1, len(moments) // TICKS)
    ticks = [
        tag("text", f"{moments[number].at} s", x=_percent(number, moments), y=TOP + HEIGHT + AXIS - 4)
        for number in range(0, len(moments), step)
    ]
    base = tag("line", x1="0%", x2="100%", y1=TOP + HEIGHT, y2=TOP + HEIGHT, class_="grid")
    return picture(description, TOP + HEIGHT + AXIS, [base, *shapes, *ticks], class_="load")


def _bars(load: Load, most: float) -> Iterator[Element]:
    width = f"{max(100 / len(load.moments) - 0.2, 0.2):.2f}%"
    for number, moment in enumerate(load.moments):
        bottom = float(TOP + HEIGHT)
        errors, refused = moment.errors / load.width, moment.too_many / load.width
        for value, kind in ((errors, "error"), (refused, "refused"), (moment.rate - errors - refused, "box")):
            high = HEIGHT * max(value, 0.0) / most
            bottom -= high
            if high:
                place = {"x": _percent(number, load.moments), "y": f"{bottom:.1f}"}
                yield tag("rect", **place, width=width, height=f"{high:.1f}", class_=kind)


def _line(moments: Sequence[LoadMoment], kind: str, share: Callable[[LoadMoment], float]) -> Iterator[Element]:
    points = [
        (_percent(number + 0.5, moments), f"{TOP + HEIGHT * (1 - share(moment)):.1f}")
        for number, moment in enumerate(moments)
    ]
    for (x1, y1), (x2, y2) in pairwise(points):
        yield tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _percent(number: float, moments: Sequence[LoadMoment]) -> str:
    return f"{100 * number / len(moments):.2f}%"


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Element:
    made = [row(head(first), *(cell(each, class_="number") for each in others)) for first, *others in rows]
    return table(caption, [each.capitalize() for each in heads], made, class_="load")
