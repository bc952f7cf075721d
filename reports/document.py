"""`report.json`: the report as a JSON document."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from reports.curl import curl_line
from reports.model import Report, RequirementResult, Violation

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")
VERSION: Final = 1

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x7f-\x9f]")
"""Control characters that JSON need not escape, and that a terminal may obey all the same."""


def document(report: Report) -> dict[str, Any]:
    """Turn a report into what `report.schema.json` describes."""
    return {
        "schema": VERSION,
        "verdict": report.verdict,
        "sentence": report.sentence,
        "requirements": [_requirement(result) for result in report.requirements],
        "target": asdict(report.target) if report.target else None,
        "run": asdict(report.run),
        "troubles": list(report.troubles),
    }


def render_json(report: Report) -> str:
    """Render the document. Lone surrogates, which no strict reader accepts, become U+FFFD."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False, default=str, allow_nan=False)
    escaped = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return _SURROGATE.sub("\ufffd", escaped) + "\n"


def schema() -> dict[str, Any]:
    """Load the JSON Schema of the document."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def _requirement(result: RequirementResult) -> dict[str, Any]:
    return {**asdict(result), "violations": [_violation(each) for each in result.violations]}


def _violation(violation: Violation) -> dict[str, Any]:
    fields = asdict(violation)
    del fields["requirement"]
    curl = curl_line(violation.evidence) if violation.evidence else None
    return {**fields, "curl": curl}
