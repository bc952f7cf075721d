"""`history.html`: a history as a page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from reports.decision import TONES
from reports.history.curves import curves
from reports.history.model import Cell, History, PastRun, RequirementHistory, ViolationHistory
from reports.history.words import describe_flakiness, describe_runs, since
from reports.html import frame
from reports.html.markup import Element, cell, head, picture, row, table, tag
from reports.html.words import badge, listed, mark, moment
from reports.wording import counted, long_duration, times
from spec.text import shortened

HEIGHT: Final = 18
"""Pixels of a strip."""
RUNS_SHOWN: Final = 100
"""Runs that are listed, the newest; `history.json` has all."""
TEXT_LIMIT: Final = 300
"""Characters of a reason that are shown."""
_PLACES: Final[dict[Cell, tuple[int, int]]] = {
    "fail": (0, HEIGHT),
    "waived": (4, HEIGHT - 4),
    "pass": (12, HEIGHT - 12),
    "inconclusive": (6, 4),
    "not-exercised": (8, 1),
}
"""Where a cell begins and how high it is, in pixels: its form says what its colour says."""
_NAMES: Final[dict[Cell, str]] = {
    "pass": "passed",
    "fail": "failed",
    "waived": "waived",
    "not-exercised": "not exercised",
    "inconclusive": "inconclusive",
}


def render_page(history: History) -> str:
    """Render the page: what is violated and since when first, then each requirement run by run."""
    sections = [
        _violations("violated", "Violated in the last run that exercised it", history.open_violations, history),
        _flaky(history.requirements),
        _strips(history),
        _violations("no-longer-seen", "No longer seen", history.gone_violations, history),
        curves(history.runs),
        _runs(history.runs),
        _unread(history),
    ]
    return frame.page(
        f"{history.runs[-1].verdict}: history of {counted(len(history.runs), 'run')}",
        _banner(history),
        [section for section in sections if section is not None],
    )


def _banner(history: History) -> Element:
    last = history.runs[-1]
    flaky = sum(each.flakiness is not None for each in history.requirements)
    tiles = (
        (len(history.open_violations), "violated now", "fail"),
        (flaky, "flaky", "waived"),
        (len(history.runs), "runs", ""),
    )
    facts = (
        ("Targets", history.targets),
        ("Runs", describe_runs(history)),
        ("Last run", moment(last.started_at)),
        ("Suite", last.suite_version),
        ("Contract", last.contract),
    )
    return tag(
        "header",
        tag("p", "Conformance of a Batches API over time", class_="eyebrow"),
        tag("h1", mark(last.verdict), " ", last.verdict.capitalize(), " in the last run"),
        tag(
            "ul",
            [
                tag("li", tag("strong", f"{count:,}"), " ", label, class_=f"tile {verdict}{' some' if count else ''}")
                for count, label, verdict in tiles
            ],
            class_="tiles",
            aria_label="Counts",
        ),
        listed(facts),
        class_=f"banner {TONES[last.verdict]}",
    )


def _violations(place: str, title: str, some: Sequence[ViolationHistory], history: History) -> Element | None:
    if not some:
        return None
    known = {each.id: each for each in history.requirements}
    items = [
        tag(
            "li",
            tag(
                "p",
                known[each.requirement].level,
                " ",
                _link(each.requirement),
            ),
            tag("p", known[each.requirement].statement),
            tag("p", tag("code", each.fingerprint), f" {since(each, history)}"),
            class_="card fail" if each.is_open else "card waived",
        )
        for each in some
    ]
    return tag("section", tag("h2", title), tag("ul", items, class_="plain"), id=place)


def _flaky(requirements: Iterable[RequirementHistory]) -> Element | None:
    items = [
        tag(
            "li",
            tag("p", each.level, " ", _link(each.id), f": {describe_flakiness(each)}"),
            class_="card waived",
        )
        for each in requirements
        if each.flakiness
    ]
    return tag("section", tag("h2", "Flaky"), tag("ul", items, class_="plain"), id="flaky") if items else None


def _strips(history: History) -> Element:
    legend = [
        tag("li", picture(name, HEIGHT, [_shape(kind, 0, 100)], class_="sample"), name) for kind, name in _NAMES.items()
    ]
    rows = [
        row(
            head(tag("code", each.id)),
            cell(each.level),
            cell(str(each.flips), class_="number"),
            cell(_strip(each.strip), class_="plot"),
            id=_anchor(each.id),
        )
        for each in sorted(history.requirements, key=_interest)
    ]
    return tag(
        "section",
        tag("h2", "Requirements run by run"),
        tag("p", "Each strip has one place for each run, the oldest first. Those that changed most stand first."),
        tag("ul", legend, class_="legend", aria_label="What a strip shows"),
        table(describe_runs(history), ("Requirement", "Level", "Flips", "Runs"), rows, class_="strips"),
        id="requirements",
    )


def _interest(each: RequirementHistory) -> tuple[int, int]:
    return -each.flips, -sum(kind in ("fail", "waived") for kind in each.strip)


def _strip(strip: Sequence[Cell | None]) -> Element:
    width = 100 / len(strip)
    counts = Counter(strip)
    names = [f"{_NAMES[kind]} {times(counts[kind])}" for kind in _NAMES if counts[kind]]
    shapes = []
    place = 0
    for kind, some in groupby(strip):
        length = len(list(some))
        if kind is not None:
            shapes.append(_shape(kind, place * width, length * width))
        place += length
    return picture(", ".join(names), HEIGHT, shapes)


def _shape(kind: Cell, x: float, width: float) -> Element:
    top, height = _PLACES[kind]
    return tag("rect", x=f"{x:.3f}%", width=f"{width:.3f}%", y=top, height=height, class_=f"cell-{kind}")


def _runs(runs: Sequence[PastRun]) -> Element:
    shown = list(reversed(runs[-RUNS_SHOWN:]))
    rows = [
        row(
            head(moment(run.started_at)),
            cell(tag("code", run.id)),
            cell(badge(run.verdict)),
            cell(_found(run)),
            cell(run.target, f", {run.target_version}" if run.target_version else None),
            cell(f"suite {run.suite_version}, contract {run.contract}"),
            cell(long_duration(run.seconds), class_="number"),
            cell(f"{run.requests:,}", class_="number"),
        )
        for run in shown
    ]
    more = len(runs) - len(shown)
    heads = ("Started", "Run", "Verdict", "Found", "Target", "Versions", "Duration", "Requests")
    return tag(
        "section",
        tag("h2", "Runs"),
        table("The newest first", heads, rows),
        tag("p", f"{counted(more, 'older run')} {'is' if more == 1 else 'are'} in history.json.") if more else None,
        id="runs",
    )


def _found(run: PastRun) -> str:
    errors = f", {counted(run.errors, 'error')}" if run.errors else ""
    return counted(len(run.violations), "violation") + errors


def _unread(history: History) -> Element | None:
    if not history.unread:
        return None
    items = [tag("li", shortened(each.reason, TEXT_LIMIT)) for each in history.unread]
    return tag("section", tag("h2", "Left out"), tag("ul", items), id="left-out")


def _link(requirement: str) -> Element:
    return tag("a", requirement, href=f"#{_anchor(requirement)}")


def _anchor(requirement: str) -> str:
    return f"requirement-{requirement}"
