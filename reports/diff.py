"""What changed from one report to another, and what it is attributed to."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reports.model import Cause, Report, RequirementChange, RequirementResult, RequirementVerdict
from reports.wording import describe_contract, target_name
from spec.requirements import profile_of
from spec.text import visible

_OF_THE_TARGET: Final = frozenset({"target", "target_version", "faults", "variations", "situations"})
"""Settings that name the service under test."""
_WITHOUT_EFFECT: Final = frozenset({"key", "control_url", "yes", "insecure_http", "clean_up"})
"""Settings that change nothing of what a run finds, or whose effect the capabilities show."""


def compare(before: Report, after: Report) -> tuple[RequirementChange, ...]:
    """List the requirements that changed, in the order of the later report, those that it lacks at the end.

    Worse is: a new violation, a requirement that passed or was violated and is no longer exercised, and one that the
    later report lacks. A waived violation is not worse.
    """
    causes, reselected = attribution(before, after), before.run.profiles.keys() ^ after.run.profiles.keys()
    earlier = {result.id: result for result in before.requirements}
    later = {result.id: result for result in after.requirements}
    changes = []
    for name in {**later, **earlier}:
        is_in_both = name in earlier and name in later
        why_not: tuple[Cause, ...] = ("options",) if profile_of(name) in reselected else ("contract",)
        changes.append(_change(earlier.get(name), later.get(name), causes if is_in_both else why_not))
    return tuple(change for change in changes if change is not None)


def attribution(before: Report, after: Report) -> tuple[Cause, ...]:
    """List what differs between two runs besides what they found: the target where nothing else does."""
    differing: dict[Cause, bool] = {
        "contract": _contract(before, after) != _contract(after, before),
        "suite": before.run.suite_version != after.run.suite_version,
        "options": _options(before) != _options(after),
        "target": _place(before) != _place(after),
    }
    return tuple(cause for cause, differs in differing.items() if differs) or ("target",)


def describe_change(change: RequirementChange) -> str:
    """Describe a change in one visible line, which begins with the requirement."""
    return f"{change.requirement} ({change.level}): {change_in_words(change)}"


def change_in_words(change: RequirementChange) -> str:
    """Say in one visible line what changed, and what that is attributed to."""
    absent = "not selected" if change.attributed_to == ("options",) else "not in the contract"
    verdicts = f"{change.before or absent} -> {change.after or absent}"
    parts = [
        verdicts,
        *([f"new {', '.join(change.new)}"] if change.new else []),
        *([f"gone {', '.join(change.gone)}"] if change.gone else []),
        f"attributed to {' or '.join(f'the {cause}' for cause in change.attributed_to)}",
    ]
    return visible("; ".join(parts))


def diff_lines(before: Report, after: Report, changes: tuple[RequirementChange, ...]) -> Iterator[str]:
    """Show what changed between two reports, line by line."""
    yield f"before  {_describe(before)}"
    yield f"after   {_describe(after)}"
    for title, chosen in (
        ("WORSE", [change for change in changes if change.is_worse]),
        ("OTHER CHANGES", [change for change in changes if not change.is_worse]),
    ):
        if chosen:
            yield from ("", title, *(f"  {describe_change(change)}" for change in chosen))
    if not changes:
        yield from ("", "No requirement changed.")


def _change(
    before: RequirementResult | None, after: RequirementResult | None, causes: tuple[Cause, ...]
) -> RequirementChange | None:
    known = after or before
    assert known is not None
    old = frozenset(before.fingerprints if before else ())
    now = frozenset(after.fingerprints if after else ())
    earlier, later = before.verdict if before else None, after.verdict if after else None
    if _standing(earlier) == _standing(later) and old == now:
        return None
    new = frozenset(each for each in now - old if after and not after.is_waived(each))
    return RequirementChange(
        requirement=known.id,
        level=known.level,
        before=earlier,
        after=later,
        is_worse=_is_worse(before, after, new),
        new=tuple(sorted(new)),
        gone=tuple(sorted(old - now)),
        attributed_to=causes,
    )


def _is_worse(before: RequirementResult | None, after: RequirementResult | None, new: frozenset[str]) -> bool:
    was_known = before is not None and before.verdict != "not-exercised"
    if after is None or after.verdict == "not-exercised":
        return was_known
    return after.verdict == "fail" and bool(new)


def _standing(verdict: RequirementVerdict | None) -> str | None:
    return "fail" if verdict == "waived" else verdict


def _options(report: Report) -> Mapping[str, Any]:
    settings = dict(report.target.settings) if report.target else {}
    found = {name: value for name, value in settings.items() if name not in _OF_THE_TARGET | _WITHOUT_EFFECT}
    capabilities = report.target.capabilities if report.target else ()
    run = report.run
    return {
        **found,
        "capabilities": capabilities,
        "narrowed": run.narrowed,
        "profiles": set(run.profiles),
        "seed": run.seed,
        "shard": run.shard,
    }


def _contract(report: Report, other: Report) -> tuple[str, Mapping[str, str]]:
    """Return the version of the contract, and of the profiles that both have selected."""
    shared = report.run.profiles.keys() & other.run.profiles.keys()
    return report.run.contract_version, {name: report.run.profiles[name] for name in shared}


def _place(report: Report) -> tuple[object, ...]:
    if report.target is None:
        return ()
    return (report.target.base_url, *(report.target.settings.get(name) for name in sorted(_OF_THE_TARGET)))


def _describe(report: Report) -> str:
    where = target_name(report.target) if report.target else "no target"
    run = report.run
    return visible(
        f"{report.verdict}, run {run.id} of {run.started_at} on {where}, "
        f"suite {run.suite_version}, contract {describe_contract(run)}"
    )
