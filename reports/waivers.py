"""Lets waivers meet the violations of a report, and objects to those that do not fit what was found."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from reports.model import Report, RequirementResult, Waiver
from reports.waiver_file import ANY_TARGET
from spec.text import visible


def waive(report: Report, waivers: Iterable[Waiver], today: date) -> tuple[tuple[RequirementResult, ...], list[str]]:
    """Let the waivers that hold for the target of a report meet its violations.

    The answer is the results, `waived` where each of the violations is met, and a sentence about each waiver that does
    not fit what was found. A waiver for another target is left alone, unless no contract has its requirement. That one
    met nothing says something only where everything could be asked.
    """
    results = {result.id: result for result in report.requirements}
    is_complete = not (report.errors or report.run.interrupted)
    objections = []
    met: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        result = results.get(waiver.requirement)
        if result is None:
            objections.append(f"{_name(waiver)} names a requirement that the contract does not have: correct its id.")
        elif not _is_meant(waiver, report):
            continue
        elif date.fromisoformat(waiver.expires) < today:
            objections.append(
                f"{_name(waiver)} expired on {waiver.expires}: remove it if the service is fixed, or have "
                f"{waiver.owner} renew it."
            )
        elif result.verdict == "fail" and waiver.fingerprint in (None, *result.fingerprints):
            met.setdefault(result.id, []).append(waiver)
        elif is_complete:
            objections.append(f"{_name(waiver)} {_why_unmet(result)}")
    return tuple(_met(result, tuple(met.get(result.id, ()))) for result in report.requirements), objections


def _is_meant(waiver: Waiver, report: Report) -> bool:
    where = report.target.base_url if report.target else None
    return waiver.target in (ANY_TARGET, where)


def _why_unmet(result: RequirementResult) -> str:
    if result.verdict == "pass":
        return "is not needed any more, as the requirement passes: remove it."
    if result.verdict == "not-exercised":
        return "met nothing, as the requirement was not exercised: exercise it, or remove the waiver."
    return (
        "is for a violation that was not seen, while the requirement was violated in another way, "
        f"{', '.join(result.fingerprints)}: correct its fingerprint, or remove the waiver."
    )


def _met(result: RequirementResult, waivers: tuple[Waiver, ...]) -> RequirementResult:
    met = replace(result, waivers=waivers)
    is_waived = bool(waivers) and all(map(met.is_waived, result.fingerprints))
    return replace(met, verdict="waived") if is_waived else met


def _name(waiver: Waiver) -> str:
    which = f" ({waiver.fingerprint})" if waiver.fingerprint else ""
    return visible(f"The waiver of {waiver.requirement}{which}")
