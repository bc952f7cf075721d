"""Made-up requirements, records and reports for the tests of `reports`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from reports.document import render_json
from reports.findings import Findings
from reports.model import (
    Recording,
    Report,
    ReportedShard,
    ReportedTarget,
    Run,
    Spending,
    TestCounts,
    TestResult,
    Traffic,
)
from reports.schema import schema
from reports.verdicts import judge
from spec.requirements import Level, Requirement

TEST = "suites/scenarios/test_results.py::test_plain_read"


@cache
def validator() -> jsonschema_rs.Draft202012Validator:
    """What every `report.json` follows."""
    return jsonschema_rs.Draft202012Validator(schema())


def requirement(
    name: str = "results-null-unless-expanded",
    level: Level = "must",
    *,
    needs: tuple[str, ...] = (),
    min_observations: int = 1,
) -> Requirement:
    return Requirement(
        id=name,
        level=level,
        statement="A read that does not ask for results answers with none.",
        source="guide, reading results",
        rests_on="The field is null unless it is asked for.",
        covers=("getBatch",),
        needs=needs,
        min_observations=min_observations,
    )


def requirements(*some: Requirement) -> dict[str, Requirement]:
    return {each.id: each for each in some or (requirement(),)}


def exchange(**changes: Any) -> dict[str, Any]:
    return {
        "number": 12,
        "worker": "main",
        "caller": "main",
        "operation": "getBatch",
        "request": {
            "method": "GET",
            "url": "http://127.0.0.1:8000/api/v2/batches/bat-1?project_id=p",
            "headers": [["accept", "*/*"], ["authorization", "Bearer ***"]],
            "body": None,
        },
        "response": {
            "status": 200,
            "headers": [["content-type", "application/json"]],
            "body": '{"results": []}',
        },
        "error": None,
        "sent_at": "2030-01-01T00:00:00+00:00",
        "seconds": 0.003,
        **changes,
    }


def request(**changes: Any) -> dict[str, Any]:
    sent: dict[str, Any] = exchange()["request"]
    return {**sent, **changes}


def violation(name: str = "results-null-unless-expanded", **changes: Any) -> dict[str, Any]:
    return {
        "requirement": name,
        "check": "results-of-plain-read",
        "kind": "unexpected",
        "operation": "getBatch",
        "expected": None,
        "actual": [{"file_id": "file-1"}, {"file_id": "file-2"}],
        "difference": "results has 2 entries",
        "case": "a completed batch, read without expand",
        "test": TEST,
        "generated": False,
        "oracle": None,
        "exchanges": [exchange()],
        "deciding": -1,
        **changes,
    }


def findings(*records: Mapping[str, Any]) -> Findings:
    found = Findings()
    for record in records:
        found.add(record)
    return found


def target(*capabilities: str) -> ReportedTarget:
    return ReportedTarget(
        base_url="http://127.0.0.1:8000",
        kind="mock",
        capabilities=capabilities,
        settings={"timeout": 30, "profile": None},
    )


def run(
    *,
    narrowed: str | None = None,
    interrupted: bool = False,
    shard: ReportedShard | None = None,
    exchanges: Traffic | None = None,
    recording: Recording | None = None,
) -> Run:
    return Run(
        id="8a1f",
        started_at="2030-01-01T00:00:00+00:00",
        ended_at="2030-01-01T00:00:02+00:00",
        seconds=2.1,
        suite_version="0.1.0",
        contract_version="1.0.0",
        profiles={},
        python="3.11.7",
        platform="Linux",
        packages={"pytest": "9.1.1"},
        seed=7,
        narrowed=narrowed,
        shard=shard,
        interrupted=interrupted,
        workers=1,
        exchanges=exchanges or Traffic(213, 1.5, {"getBatch": 200, "createBatch": 13}),
        spent=Spending(requests=213, uploads=1090, batches=13, billable_files=1),
        tests=TestCounts(passed=40, failed=2, skipped=3),
        recording=recording,
    )


def shard(index: int, count: int, *, selected: int = 3) -> ReportedShard:
    return ReportedShard(index, count, selected, "one plan")


def report(
    *records: Mapping[str, Any],
    some: tuple[Requirement, ...] = (),
    of: ReportedTarget | None = None,
    in_run: Run | None = None,
    tests: tuple[TestResult, ...] = (),
) -> Report:
    return judge(requirements(*some), findings(*records), target=of or target(), run=in_run or run(), tests=tests)


def saved(report: Report, path: Path) -> Path:
    path.write_text(render_json(report), encoding="utf-8")
    return path


def failing_report() -> Report:
    some = (
        requirement("results-null-unless-expanded"),
        requirement("list-page-size-respected", "should"),
        requirement("status-known", min_observations=2),
        requirement("created-at-timezone"),
        requirement("other-project-hidden", needs=("other-key",)),
        requirement("failed-file-has-error", needs=("control",)),
        requirement("cancelled-stays-cancelled", needs=("control",)),
        requirement("results-page-walk", min_observations=2),
    )
    long_url = "http://127.0.0.1:8000/api/v2/batches?" + "&".join(
        f"parameter_{number}=value-{number}" for number in range(5)
    )
    listing = exchange(
        number=31,
        worker="gw0",
        operation="listBatches",
        request=request(url=long_url),
        seconds=1.26,
    )
    created = exchange(
        number=11,
        operation="createBatch",
        request=request(
            method="POST",
            url="http://127.0.0.1:8000/api/v2/batches",
            headers=[["content-type", "application/json"]],
            body='{"source_directory_id": "dir-1", "config": {"job": {"type": "parse_v2"}}}',
        ),
        response={"status": 201, "headers": [], "body": "{}"},
    )
    return report(
        {
            "held": {"status-known": 40, "created-at-timezone": 3, "results-page-walk": 1},
            "violations": [
                *[violation(exchanges=[created, exchange()])] * 3,
                violation(
                    kind="malformed",
                    exchanges=[created, created, exchange()],
                    expected="results is null, or the field is absent, which clients read as null",
                    actual="results is a list of entries whose job_reference names no job at all, "
                    "and whose error_message says \x1b[31m漢字\x1b[0m \u202eevil",
                    test=f"{TEST}[parse]",
                ),
                violation(
                    "list-page-size-respected",
                    expected="at most 2 items",
                    actual="3 items",
                    case="two pages of two",
                    exchanges=[listing],
                ),
            ],
            "unexercised": [{"requirement": "other-project-hidden", "reason": "no second key was given"}],
            "errors": ["The directory dir-7 could not be deleted: the service answered 503."],
        },
        some=some,
    )
