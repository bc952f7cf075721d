"""`report.json`: the report as a JSON document."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Final

from reports.model import End, Report

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x7f-\x9f]")
"""Control characters that JSON need not escape, and that a terminal may obey all the same."""


def document(report: Report) -> dict[str, Any]:
    """Turn a report into what `report.schema.json` describes.

    Lone surrogates, which no strict reader accepts, become U+FFFD.
    """
    text = json.dumps(report, ensure_ascii=False, default=_plain, allow_nan=False)
    content: dict[str, Any] = json.loads(_SURROGATE.sub("\ufffd", text))
    return {**content, "end": asdict(seal(content))}


def _plain(value: object) -> object:
    return {each.name: getattr(value, each.name) for each in fields(value)} if is_dataclass(value) else str(value)


def seal(content: Mapping[str, Any]) -> End:
    """Make the end of a document: counts, and a digest of everything before."""
    text = json.dumps({name: value for name, value in content.items() if name != "end"}, sort_keys=True)
    return End(len(content["requirements"]), len(content["tests"]), hashlib.sha256(text.encode()).hexdigest())


def render_json(report: Report) -> str:
    """Render the document, every control character escaped."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
