"""The first screen: the verdict, what it is about, what failed, and what was not exercised and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from reports.advice import advice, mock_line, waive_line
from reports.decision import Decision, Standing, StandingGroup
from reports.html.markup import Element, cell, head, row, table, tag
from reports.html.words import anchor, badge, evidence_anchor, listed, mark, moment
from reports.model import Recording, RequirementResult
from reports.verdicts import counts
from reports.violation import headline
from reports.wording import (
    describe_contract,
    describe_end,
    describe_ends,
    describe_load,
    describe_recording,
    describe_spending,
    describe_target,
    describe_waiver,
    long_duration,
    reasons_of,
    shard_name,
)
from spec.text import shortened

ERRORS_SHOWN: Final = 50
"""Errors that are shown; the rest is counted."""
TEXT_LIMIT: Final = 300
"""Characters of a reason or an error that are shown here."""
CURL_LIMIT: Final = 1_000
"""Characters of a curl line beyond which it stands with the evidence alone."""
_TILES: Final = (
    ("must failed", "fail"),
    ("should failed", "fail"),
    ("passed", "pass"),
    ("not exercised", "not-exercised"),
    ("waived", "waived"),
)
_HEADINGS: Final[dict[Standing, str]] = {
    "failed": "Violations",
    "new": "New violations",
    "known": "Known violations",
    "waived": "Waived violations",
}


def banner(decision: Decision) -> Element:
    """Make the head of the page: the word of the gate, verdict, what to do, target, time and versions."""
    report = decision.report
    facts: list[tuple[str, Element | str]] = [
        ("Target", describe_target(report.target) if report.target else "unknown"),
        ("Started", tag("span", moment(report.run.started_at), f", for {long_duration(report.run.seconds)}")),
        ("Suite", report.run.suite_version),
        ("Contract", describe_contract(report.run)),
        ("Spent", describe_spending(report.run.spent)),
    ]
    if report.gate and report.gate.strict:
        facts.append(("Strict", "a should counts as a must"))
    if report.run.shard:
        facts.append(("Shard", shard_name(report.run.shard).removeprefix("shard ")))
    if report.run.load:
        facts.append(("Load", describe_load(report.run.load)))
        facts.append(("Batches", describe_ends(report.run.load.batches)))
    if report.run.recording:
        facts.append(("Recording", describe_recording(report.run.recording)))
    if report.run.narrowed:
        facts.append(("Narrowed by", report.run.narrowed))
    if end := describe_end(report.run):
        facts.append(("Stopped", end))
    return tag(
        "header",
        tag("p", "Conformance of a Batches API", class_="eyebrow"),
        tag("h1", mark(decision.word or report.verdict), " ", decision.title.capitalize()),
        _gate(decision),
        tag("p", advice(decision), class_="advice"),
        [
            tag("p", tag("code", command), class_="line")
            for command in (mock_line(decision), waive_line(decision))
            if command
        ],
        tag("ul", _tiles(decision), class_="tiles", aria_label="Requirements by verdict, and errors"),
        listed(facts),
        class_=f"banner {decision.tone}",
    )


def sections(decision: Decision) -> list[Element | None]:
    """Make what explains the verdict; parts with nothing to say are left out."""
    report = decision.report
    return [
        _reasons(decision),
        *map(_violated, decision.groups),
        _errors(report.errors),
        _unexercised(report.requirements),
        _set_aside(report.run.recording),
    ]


def _gate(decision: Decision) -> Element | None:
    if not decision.word:
        return None
    verdict = decision.report.verdict
    return tag(
        "div",
        tag("p", tag("b", decision.sentence)),
        tag("p", "Verdict of the run: ", badge(verdict), f", {counts(decision.report.requirements)}."),
    )


def _reasons(decision: Decision) -> Element | None:
    if not decision.reasons:
        return None
    items = [tag("li", shortened(reason, TEXT_LIMIT)) for reason in decision.reasons[:ERRORS_SHOWN]]
    more = len(decision.reasons) - ERRORS_SHOWN
    rest = tag("p", f"{more:,} more are in report.json.") if more > 0 else None
    return tag("section", tag("h2", "Gate"), tag("ul", items), rest, id="gate")


def _tiles(decision: Decision) -> list[Element]:
    results = decision.report.requirements
    counted = Counter(_label(result) for result in results)
    places: dict[str, str] = {
        result.verdict: group.standing for group in reversed(decision.groups) for result in group.results
    }
    tiles = [
        _tile(counted[label], label, verdict, _place(verdict, places) if counted[label] else "requirements")
        for label, verdict in _TILES
        if counted[label] or label in ("must failed", "passed", "not exercised")
    ]
    errors = len(decision.report.errors)
    return [*tiles, _tile(errors, "error" if errors == 1 else "errors", "inconclusive", "errors")] if errors else tiles


def _tile(amount: int, label: str, verdict: str, place: str) -> Element:
    some = " some" if amount else ""
    return tag("li", tag("strong", str(amount)), " ", tag("a", label, href=f"#{place}"), class_=f"tile {verdict}{some}")


def _place(verdict: str, places: Mapping[str, str]) -> str:
    """Return the section of a verdict: violations of a standing, requirements that were not exercised, or the table."""
    return places.get(verdict, "requirements" if verdict == "pass" else verdict)


def _label(result: RequirementResult) -> str:
    if result.verdict == "fail":
        return f"{result.level} failed"
    return "passed" if result.verdict == "pass" else result.verdict.replace("-", " ")


def _violated(group: StandingGroup) -> Element:
    items = [_failure(group, result) for result in group.results]
    return tag("section", tag("h2", _HEADINGS[group.standing]), tag("ul", items, class_="plain"), id=group.standing)


def _failure(group: StandingGroup, result: RequirementResult) -> Element:
    first = result.violations[0]
    curl = first.curl or ""
    waivers = result.waivers if group.standing == "waived" else ()
    return tag(
        "li",
        tag(
            "p",
            badge("fail" if group.standing == "failed" else group.standing),
            " ",
            result.level,
            " ",
            tag("a", result.id, href=f"#{evidence_anchor(result)}"),
        ),
        [tag("p", shortened(describe_waiver(waiver), TEXT_LIMIT)) for waiver in waivers],
        tag("p", result.statement),
        tag("p", tag("b", headline(first))),
        tag("p", tag("code", curl), class_="line") if 0 < len(curl) <= CURL_LIMIT else None,
        class_="card fail" if group.is_open else "card waived",
    )


def _unexercised(results: Iterable[RequirementResult]) -> Element | None:
    by_reason: defaultdict[str, list[RequirementResult]] = defaultdict(list)
    for result in results:
        if result.verdict == "not-exercised":
            by_reason[result.reason or result.verdict].append(result)
    if not by_reason:
        return None
    items = [
        tag(
            "li",
            tag("p", tag("b", shortened(reason, TEXT_LIMIT))),
            tag("ul", [tag("li", tag("a", each.id, href=f"#{anchor(each)}")) for each in some], class_="names"),
            class_="card not-exercised",
        )
        for reason, some in by_reason.items()
    ]
    return tag(
        "section",
        tag("h2", "Not exercised"),
        tag("ul", items, class_="plain"),
        id="not-exercised",
    )


def _set_aside(recording: Recording | None) -> Element | None:
    if recording is None or not recording.set_aside:
        return None
    rows = [row(head(reason), cell("Exchanges", count)) for count, reason in reasons_of(recording)]
    return tag(
        "section",
        tag("h2", "Not judged"),
        table("Exchanges that could not be judged", ("Reason", "Exchanges"), rows),
        id="set-aside",
    )


def _errors(errors: tuple[str, ...]) -> Element | None:
    if not errors:
        return None
    items = [tag("li", shortened(error, TEXT_LIMIT)) for error in errors[:ERRORS_SHOWN]]
    more = len(errors) - ERRORS_SHOWN
    rest = tag("p", f"{more:,} more are in report.json.") if more > 0 else None
    heading = tag("h2", "Errors")
    return tag("section", heading, tag("ul", items), rest, id="errors")
