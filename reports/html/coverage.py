"""Which elements of the contract were covered, and how often, as a heat map."""

import re
from collections.abc import Mapping
from typing import Final

from reports.html.markup import Element, cell, head, row, table, tag
from reports.model import ElementCoverage
from spec.elements import sendable, showable

WARMEST: Final = 4
"""The class of the warmest cells; each step is ten times the one before."""


def section(coverage: Mapping[str, ElementCoverage]) -> Element | None:
    """Make a table per operation, schema and enumeration; nothing where nothing was counted."""
    if not coverage:
        return None
    groups: dict[str, dict[str, ElementCoverage]] = {}
    for element, use in coverage.items():
        groups.setdefault(re.split("[?/:.=]", element)[0], {})[element] = use
    never = [element for element, use in coverage.items() if not use.sent + use.seen]
    covered = f"{len(coverage) - len(never)} of {len(coverage)} elements of the contract were covered"
    return tag(
        "section",
        tag("h2", "Coverage of the contract"),
        tag(
            "p",
            f"{covered}. A cell counts the exchanges whose request carried the element, or whose response showed it; "
            "a dash marks what cannot occur.",
        ),
        tag("p", tag("b", "Not covered: "), ", ".join(never)) if never else None,
        tag("div", [_group(name, uses) for name, uses in groups.items()], class_="heat"),
        id="coverage",
    )


def _group(name: str, uses: Mapping[str, ElementCoverage]) -> Element:
    rows = [
        row(
            head(element.removeprefix(name).lstrip(".=") or "the operation"),
            _count(use.sent, possible=element in sendable()),
            _count(use.seen, possible=element in showable()),
        )
        for element, use in uses.items()
    ]
    return table(name, ("Element", "Sent", "Seen"), rows)


def _count(count: int, *, possible: bool) -> Element:
    if not possible:
        return cell(tag("span", "\u2013", aria_hidden="true"), class_="number", aria_label="cannot occur")
    return cell(f"{count:,}", class_=f"number heat-{min(len(str(count)), WARMEST) if count else 0}")
