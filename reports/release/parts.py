"""What each part of the question comes to, out of what its own command wrote."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reports import exit_codes, fidelity
from reports.advice import advice
from reports.decision import Decision
from reports.diff import change_in_words, compare
from reports.model import Latency, Report, RequirementChange, RequirementResult
from reports.release.model import Part, Point, Readiness, Remarks, Table
from reports.violation import headline
from reports.wording import counted, describe_waiver, duration

ANSWERS: Final[Mapping[int, Readiness]] = {
    exit_codes.CONFORMANT: "ready",
    exit_codes.NONCONFORMANT: "not ready",
    exit_codes.REGRESSED: "not ready",
    exit_codes.INCONCLUSIVE: "cannot tell",
}
_MARKS: Final = {"pass": "pass", "fail": "FAIL", "error": "?", "limit": "limit", "not-exercised": "-"}


def of_report(report: Report, file: str) -> Part:
    """Judge a conformance run, with the gate that it was judged by."""
    decision = Decision(report)
    return Part(
        name="conformance",
        answer=ANSWERS[decision.code],
        code=decision.code,
        sentence=f"{decision.title.capitalize()}: {decision.headline}. {advice(decision)}",
        reasons=tuple(_against_it(decision)),
        remarks=_remarks(report, decision),
        file=file,
    )


def _against_it(decision: Decision) -> Iterator[Point]:
    for group in decision.groups:
        for result in group.results if group.is_open else ():
            if decision.decides(result):
                first = result.violations[0]
                yield Point(_named(result.id, result.level), headline(first), first.curl, (result.id,))
    gate = decision.report.gate
    if gate:
        yield from (_of_requirement(change) for change in gate.changes if change.is_worse and not change.new)
        yield from (Point("gate", objection) for objection in gate.objections)
    yield from (Point("error", error) for error in decision.report.errors)


def _named(requirement: str, level: str) -> str:
    return f"{requirement} ({level})"


def _of_requirement(change: RequirementChange) -> Point:
    return Point(_named(change.requirement, change.level), change_in_words(change), None, (change.requirement,))


def _remarks(report: Report, decision: Decision) -> tuple[Remarks, ...]:
    undecided = [
        Point(_named(result.id, group.standing), headline(result.violations[0]), None, (result.id,))
        for group in decision.groups
        for result in group.results
        if not (group.is_open and decision.decides(result))
    ]
    waivers = [
        Point(result.id, describe_waiver(waiver), None, (result.id,))
        for result in report.requirements
        for waiver in result.waivers
    ]
    return _with_points(
        {
            "Violated, and deciding nothing": undecided,
            "Waivers in force": waivers,
            "Not exercised": [*_not_exercised(report.requirements)],
        }
    )


def _with_points(by_title: Mapping[str, Sequence[Point]]) -> tuple[Remarks, ...]:
    return tuple(Remarks(title, tuple(points)) for title, points in by_title.items() if points)


def _not_exercised(results: Sequence[RequirementResult]) -> Iterator[Point]:
    by_reason: dict[str, list[str]] = {}
    for result in results:
        if result.verdict == "not-exercised":
            by_reason.setdefault(result.reason or "", []).append(result.id)
    for reason, names in by_reason.items():
        yield Point(counted(len(names), "requirement"), reason, None, tuple(names))


def of_comparison(earlier: Report, later: Report, file: str) -> Part:
    """Compare the release with another service, by two runs of the same suite."""
    is_known = later.verdict != "inconclusive"
    worse: list[Point] = []
    other: list[Point] = []
    for change in compare(earlier, later):
        speaks = change.is_worse and (is_known or change.after == "fail")
        (worse if speaks else other).append(_of_requirement(change))
    looks = _looks(earlier, later)
    unsure = [
        Point(
            f"the run {side}", f"Inconclusive, so not everything could be compared. {' '.join(report.errors)}".strip()
        )
        for side, report in (("there", earlier), ("here", later))
        if report.verdict == "inconclusive"
    ]
    code = exit_codes.REGRESSED if worse else exit_codes.INCONCLUSIVE if unsure else exit_codes.CONFORMANT
    return Part(
        name="comparison",
        answer=ANSWERS[code],
        code=code,
        sentence=(
            f"{counted(len(worse), 'requirement')} got worse than on the other service, {len(other)} changed "
            f"otherwise, and answers look different in {counted(len(looks), 'place')}."
        ),
        reasons=(*worse, *unsure),
        remarks=_with_points({"Other changes of requirements": other, "What answers look like": looks}),
        tables=(_latencies(earlier, later),),
        file=file,
    )


def _looks(earlier: Report, later: Report) -> list[Point]:
    return [
        Point(each.what, f"{each.sort}: {each.mock} there, {each.service} here")
        for each in fidelity.differences(earlier, later)
        if each.sort != "requirements"
    ]


def of_fidelity(mock: Report, service: Report, file: str) -> Part:
    """Show where the mock and the service differ, by a run on each; that decides nothing."""
    differences = fidelity.differences(mock, service)
    by_sort: dict[str, list[Point]] = {}
    for each in differences:
        requirements = (each.what,) if each.sort == "requirements" else ()
        point = Point(each.what, f"mock: {each.mock}; service: {each.service}", None, requirements)
        by_sort.setdefault(each.sort.capitalize(), []).append(point)
    return Part(
        name="fidelity",
        answer="ready",
        code=exit_codes.CONFORMANT,
        sentence=f"Mock and service differ in {counted(len(differences), 'place')}, which decides nothing.",
        remarks=_with_points(by_sort),
        file=file,
    )


def _latencies(earlier: Report, later: Report) -> Table:
    there, here = earlier.run.exchanges.latencies, later.run.exchanges.latencies
    rows = [(name, *_times(there.get(name)), *_times(here.get(name))) for name in sorted({*there, *here})]
    heads = ("operation", "median there", "p95 there", "median here", "p95 here")
    return Table("How long operations took on both services", heads, tuple(rows))


def _times(latency: Latency | None) -> tuple[str, str]:
    return (duration(latency.p50), duration(latency.p95)) if latency else ("-", "-")


def of_contract(document: Mapping[str, Any], code: int, file: str) -> Part:
    """Judge a change of the contract by what `contract diff --format json` prints."""
    changes = [*document["changes"], *document["requirements"]]
    breaking = [each for each in changes if each["breaks"]]
    harmless = [each for each in changes if not each["breaks"]]
    whom = " and ".join(document["breaks"]) or "nobody"
    objections = [Point("accepted breaks", str(each)) for each in document["objections"]]
    return Part(
        name="contract",
        answer=ANSWERS[code],
        code=code,
        sentence=f"From {document['old']} to {document['new']}: breaks {whom}, in {counted(len(breaking), 'place')}.",
        reasons=(*map(_of_change, breaking), *objections),
        remarks=_with_points({"Changes that break nobody, or are accepted": [*map(_of_change, harmless)]}),
        file=file,
    )


def _of_change(change: Mapping[str, Any]) -> Point:
    whom = f", breaks {' and '.join(change['breaks'])}" if change["breaks"] else ""
    what = " ".join(filter(None, (change["what"], change["aspect"])))
    rules = "; ".join(rule["statement"] for rule in change["rules"])
    accepted = "".join(f" Accepted by {each['owner']}: {each['reason']}" for each in change["accepted"])
    return Point(change["where"], f"{what}{whom}. {rules}{accepted}", None, tuple(change["requirements"]))


def of_clients(document: Mapping[str, Any], code: int, file: str) -> Part:
    """Judge what the released clients found by the `clients.json` that they wrote."""
    findings = document["findings"]
    decides = ("fail",) if code == exit_codes.NONCONFORMANT else ("error",)
    types = [f"{each['client']}: {text}" for each in document["types"] for text in each["complaints"]]
    reasons = [
        Point(f"{each['client']}: {each['operation']}", each["detail"], None, tuple(each["requirements"]))
        for each in findings
        if each["verdict"] in decides
    ]
    limits = [
        Point(f"{each['client']}: {each['operation']}", each["detail"])
        for each in findings
        if each["verdict"] == "limit"
    ]
    passed = sum(each["verdict"] == "pass" for each in findings)
    clients = counted(len(document["clients"]), "released client")
    return Part(
        name="clients",
        answer=ANSWERS[code],
        code=code,
        sentence=f"{clients}: {passed} of {len(findings)} operations passed.",
        reasons=(*reasons, *(Point("types", text) for text in (*types, *document["complaints"]))),
        remarks=_with_points({"Limits of clients": limits}),
        tables=(_matrix(document),),
        file=file,
    )


def _matrix(document: Mapping[str, Any]) -> Table:
    clients = [each["name"] for each in document["clients"]]
    verdicts = {(each["operation"], each["client"]): _MARKS[each["verdict"]] for each in document["findings"]}
    operations = dict.fromkeys(each["operation"] for each in document["findings"])
    rows = tuple((name, *(verdicts.get((name, client), "-") for client in clients)) for name in operations)
    return Table("Released clients", ("operation", *clients), rows)
