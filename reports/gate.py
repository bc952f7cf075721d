"""Judges a report by more than the contract: an earlier report, waivers, and stricter terms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reports import reader, waiver_file, waivers
from reports.diff import compare
from reports.errors import OtherVersion, UnsuitableBaseline
from reports.model import Baseline, GateResult, Report, RequirementResult, Waiver
from reports.verdicts import reconsidered
from reports.wording import shard_name


@dataclass(frozen=True)
class Terms:
    """What is required of a run beyond the contract.

    `strict` lets a `should` count as a `must`; `require_exercised` objects to each `must` that was not exercised.
    """

    baseline: Report | None = None
    waivers: tuple[Waiver, ...] = ()
    strict: bool = False
    require_exercised: bool = False

    @property
    def are_none(self) -> bool:
        """Whether nothing is required beyond the contract."""
        return self == Terms()


def read_terms(baseline: Path | None, waived: Path | None, *, strict: bool, require_exercised: bool) -> Terms:
    """Read the files that terms name. Raises `WrongUsage` when one of them cannot be used."""
    return Terms(
        baseline=read_baseline(baseline) if baseline else None,
        waivers=waiver_file.load(waived) if waived else (),
        strict=strict,
        require_exercised=require_exercised,
    )


def read_baseline(path: Path) -> Report:
    """Read a report that others are compared with. Raises `WrongUsage` when it is not of a complete run."""
    try:
        report = reader.read(path)
    except OtherVersion as error:
        raise UnsuitableBaseline(
            f"{error} A new baseline comes from a run of this suite, without --baseline, on the service as it was."
        ) from None
    if report.run.shard:
        raise UnsuitableBaseline(
            f"{path} is {shard_name(report.run.shard)} only and cannot be a baseline: merge all shards first."
        )
    if report.run.interrupted:
        raise UnsuitableBaseline(f"{path} is of an interrupted run and cannot be a baseline: use a complete one.")
    if report.verdict == "inconclusive":
        raise UnsuitableBaseline(
            f"{path} is of an inconclusive run and cannot be a baseline: use one that judged its target."
        )
    return report


def ungated(report: Report) -> Report:
    """Return a report as judged by the contract alone."""
    if report.gate is None:
        return report
    results = tuple(
        replace(result, verdict="fail" if result.verdict == "waived" else result.verdict, waivers=())
        for result in report.requirements
    )
    return reconsidered(report, results)


def apply(terms: Terms, report: Report, today: date) -> Report:
    """Judge a report by the contract and by these terms, whatever terms it was judged by before."""
    report = ungated(report)
    if terms.are_none:
        return report
    results, objections = waivers.waive(report, terms.waivers, today)
    if terms.require_exercised:
        objections += _unexercised(results)
    judged = reconsidered(report, results, strict=terms.strict)
    gate = GateResult(
        strict=terms.strict,
        require_exercised=terms.require_exercised,
        baseline=Baseline(terms.baseline.run.id, terms.baseline.run.started_at) if terms.baseline else None,
        waivers=len(terms.waivers),
        changes=compare(terms.baseline, judged) if terms.baseline else (),
        objections=tuple(objections),
    )
    return replace(judged, gate=gate)


def _unexercised(results: tuple[RequirementResult, ...]) -> Iterator[str]:
    for result in results:
        if result.verdict == "not-exercised" and result.level == "must":
            yield f"{result.id} is a must and was not exercised ({result.reason}): give the run what it needs."
