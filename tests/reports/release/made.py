"""What the parts of a release have found, made up for the tests."""

from dataclasses import replace
from typing import Any, Final

from reports.model import Latency, Report, ResponseFeatures, Spending, Traffic
from reports.release import deciding, parts
from reports.release.model import Part, ReleaseDecision
from tests.reports import samples

NAME: Final = "results-null-unless-expanded"
CONTRACT: Final[dict[str, Any]] = {
    "old": "1.0",
    "new": "1.1",
    "breaks": ["callers"],
    "changes": [
        {
            "where": "createBatch:body.config",
            "what": "removed",
            "aspect": "",
            "breaks": ["callers"],
            "rules": [{"id": "request-field-removed", "statement": "A request that has it is refused."}],
            "requirements": [NAME],
            "accepted": [],
        },
        {
            "where": "listBatches:query.limit",
            "what": "added",
            "aspect": "",
            "breaks": [],
            "rules": [{"id": "request-widened", "statement": "What was sent is still accepted."}],
            "requirements": [],
            "accepted": [{"owner": "the-team", "reason": "agreed with the callers"}],
        },
    ],
    "requirements": [],
    "objections": ["an entry that accepts nothing"],
}


def report(*, broken: bool = False, url: str = "https://candidate.example", error: str = "", seen: str = "") -> Report:
    record = {"violations": [samples.violation(NAME)]} if broken else {"held": {NAME: 3}}
    records = [{"errors": [error]}, *([record] if broken else [])] if error else [record]
    latencies = {"getBatch": Latency(9, 0.01, 0.02, 0.05, 0.1)}
    appearance = ResponseFeatures(fields={f"getBatch 2XX .{place}: string": 9 for place in ("id", seen) if place})
    run = samples.run(exchanges=Traffic(9, 1.0, {"getBatch": 9}, latencies, appearance=appearance))
    target = replace(samples.target(), base_url=url, kind="url")
    return samples.report(*records, some=(samples.requirement(NAME),), of=target, in_run=run)


def clients(verdict: str = "pass", detail: str = "", complaint: str = "") -> dict[str, Any]:
    return {
        "clients": [{"name": "pypi-1.0"}, {"name": "npm-1.0"}],
        "findings": [
            {"client": "pypi-1.0", "operation": "create", "verdict": "pass", "detail": "", "requirements": []},
            {"client": "npm-1.0", "operation": "create", "verdict": verdict, "detail": detail, "requirements": [NAME]},
        ],
        "types": [{"client": "npm-1.0", "complaints": [complaint] if complaint else []}],
        "complaints": [],
    }


def release(*found: Part) -> ReleaseDecision:
    return ReleaseDecision(
        answer=deciding.answer(found),
        sentence=deciding.sentence(found),
        target="https://candidate.example (url)",
        against="https://production.example (url)",
        made_at="2030-01-01T00:00:00+00:00",
        seconds=61.0,
        suite_version="0.1.0",
        spent=Spending(9, 1, 1, 1),
        not_asked=("clients: --clients lets the released clients work with the service",),
        parts=found,
    )


def not_ready(text: str = "missing") -> ReleaseDecision:
    """A release in which each part has something to say, with a text of any origin in it."""
    broken = report(broken=True, url=f"https://candidate.example/{text}")
    return release(
        parts.of_report(broken, "conformance/report.html"),
        parts.of_comparison(report(), broken, "against/report.html"),
        parts.of_contract({**CONTRACT, "objections": [text]}, 7, "contract/output.txt"),
        parts.of_clients(clients("fail", text, text), 1, "clients/clients.md"),
        parts.of_fidelity(report(seen=text), broken, "mock/report.json"),
    )
