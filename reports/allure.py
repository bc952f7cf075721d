"""Allure results: a file per requirement, which `allure generate` takes.

The id of a history is that of a requirement on a target, so that Allure follows it from run to run.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from reports import files
from reports.cases import Case, cases, readable
from reports.decision import Decision
from reports.history.model import PastRun
from reports.history.past import past_run
from reports.model import Report
from spec.text import visible

_SEVERITIES: Final = {"must": "critical", "should": "minor"}


def render_results(report: Report) -> Mapping[str, str]:
    """Render the result of each requirement, by the name of its file."""
    past = past_run(report)
    results = [_result(report, past, case) for case in cases(Decision(report))]
    return {f"{each['uuid']}-result.json": json.dumps(each, indent=2) + "\n" for each in results}


def write(report: Report, folder: Path) -> list[Path]:
    """Write all results into a folder, and return the paths. Raises `WrongUsage` where that cannot be done."""
    return files.write_out(render_results(report), folder)


def _result(report: Report, past: PastRun, case: Case) -> Mapping[str, Any]:
    result, target = case.result, visible(past.target)
    is_broken = past.cells[result.id] == "inconclusive"
    history = uuid5(NAMESPACE_URL, visible(f"{target}#{result.id}"))
    trace = "\n".join([case.text, *map(readable, report.errors if is_broken else ())])
    began = round(datetime.fromisoformat(past.started_at).timestamp() * 1000)
    return {
        "uuid": str(uuid5(history, visible(past.id))),
        "historyId": history.hex,
        "testCaseId": history.hex,
        "fullName": f"{result.level}.{result.id}",
        "name": result.id,
        "description": result.statement,
        "status": "broken" if is_broken else case.outcome,
        "statusDetails": {"message": case.message, "trace": trace},
        "stage": "finished",
        "start": began,
        "stop": began + round(case.seconds * 1000),
        "labels": [
            {"name": "parentSuite", "value": "conformance"},
            {"name": "suite", "value": result.level},
            {"name": "severity", "value": _SEVERITIES[result.level]},
            {"name": "framework", "value": "batches-conformance"},
        ],
        "parameters": [{"name": "target", "value": target}],
    }
