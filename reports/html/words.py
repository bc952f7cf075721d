"""Words and marks that several parts of the page share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from reports.html.markup import Content, Element, tag
from reports.model import RequirementResult

_MARKS: Final = {
    "pass": "\u2713",
    "fail": "\u2717",
    "not-exercised": "\u25cb",
    "waived": "\u2248",
    "new": "\u2717",
    "known": "\u2248",
    "green": "\u2713",
    "red": "\u2717",
    "conformant": "\u2713",
    "nonconformant": "\u2717",
    "inconclusive": "?",
}


def badge(verdict: str, label: str = "") -> Element:
    """Make the word of a verdict, or a label that says more, with its mark: colour is never its only sign."""
    return tag("span", mark(verdict), " ", label or verdict, class_=f"badge {verdict}")


def mark(verdict: str) -> Element:
    """Make the mark of a verdict, which readers of the screen pass over."""
    return tag("span", _MARKS.get(verdict, "\u2022"), aria_hidden="true", class_="mark")


def anchor(result: RequirementResult) -> str:
    """Name the place of a requirement."""
    return f"requirement-{result.id}"


def evidence_anchor(result: RequirementResult) -> str:
    """Name the place of the violations of a requirement."""
    return f"evidence-{result.id}"


def listed(facts: Iterable[tuple[str, Content]]) -> Element:
    """Make the list of facts in the head of a page, each with its name."""
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts], class_="facts")


def moment(stamp: str) -> Element:
    """Make a time that people and machines can read."""
    try:
        text = datetime.fromisoformat(stamp).strftime("%Y-%m-%d %H:%M:%S %Z")
    except ValueError:
        text = stamp
    return tag("time", text, datetime=stamp)


def seconds(value: float) -> str:
    """Describe a time span, short enough for a table."""
    if value < 0.01:
        return f"{value * 1000:.1f} ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    if value < 7200:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h"
