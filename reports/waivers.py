"""Applies waivers to the violations of a report, and objects to those that match none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from reports.model import Report, RequirementResult, Waiver
from reports.waiver_file import ANY_TARGET
from spec.requirements import profile_of
from spec.text import visible


def waive(report: Report, waivers: Iterable[Waiver], today: date) -> tuple[tuple[RequirementResult, ...], list[str]]:
    """Apply the waivers for the target of a report to its violations.

    Return the results, `waived` where a waiver matches each violation, and a sentence about each waiver that does not
    fit. A waiver for another target is ignored, unless no contract has its requirement. An unused waiver counts only
    in a complete run.
    """
    results = {result.id: result for result in report.requirements}
    is_complete = not (report.errors or report.run.interrupted)
    objections = []
    matched: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        result = results.get(waiver.requirement)
        if result is None:
            objections.append(f"{_name(waiver)} {_why_unknown(waiver)}")
        elif not _is_meant(waiver, report):
            continue
        elif date.fromisoformat(waiver.expires) < today:
            objections.append(
                f"{_name(waiver)} expired on {waiver.expires}: remove it if the service is fixed, or have "
                f"{waiver.owner} renew it."
            )
        elif result.verdict == "fail" and waiver.fingerprint in (None, *result.fingerprints):
            matched.setdefault(result.id, []).append(waiver)
        elif is_complete:
            objections.append(f"{_name(waiver)} {_why_unused(result)}")
    return tuple(_waived(result, tuple(matched.get(result.id, ()))) for result in report.requirements), objections


def _why_unknown(waiver: Waiver) -> str:
    if profile := profile_of(waiver.requirement):
        return (
            f"is for a requirement of a profile that was not selected: add --profile {profile}, or remove the waiver."
        )
    return "names a requirement that the contract does not have: correct its id."


def _is_meant(waiver: Waiver, report: Report) -> bool:
    where = report.target.base_url if report.target else None
    return waiver.target in (ANY_TARGET, where)


def _why_unused(result: RequirementResult) -> str:
    if result.verdict == "pass":
        return "is no longer needed, as the requirement passes: remove it."
    if result.verdict == "not-exercised":
        return "matches nothing, as the requirement was not exercised: exercise it, or remove the waiver."
    return (
        "is for a violation that was not observed, while the requirement has other violations, "
        f"{', '.join(result.fingerprints)}: correct its fingerprint, or remove the waiver."
    )


def _waived(result: RequirementResult, waivers: tuple[Waiver, ...]) -> RequirementResult:
    changed = replace(result, waivers=waivers)
    is_waived = bool(waivers) and all(map(changed.is_waived, result.fingerprints))
    return replace(changed, verdict="waived") if is_waived else changed


def _name(waiver: Waiver) -> str:
    which = f" ({waiver.fingerprint})" if waiver.fingerprint else ""
    return visible(f"The waiver of {waiver.requirement}{which}")
