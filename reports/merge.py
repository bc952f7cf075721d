"""Joins the reports of a run that was split over machines; percentiles cannot be joined, and are left out."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from reports.errors import MismatchedShards
from reports.findings import Findings
from reports.gate import ungated
from reports.model import RecordedTraffic, Report, ReportedShard, Run, TestCounts
from reports.verdicts import judge
from spec.requirements import Requirement


def merge(parts: Mapping[Path, Report], requirements: Mapping[str, Requirement]) -> Report:
    """Join all parts of one run into the report that the run would have had unsplit.

    `requirements` are those of the contract that the parts were run against, of all profiles; what all parts observed
    together counts for their minimums. Raises `MismatchedShards` when a part is missing or given twice, or the parts
    are not of one run.
    """
    reports = list(parts.values())
    shards = _check_shards(parts)
    _check_agreement(parts)
    selected = {None, *reports[0].run.profiles}
    requirements = {name: each for name, each in requirements.items() if each.profile in selected}
    _check_contract(parts, requirements.keys())
    _check_tests(parts, shards[0])
    findings = Findings()
    for report in reports:
        _take(findings, ungated(report))
    tests = sorted((test for report in reports for test in report.tests), key=lambda test: test.id)
    run = _run([report.run for report in reports], findings)
    return judge(requirements, findings, target=reports[0].target, run=run, tests=tuple(tests))


def _check_shards(parts: Mapping[Path, Report]) -> list[ReportedShard]:
    found: dict[int, Path] = {}
    shards: list[ReportedShard] = []
    for path, report in parts.items():
        shard = report.run.shard
        if shard is None:
            raise MismatchedShards(f"{path} is not a shard of a split run: name reports of runs with --shard only.")
        if shard.index in found:
            raise MismatchedShards(
                f"{found[shard.index]} and {path} both are shard {shard.index}: name each shard once."
            )
        if shards and shard.count != shards[0].count:
            raise MismatchedShards(
                f"{path} is one of {shard.count} shards, the others of {shards[0].count}: name those of one split."
            )
        if shards and shard != replace(shards[0], index=shard.index):
            raise MismatchedShards(
                f"{path} is of a run that was split differently: select the same tests, with the same --shard-by, "
                "in all shards."
            )
        found[shard.index] = path
        shards.append(shard)
    if not shards:
        raise MismatchedShards("No report was named: name the report.json of each shard.")
    if missing := sorted(set(range(1, shards[0].count + 1)) - found.keys()):
        numbers = ", ".join(map(str, missing))
        raise MismatchedShards(f"Of {shards[0].count} shards {numbers} is missing: name the report.json of each shard.")
    return shards


def _check_agreement(parts: Mapping[Path, Report]) -> None:
    (first, one), *others = parts.items()
    for path, other in others:
        for what, own, its in (
            ("version of the suite", one.run.suite_version, other.run.suite_version),
            ("set of profiles", one.run.profiles, other.run.profiles),
            ("version of the contract", one.run.contract_version, other.run.contract_version),
            ("target", one.target and one.target.base_url, other.target and other.target.base_url),
            ("set of options", _options(one), _options(other)),
        ):
            if own != its:
                raise MismatchedShards(f"{first} and {path} differ in their {what}: run all shards alike.")


def _options(report: Report) -> dict[str, Any]:
    target = asdict(report.target) if report.target else {}
    return {**target, "narrowed": report.run.narrowed, "seed": report.run.seed}


def _check_contract(parts: Mapping[Path, Report], requirements: Set[str]) -> None:
    for path, report in parts.items():
        if {result.id for result in report.requirements} != requirements:
            raise MismatchedShards(
                f"{path} is of another contract than this suite's: merge with the suite that wrote it."
            )


def _check_tests(parts: Mapping[Path, Report], shard: ReportedShard) -> None:
    seen: dict[str, Path] = {}
    for path, report in parts.items():
        for test in report.tests:
            if test.id in seen:
                raise MismatchedShards(
                    f"{seen[test.id]} and {path} both ran {test.id}: each test belongs in one shard."
                )
            seen[test.id] = path
    is_whole = not any(report.run.interrupted or report.run.narrowed for report in parts.values())
    if is_whole and len(seen) != shard.selected:
        raise MismatchedShards(f"The parts ran {len(seen)} of {shard.selected} tests: run all shards again, alike.")


def _take(findings: Findings, report: Report) -> None:
    for result in report.requirements:
        findings.held[result.id] += result.held
        findings.spent_on[result.id] += result.spent
        for violation in result.violations:
            findings.add_violation(violation)
        findings.add({"unexercised": [{"requirement": result.id, "reason": reason} for reason in result.reasons]})
    findings.spent += report.run.spent
    findings.add({"errors": report.errors, **_traffic(report.run)})


def _traffic(run: Run) -> dict[str, Any]:
    """Return the traffic of a part as a record, with the number of the part before the names of its workers."""
    traffic = run.exchanges
    part = f"{run.shard.index}." if run.shard else ""
    return {
        "exchanges": {each.name: getattr(traffic, each.name) for each in fields(RecordedTraffic)},
        "coverage": {
            "sent": {name: use.sent for name, use in traffic.coverage.items()},
            "seen": {name: use.seen for name, use in traffic.coverage.items()},
        },
        "appearance": asdict(traffic.appearance),
        "batches": [{**asdict(each), "worker": f"{part}{each.worker}"} for each in traffic.batches],
    }


def _run(runs: Sequence[Run], findings: Findings) -> Run:
    tests: Counter[str] = Counter()
    for run in runs:
        tests.update(asdict(run.tests))
    traffic = findings.traffic(runs[0].profiles)
    left_out = traffic.batches_omitted + sum(run.exchanges.batches_omitted for run in runs)
    return replace(
        runs[0],
        id="+".join(run.id for run in sorted(runs, key=lambda run: run.shard.index if run.shard else 0)),
        started_at=min(run.started_at for run in runs),
        ended_at=max(run.ended_at for run in runs),
        seconds=max(run.seconds for run in runs),
        shard=None,
        interrupted=any(run.interrupted for run in runs),
        workers=sum(run.workers for run in runs),
        exchanges=replace(traffic, batches_omitted=left_out),
        spent=findings.spent,
        tests=TestCounts(**tests),
    )
