"""Each failure: what was expected beside what came, the exchanges, and the line that repeats them."""

import json
from collections.abc import Iterator
from typing import Final

from reports.curl import curl_line
from reports.decision import Decision
from reports.html.markup import Content, Element, block, serialise, short, tag
from reports.html.words import anchor, badge, evidence_anchor, times
from reports.model import Exchange, Headers, RequirementResult, Violation
from reports.wording import describe, describe_value

LIMIT: Final = 800_000
"""Bytes of evidence after which violations are only counted, so that a browser stays quick."""
EXCHANGES_SHOWN: Final = 4
"""Exchanges of one violation that are shown, counted from the last."""
BODY_LIMIT: Final = 2_000
"""Characters of a body, or of a curl line, that are shown."""
SUMMARY_LIMIT: Final = 200
"""Characters of the line that stands for a folded violation."""
TEXT_LIMIT: Final = 800
"""Characters of anything else that are shown."""


def section(decision: Decision) -> Element | None:
    """Make an article per violated requirement, those that count most first; nothing where none was violated."""
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
        tag("p", "Source: ", result.source, ". ", tag("a", "In the table", href=f"#{anchor(result)}"), class_="quiet"),
        id=evidence_anchor(result),
        data_verdict=result.verdict,
        data_level=result.level,
        class_="card fail",
    )
    shown = 0
    for standing, violation in decision.in_order(result):
        told = _violation(violation, is_first=not shown)
        if standing != "failed":
            told.insert(1 if told.tag == "details" else 0, tag("p", badge(standing)))
        size += len(serialise(told).encode())
        if size > LIMIT:
            break
        article.append(told)
        shown += 1
    article.extend(tag("p", sentence, class_="quiet") for sentence in _rest(len(result.violations) - shown))
    return article, size


def _rest(more: int) -> Iterator[str]:
    if more:
        yield f"{more} more in report.json."


def _violation(violation: Violation, *, is_first: bool) -> Element:
    """Make what is told of a violation; those after the first are unfolded one by one."""
    if is_first:
        return tag("div", _told(violation), class_="violation")
    summary = (
        f"{violation.check}: expected {describe_value(violation.expected)}, came {describe_value(violation.actual)}"
    )
    return tag("details", tag("summary", short(summary, SUMMARY_LIMIT)), _told(violation), class_="violation")


def _told(violation: Violation) -> list[Content]:
    facts = {
        "Case": violation.case,
        "Tests": ", ".join(violation.tests),
        "Seen": times(violation.count),
        "Noticed by": f"the oracle {violation.oracle}" if violation.oracle else "the test itself",
    }
    earlier = len(violation.exchanges) - EXCHANGES_SHOWN
    before, last = violation.exchanges[-EXCHANGES_SHOWN:-1], violation.evidence
    return [
        tag(
            "div",
            tag(
                "div",
                tag("h4", "Expected"),
                block(short(describe_value(violation.expected), TEXT_LIMIT)),
                class_="expected",
            ),
            tag("div", tag("h4", "Came"), block(short(describe_value(violation.actual), TEXT_LIMIT)), class_="came"),
            class_="beside",
        ),
        tag(
            "dl",
            [tag("div", tag("dt", name), tag("dd", short(told, TEXT_LIMIT))) for name, told in facts.items() if told],
            class_="facts",
        ),
        tag("p", f"{earlier} earlier exchanges are in report.json.", class_="quiet") if earlier > 0 else None,
        *(_exchange(exchange) for exchange in before),
        _exchange(last, is_open=True) if last else None,
        _curl(last) if last else None,
    ]


def _exchange(exchange: Exchange, *, is_open: bool = False) -> Element:
    request, response = exchange.request, exchange.response
    asked = [f"{request.method} {request.url}", *_headers(request.headers)]
    if response is not None:
        came = "\n".join([str(response.status), *_headers(response.headers), "", _body(response.body)])
    else:
        came = f"no answer: {exchange.error or 'unknown'}"
    return tag(
        "details",
        tag("summary", short(describe(exchange), TEXT_LIMIT)),
        tag(
            "div",
            tag("div", tag("h4", "Request"), block("\n".join([*asked, "", _body(request.body or "")]).rstrip())),
            tag("div", tag("h4", "Answer"), block(came.rstrip())),
            class_="beside",
        ),
        open=is_open,
    )


def _headers(headers: Headers) -> list[str]:
    return [short(f"{name}: {value}", TEXT_LIMIT) for name, value in headers]


def _body(body: str) -> str:
    """Lay JSON out for reading; anything else stays as it came."""
    try:
        laid_out = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        laid_out = body
    return short(laid_out, BODY_LIMIT)


def _curl(exchange: Exchange) -> Element:
    line = curl_line(exchange)
    if len(line) > BODY_LIMIT:
        return tag("p", "The line that repeats this exchange is too long for this page; it is in report.json.")
    return tag(
        "div",
        tag("h4", "Repeat it"),
        block(line),
        tag("button", "Copy", type="button", hidden=True, data_copy=True, aria_label="Copy the curl line"),
        tag("span", role="status", class_="quiet"),
        class_="curl",
    )
