"""What a history keeps of a report."""

from collections.abc import Mapping

from reports.history.model import Cell, PastLatency, PastRequirement, PastRun
from reports.model import Report, ReportedTarget, RequirementResult
from reports.wording import describe_contract, variants


def past_run(report: Report) -> PastRun:
    """Reduce a report to what a history keeps."""
    run = report.run
    return PastRun(
        id=run.id,
        started_at=run.started_at,
        seconds=run.seconds,
        verdict=report.verdict,
        target=_target(report.target),
        target_version=_target_version(report),
        suite_version=run.suite_version,
        contract=describe_contract(run),
        requests=run.exchanges.count,
        errors=len(report.errors),
        is_narrowed=run.narrowed is not None,
        cells={result.id: _cell(report, result) for result in report.requirements},
        violations={each: result.id for result in report.requirements for each in result.fingerprints},
        latencies={name: PastLatency(each.p50, each.p95) for name, each in run.exchanges.latencies.items()},
    )


def past_requirements(report: Report) -> Mapping[str, PastRequirement]:
    """Return the requirements of a report, by id."""
    return {result.id: PastRequirement(result.level, result.statement) for result in report.requirements}


def _cell(report: Report, result: RequirementResult) -> Cell:
    is_unknown = report.verdict == "inconclusive" and result.verdict == "not-exercised"
    return "inconclusive" if is_unknown else result.verdict


def _target(target: ReportedTarget | None) -> str:
    if target is None:
        return "unknown"
    given = [name for word, name in variants(target) if word != "situation"]
    return f"{target.base_url} with {', '.join(given)}" if given else target.base_url


def _target_version(report: Report) -> str | None:
    """Return what was tested: as the user named it, and the mock is as old as the suite."""
    target = report.target
    if target is None:
        return None
    given = target.settings.get("target_version")
    if given is not None:
        return str(given)
    return f"suite {report.run.suite_version}" if target.kind == "mock" else None
