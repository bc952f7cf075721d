"""Every requirement of the contract, by operation."""

from collections.abc import Iterable
from typing import Final

from reports.decision import Decision
from reports.html.markup import Element, cell, head, row, table, tag
from reports.html.words import anchor, badge, evidence_anchor
from reports.model import RequirementResult
from reports.wording import times
from spec import requirements
from spec.openapi import operations
from spec.text import shortened

TEXT_LIMIT: Final = 300
"""Characters of a reason that are shown."""
_SEVERAL: Final = "Several operations"
_FIELDS: Final = "All responses with a batch"
_VERDICTS: Final = ("fail", "pass", "not-exercised", "waived")


def section(decision: Decision) -> Element:
    """Make a table per operation, and the filter over all of them."""
    groups: dict[str, list[RequirementResult]] = {}
    for result in decision.report.requirements:
        groups.setdefault(_group(result), []).append(result)
    parts = [part for name in sorted(groups, key=_rank) for part in _part(name, groups[name], decision)]
    return tag(
        "section",
        tag("h2", "Requirements"),
        _filter(),
        tag("div", parts, id="all-requirements"),
        id="requirements",
    )


def _group(result: RequirementResult) -> str:
    """Return the operation that a requirement is about, by the elements that it covers."""
    requirement = requirements.load().get(result.id)
    named = {
        operation.id
        for operation in operations().values()
        for element in (requirement.covers if requirement else ())
        if not operation.is_setup and element.startswith(operation.id)
    }
    return _SEVERAL if len(named) > 1 else next(iter(named), _FIELDS)


def _rank(group: str) -> int:
    return [*operations(), _FIELDS, _SEVERAL].index(group)


def _part(name: str, results: list[RequirementResult], decision: Decision) -> Iterable[Element]:
    operation = operations().get(name)
    title = operation.definition["summary"] if operation else name
    passed = sum(result.verdict == "pass" for result in results)
    yield tag("h3", title, data_group=name)
    yield table(
        f"{passed} of {len(results)} passed"
        + (f" \u2013 {operation.method} {operation.template}" if operation else ""),
        ("Requirement", "Level", "Verdict", "Evidence"),
        [_row(result, decision) for result in results],
        class_="requirements",
        data_group=name,
    )


def _row(result: RequirementResult, decision: Decision) -> Element:
    return row(
        head(
            tag("code", result.id),
            tag("p", result.statement),
            tag("p", f"{result.rests_on} (source: {result.source})", class_="quiet"),
        ),
        cell(result.level),
        cell(badge(result.verdict, decision.label(result))),
        cell(_evidence(result)),
        id=anchor(result),
        data_verdict=result.verdict,
        data_level=result.level,
    )


def _evidence(result: RequirementResult) -> Element | str:
    if result.violations:
        amount = len(result.violations)
        count = f"{amount} violation{'s' if amount > 1 else ''}"
        return tag(
            "span", tag("a", count, href=f"#{evidence_anchor(result)}"), f", observed {times(result.observations)}"
        )
    if result.reason:
        return shortened(result.reason, TEXT_LIMIT)
    return f"held {times(result.observations)}"


def _filter() -> Element:
    """Make the controls; they show where scripts run."""
    verdicts = [tag("option", name, value=name) for name in _VERDICTS]
    levels = [tag("option", name, value=name) for name in ("must", "should")]
    return tag(
        "form",
        tag(
            "div",
            tag("label", "Verdict", for_="filter-verdict"),
            tag("select", tag("option", "any", value=""), verdicts, id="filter-verdict", name="verdict"),
        ),
        tag(
            "div",
            tag("label", "Level", for_="filter-level"),
            tag("select", tag("option", "any", value=""), levels, id="filter-level", name="level"),
        ),
        tag(
            "div",
            tag("label", "Text", for_="filter-text"),
            tag("input", id="filter-text", name="text", type="search", autocomplete="off"),
        ),
        tag("output", id="filter-count", role="status", for_="filter-verdict filter-level filter-text"),
        id="filter",
        role="search",
        aria_label="Requirements",
        hidden=True,
    )
