"""The first screen: the verdict, what it is about, what failed, and what was not exercised and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from reports.curl import curl_line
from reports.exit_codes import ADVICE, OF_VERDICT
from reports.html.markup import Element, short, tag
from reports.html.words import anchor, badge, evidence_anchor, mark, moment
from reports.model import Report, RequirementResult
from reports.wording import (
    describe_contract,
    describe_recording,
    describe_spending,
    describe_target,
    describe_value,
    long_duration,
)

TROUBLES_SHOWN: Final = 50
"""Troubles that are told; the rest is counted."""
TEXT_LIMIT: Final = 300
"""Characters of a reason, a trouble or an answer that are told here."""
CURL_LIMIT: Final = 1_000
"""Characters of a curl line beyond which it stands with the evidence alone."""
_TILES: Final = (
    ("must failed", "fail", "failed"),
    ("should failed", "fail", "failed"),
    ("passed", "pass", "requirements"),
    ("not exercised", "not-exercised", "not-exercised"),
    ("waived", "waived", "not-exercised"),
)


def banner(report: Report) -> Element:
    """Make the head of the page: verdict, target, time and versions."""
    facts: list[tuple[str, Element | str]] = [
        ("Target", describe_target(report.target) if report.target else "nobody could describe it"),
        ("When", tag("span", moment(report.run.started_at), f", for {long_duration(report.run.seconds)}")),
        ("Suite", report.run.suite_version),
        ("Contract", describe_contract(report.run)),
        ("Spent", describe_spending(report.run.spent)),
    ]
    if report.run.recording:
        facts.append(("Recording", describe_recording(report.run.recording)))
    if report.run.narrowed:
        facts.append(("Narrowed by", report.run.narrowed))
    if report.run.interrupted:
        facts.append(("Ended", "before every test was run"))
    return tag(
        "header",
        tag("p", "Conformance of a Batches API", class_="eyebrow"),
        tag("h1", mark(report.verdict), " ", report.verdict.capitalize()),
        tag("p", ADVICE[OF_VERDICT[report.verdict]], class_="advice"),
        tag("ul", _tiles(report.requirements), class_="tiles", aria_label="Requirements by verdict"),
        tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts], class_="facts"),
        class_=f"banner {report.verdict}",
    )


def sections(report: Report) -> list[Element | None]:
    """Make what explains the verdict; parts with nothing to say are left out."""
    return [_failed(report.requirements), _unexercised(report.requirements), _troubles(report.troubles)]


def _tiles(results: Iterable[RequirementResult]) -> list[Element]:
    counts = Counter(_label(result) for result in results)
    return [
        tag(
            "li",
            tag("strong", str(counts[label])),
            " ",
            tag("a", label, href=f"#{place if counts[label] else 'requirements'}"),
            class_=f"tile {verdict}{' some' if counts[label] else ''}",
        )
        for label, verdict, place in _TILES
        if counts[label] or label in ("must failed", "passed", "not exercised")
    ]


def _label(result: RequirementResult) -> str:
    if result.verdict == "fail":
        return f"{result.level} failed"
    return "passed" if result.verdict == "pass" else result.verdict.replace("-", " ")


def _failed(results: Iterable[RequirementResult]) -> Element | None:
    failed = sorted((result for result in results if result.verdict == "fail"), key=lambda result: result.level)
    if not failed:
        return None
    items = [_failure(result, with_curl=result is failed[0]) for result in failed]
    return tag("section", tag("h2", "What failed"), tag("ul", items, class_="plain"), id="failed")


def _failure(result: RequirementResult, *, with_curl: bool) -> Element:
    first = result.violations[0]
    curl = curl_line(first.evidence) if with_curl and first.evidence else ""
    return tag(
        "li",
        tag("p", badge("fail"), " ", result.level, " ", tag("a", result.id, href=f"#{evidence_anchor(result)}")),
        tag("p", result.statement),
        tag(
            "p",
            tag("b", "Expected "),
            short(describe_value(first.expected), TEXT_LIMIT),
            tag("b", ", came "),
            short(describe_value(first.actual), TEXT_LIMIT),
        ),
        tag("p", tag("code", curl), class_="line") if 0 < len(curl) <= CURL_LIMIT else None,
        class_="card fail",
    )


def _unexercised(results: Iterable[RequirementResult]) -> Element | None:
    by_reason: defaultdict[str, list[RequirementResult]] = defaultdict(list)
    for result in results:
        if result.verdict not in ("pass", "fail"):
            by_reason[result.reason or result.verdict].append(result)
    if not by_reason:
        return None
    items = [
        tag(
            "li",
            tag("p", tag("b", short(reason, TEXT_LIMIT))),
            tag("ul", [tag("li", tag("a", each.id, href=f"#{anchor(each)}")) for each in some], class_="names"),
            class_="card not-exercised",
        )
        for reason, some in by_reason.items()
    ]
    return tag(
        "section",
        tag("h2", "What was not exercised, and why"),
        tag("ul", items, class_="plain"),
        id="not-exercised",
    )


def _troubles(troubles: tuple[str, ...]) -> Element | None:
    if not troubles:
        return None
    items = [tag("li", short(trouble, TEXT_LIMIT)) for trouble in troubles[:TROUBLES_SHOWN]]
    more = len(troubles) - TROUBLES_SHOWN
    rest = tag("p", f"{more:,} more are in report.json.") if more > 0 else None
    heading = tag("h2", "Troubles that kept the run from judging")
    return tag("section", heading, tag("ul", items), rest, id="troubles")
