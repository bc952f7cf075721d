"""From findings to verdicts: of each requirement, and of the run."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reports.curl import curl_line
from reports.findings import Findings
from reports.model import (
    Report,
    ReportedTarget,
    ReportedViolation,
    RequirementResult,
    Run,
    RunVerdict,
    Spending,
    TestResult,
)
from reports.wording import describe_end, shard_name
from spec import requirements as contract
from spec.requirements import Requirement, capabilities


def judge(
    requirements: Mapping[str, Requirement],
    findings: Findings,
    *,
    target: ReportedTarget | None,
    run: Run,
    tests: tuple[TestResult, ...] = (),
) -> Report:
    """Judge each requirement and the run.

    Observations of profiles that were not selected are ignored. A requirement fails with one violation, passes
    when it held at least min_observations times, and is not exercised otherwise. A run is nonconformant when a
    `must` failed; else inconclusive when there was any error, when it was interrupted, or when nothing passed; else
    conformant.
    """
    violations: defaultdict[str, list[ReportedViolation]] = defaultdict(list)
    for violation in findings.violations:
        curl = curl_line(violation.evidence, target) if violation.evidence else None
        violations[violation.requirement].append(replace(violation, curl=curl))
    results = tuple(
        _result(requirement, findings, tuple(violations[name]), target=target, run=run)
        for name, requirement in requirements.items()
    )
    unknown = sorted(findings.named() - contract.load().keys() - requirements.keys())
    errors = findings.errors + tuple(
        f"The suite made observations of {name}, which is not a requirement of the contract." for name in unknown
    )
    return conclude(results, target=target, run=run, tests=tests, errors=errors)


def conclude(
    results: tuple[RequirementResult, ...],
    *,
    target: ReportedTarget | None,
    run: Run,
    tests: tuple[TestResult, ...],
    errors: tuple[str, ...],
    strict: bool = False,
) -> Report:
    """Judge a run by the verdicts of its requirements; where that is to be strict, a `should` counts as a `must`."""
    verdict = _run_verdict(results, errors, interrupted=run.interrupted, strict=strict)
    return Report(
        verdict=verdict,
        sentence=_sentence(verdict, results, errors, run),
        requirements=results,
        target=target,
        run=run,
        tests=tests,
        errors=errors,
    )


def reconsidered(report: Report, results: tuple[RequirementResult, ...], *, strict: bool = False) -> Report:
    """Judge the run of a report again, by other verdicts of its requirements; no gate is part of the answer."""
    return conclude(
        results, target=report.target, run=report.run, tests=report.tests, errors=report.errors, strict=strict
    )


def counts(results: Iterable[RequirementResult]) -> str:
    """Say in a few words how many requirements got which verdict."""
    tally = Counter(_label(result) for result in results)
    shown = {label: tally.pop(label, 0) for label in ("must failed", "should failed", "passed")}
    parts = [f"{count} {label}" for label, count in shown.items() if count or label == "passed"]
    return ", ".join([*parts, *(f"{count} {label}" for label, count in sorted(tally.items()))])


def _label(result: RequirementResult) -> str:
    match result.verdict:
        case "fail":
            return f"{result.level} failed"
        case "pass":
            return "passed"
        case other:
            return other.replace("-", " ")


def _result(
    requirement: Requirement,
    findings: Findings,
    violations: tuple[ReportedViolation, ...],
    *,
    target: ReportedTarget | None,
    run: Run,
) -> RequirementResult:
    held = findings.held[requirement.id]
    unexercised = not violations and held < requirement.min_observations
    return RequirementResult(
        id=requirement.id,
        level=requirement.level,
        statement=requirement.statement,
        source=requirement.source,
        rests_on=requirement.rests_on,
        verdict="fail" if violations else "not-exercised" if unexercised else "pass",
        observations=held + sum(violation.count for violation in violations),
        held=held,
        violations=violations,
        reason=_reason(requirement, findings, target=target, run=run) if unexercised else None,
        reasons=findings.reasons(requirement.id),
        spent=findings.spent_on.get(requirement.id, Spending()),
    )


def _reason(requirement: Requirement, findings: Findings, *, target: ReportedTarget | None, run: Run) -> str:
    given = findings.reasons(requirement.id)
    if given:
        return "; ".join(given)
    held = findings.held[requirement.id]
    if run.recording:
        return _unshown(held, requirement.min_observations, "by the recording")
    if run.interrupted and not (run.tests.total or run.load):
        return "the run ended before any test"
    missing = sorted(set(requirement.needs) - set(target.capabilities)) if target else []
    if missing:
        return f"needs {' and '.join(capabilities()[name] for name in missing)}"
    if run.load:
        return _unshown(held, requirement.min_observations, "under load")
    if run.narrowed and not held:
        return f"deselected: this run was narrowed by {run.narrowed}"
    if run.shard and not held:
        return f"exercised by no test of {shard_name(run.shard)}"
    if run.interrupted and not held:
        return "the run ended before it was exercised"
    return f"exercised {_times(held)}, {_times(requirement.min_observations)} needed"


def _unshown(held: int, min_observations: int, means: str) -> str:
    if not held:
        return f"not shown {means}"
    return f"shown {_times(held)} {means}, {_times(min_observations)} needed"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _run_verdict(
    results: Iterable[RequirementResult], errors: tuple[str, ...], *, interrupted: bool, strict: bool
) -> RunVerdict:
    seen = {(result.verdict, result.level) for result in results}
    if ("fail", "must") in seen or (strict and ("fail", "should") in seen):
        return "nonconformant"
    passed = any(verdict == "pass" for verdict, _ in seen)
    return "inconclusive" if errors or interrupted or not passed else "conformant"


def _sentence(
    verdict: RunVerdict,
    results: tuple[RequirementResult, ...],
    errors: tuple[str, ...],
    run: Run,
) -> str:
    remarks = [
        f"{len(errors)} error{'s' if len(errors) > 1 else ''}" if errors else "",
        f"stopped {end}" if (end := describe_end(run)) else "",
        f"narrowed by {run.narrowed}" if run.narrowed else "",
        shard_name(run.shard) if run.shard else "",
        "judged from recorded traffic" if run.recording else "",
        "observed under load" if run.load else "",
    ]
    return "; ".join([f"{verdict}: {counts(results)}", *filter(None, remarks)])
