"""`report.json`: the report as a JSON document."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from reports.curl import curl_line
from reports.model import Report, RequirementResult, Violation

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")
KIND: Final = "batches-conformance report"
VERSION: Final = 4

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x7f-\x9f]")
"""Control characters that JSON need not escape, and that a terminal may obey all the same."""


def document(report: Report) -> dict[str, Any]:
    """Turn a report into what `report.schema.json` describes: a head, what was found, and an end that seals it.

    Lone surrogates, which no strict reader accepts, become U+FFFD.
    """
    content: dict[str, Any] = _plain(
        {
            "kind": KIND,
            "schema": VERSION,
            "verdict": report.verdict,
            "sentence": report.sentence,
            "gate": asdict(report.gate) if report.gate else None,
            "requirements": [_requirement(result) for result in report.requirements],
            "target": asdict(report.target) if report.target else None,
            "run": asdict(report.run),
            "tests": [asdict(test) for test in report.tests],
            "errors": list(report.errors),
        }
    )
    return {**content, "end": seal(content)}


def seal(content: Mapping[str, Any]) -> dict[str, Any]:
    """Say how much a document holds, and a digest of everything that stands before its end."""
    told = json.dumps({name: value for name, value in content.items() if name != "end"}, sort_keys=True)
    return {
        "requirements": len(content["requirements"]),
        "tests": len(content["tests"]),
        "sha256": hashlib.sha256(told.encode()).hexdigest(),
    }


def render_json(report: Report) -> str:
    """Render the document, every control character escaped."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def schema() -> dict[str, Any]:
    """Load the JSON Schema of the document."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def _plain(content: dict[str, Any]) -> Any:
    text = json.dumps(content, ensure_ascii=False, default=str, allow_nan=False)
    return json.loads(_SURROGATE.sub("\ufffd", text))


def _requirement(result: RequirementResult) -> dict[str, Any]:
    return {**asdict(result), "violations": [_violation(each) for each in result.violations]}


def _violation(violation: Violation) -> dict[str, Any]:
    fields = asdict(violation)
    del fields["requirement"]
    curl = curl_line(violation.evidence) if violation.evidence else None
    return {**fields, "curl": curl}
