"""The statuses of each batch, drawn over time."""

from collections.abc import Sequence
from math import log10
from typing import Final

from reports.html.markup import Element, cell, head, picture, row, table, tag
from reports.html.words import seconds
from reports.model import Sighting, Timeline, Traffic
from spec.enumerations import statuses
from spec.text import shortened

ROW_HEIGHT: Final = 10
"""Pixels of one batch in a drawing."""
AXIS_HEIGHT: Final = 20
"""Pixels of the scale below."""
SEQUENCE_LIMIT: Final = 160
"""Characters of a sequence of statuses that are shown in its title."""
WORD_LIMIT: Final = 40
"""Characters of an id or a status that are shown."""
ARROW: Final = " \u2192 "
DRAWN: Final = 96.0
"""Percent of the width that the times take; the rest is for what is seen at the very end."""
_TICKS: Final = {1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 36000.0: "10 h"}
_KNOWN: Final = statuses()


def section(traffic: Traffic) -> Element | None:
    """Make a drawing and a table for each sequence of statuses; nothing where there were no batches."""
    if not traffic.batches:
        return None
    groups: dict[tuple[str, tuple[str, ...]], list[Timeline]] = {}
    for timeline in traffic.batches:
        sequence = tuple(sighting.status for sighting in timeline.sightings)
        groups.setdefault((timeline.job_type, sequence), []).append(timeline)
    span = max(sighting.last for timeline in traffic.batches for sighting in timeline.sightings)
    legend = [
        tag("li", tag("span", class_=f"swatch {_class(status)}", aria_hidden="true"), status) for status in _KNOWN
    ]
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tag(
        "section",
        tag("h2", "Batches over time"),
        tag(
            "p",
            "Statuses in the responses to the create and to reads of each batch. Time runs from the create, on the "
            "target's clock, on a logarithmic scale; a thin line stands between two observations.",
        ),
        tag("ul", legend, class_="legend", aria_label="Statuses"),
        [part for (job_type, sequence), some in ordered for part in _group(job_type, sequence, some, span)],
        tag("p", f"{traffic.batches_omitted:,} more batches were only counted.") if traffic.batches_omitted else None,
        id="batches",
    )


def _group(job_type: str, sequence: Sequence[str], timelines: list[Timeline], span: float) -> list[Element]:
    count = "1 batch" if len(timelines) == 1 else f"{len(timelines)} batches"
    title = f"{shortened(ARROW.join(sequence), SEQUENCE_LIMIT)}: {count}, {job_type}"
    rows = [
        row(
            head(tag("code", shortened(timeline.id, WORD_LIMIT))),
            cell(f"{'' if timeline.worker == 'main' else timeline.worker + ' '}#{timeline.created}"),
            cell(_path(timeline)),
        )
        for timeline in timelines
    ]
    return [
        tag("h3", title),
        picture(title, ROW_HEIGHT * len(timelines) + AXIS_HEIGHT, _shapes(timelines, span), class_="batches"),
        tag(
            "details",
            tag("summary", "As a table"),
            table(title, ("Batch", "Create", "Statuses as they were observed"), rows),
        ),
    ]


def _path(timeline: Timeline) -> str:
    steps = [
        f"{shortened(sighting.status, WORD_LIMIT)} at {seconds(sighting.first)} (#{sighting.exchange})"
        + (f", still at {seconds(sighting.last)}" if sighting.last > sighting.first else "")
        for sighting in timeline.sightings
    ]
    rest = f"; {timeline.sightings_omitted:,} further sightings" if timeline.sightings_omitted else ""
    return "; ".join(steps) + rest


def _shapes(timelines: list[Timeline], span: float) -> list[Element]:
    bottom = ROW_HEIGHT * len(timelines)
    shapes = []
    for second, label in _TICKS.items():
        if second <= span:
            x = _percent(second, span)
            shapes.append(tag("line", x1=x, x2=x, y1=0, y2=bottom + 4, class_="grid"))
            shapes.append(tag("text", label, x=x, y=bottom + AXIS_HEIGHT - 4))
    for place, timeline in enumerate(timelines):
        shapes += _strip(timeline.sightings, place * ROW_HEIGHT, span)
    return shapes


def _strip(sightings: Sequence[Sighting], top: int, span: float) -> list[Element]:
    end, middle = sightings[-1].last, top + ROW_HEIGHT / 2
    line = tag("line", x1="0%", x2=_percent(end, span), y1=middle, y2=middle, class_="unseen")
    marks = [
        tag(
            "rect",
            x=_percent(sighting.first, span),
            width=f"{max(_place(sighting.last, span) - _place(sighting.first, span), 0.9):.2f}%",
            y=top + 1,
            height=ROW_HEIGHT - 2,
            class_=_class(sighting.status),
        )
        for sighting in sightings
    ]
    return [line, *marks]


def _place(second: float, span: float) -> float:
    return DRAWN * log10(1 + max(second, 0.0)) / log10(1 + max(span, 1.0))


def _percent(second: float, span: float) -> str:
    return f"{_place(second, span):.2f}%"


def _class(status: str) -> str:
    return f"status-{status}" if status in _KNOWN else "status-unknown"
