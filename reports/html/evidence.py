"""Each violation: expected beside actual, the exchanges, and the line that repeats them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from reports.decision import Decision
from reports.html.markup import Element, block, serialise, tag
from reports.html.words import anchor, badge, evidence_anchor
from reports.model import ReportedExchange, ReportedViolation, RequirementResult
from reports.violation import FULL, LabelledText, brief, exchange_parts, headline, parts
from spec.text import shortened

LIMIT: Final = 800_000
"""Bytes of evidence after which violations are only counted, so that a browser stays quick."""
CURL_LIMIT: Final = 2_000
"""Characters of a curl line that is shown."""
SUMMARY_LIMIT: Final = 200
"""Characters of the line that stands for a folded violation."""


def section(decision: Decision) -> Element | None:
    """Make an article per violated requirement, those that decide first; nothing where none was violated."""
    failed = [result for result in decision.report.requirements if result.violations]
    failed.sort(key=lambda result: (decision.rank(result), result.level))
    if not failed:
        return None
    articles, size = [], 0
    for result in failed:
        article, size = _article(decision, result, size)
        articles.append(article)
    return tag("section", tag("h2", "Evidence"), articles, id="evidence")


def _article(decision: Decision, result: RequirementResult, size: int) -> tuple[Element, int]:
    article = tag(
        "article",
        tag("h3", tag("code", result.id)),
        tag("p", badge(result.verdict, decision.label(result)), " ", result.level),
        tag("p", result.statement),
        tag("p", tag("a", "In the table", href=f"#{anchor(result)}"), class_="quiet"),
        id=evidence_anchor(result),
        data_verdict=result.verdict,
        data_level=result.level,
        class_="card fail",
    )
    shown = 0
    for standing, violation in decision.in_order(result):
        shown_violation = _violation(result, violation, is_first=not shown)
        if standing != "failed":
            shown_violation.insert(1 if shown_violation.tag == "details" else 0, tag("p", badge(standing)))
        size += len(serialise(shown_violation).encode())
        if size > LIMIT:
            break
        article.append(shown_violation)
        shown += 1
    article.extend(tag("p", sentence, class_="quiet") for sentence in _rest(len(result.violations) - shown))
    return article, size


def _rest(more: int) -> Iterator[str]:
    if more:
        yield f"{more} more in report.json."


def _violation(result: RequirementResult, violation: ReportedViolation, *, is_first: bool) -> Element:
    """Make the details of a violation; those after the first are folded."""
    content = [tag("p", tag("code", violation.fingerprint), class_="quiet"), *_content(result, violation)]
    if is_first:
        return tag("div", content, class_="violation")
    return tag("details", tag("summary", shortened(headline(violation), SUMMARY_LIMIT)), content, class_="violation")


def _content(result: RequirementResult, violation: ReportedViolation) -> Iterator[Element]:
    deciding = violation.deciding or 0
    others = {"before": violation.exchanges[:deciding], "after": violation.exchanges[deciding + 1 :]}
    for are_others, some in groupby(parts(result, violation, FULL), lambda part: part.label in others):
        if are_others:
            yield from (_folded(part.label, exchange) for part in some for exchange in others[part.label])
        else:
            yield from _elements(some)


def _folded(label: str, exchange: ReportedExchange) -> Element:
    """Make an exchange before or after the deciding one."""
    return tag("details", tag("summary", f"{label}: {brief(exchange)}"), _elements(exchange_parts(exchange, FULL)))


def _elements(shown: Iterable[LabelledText]) -> Iterator[Element]:
    """Make elements of parts: data side by side, everything else one below the other."""
    for layout, some in groupby(shown, lambda part: part.layout):
        if layout == "data":
            yield tag("div", [_part(part, block(part.text)) for part in some], class_="beside")
        elif layout == "shell":
            yield from map(_curl, some)
        else:
            yield from (_part(part, *(tag("p", line) for line in part.text.split("\n"))) for part in some)


def _part(part: LabelledText, *content: Element) -> Element:
    return tag("div", tag("h4", part.label.capitalize()), *content, class_=f"part {part.label}")


def _curl(part: LabelledText) -> Element:
    if len(part.text) > CURL_LIMIT:
        return tag("p", "The line that repeats this exchange is too long for this page; it is in report.json.")
    return tag(
        "div",
        tag("h4", "Repeat it"),
        block(part.text),
        tag("button", "Copy", type="button", hidden=True, data_copy=True, aria_label="Copy the curl line"),
        tag("span", role="status", class_="quiet"),
        class_="curl",
    )
