"""Reads `report.json`, and refuses whatever is not a whole report."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from reports.document import seal
from reports.errors import (
    ChangedReport,
    EmptyReport,
    ForeignFile,
    MalformedReport,
    MissingReport,
    OtherVersion,
    TruncatedReport,
    UnsuitableReport,
)
from reports.model import KIND, VERSION, Report, adapter
from reports.wording import shard_name
from spec import given_file
from spec.text import shortened, visible

SHOWN: Final = 200
"""Characters of an invalid value that are shown."""


def read(path: Path) -> Report:
    """Read a report. Raises the `InvalidReport` that names what is wrong with the file."""
    document = _load(path)
    if document.get("schema") != VERSION:
        raise OtherVersion(
            f"{path} is a report of version {shortened(visible(str(document.get('schema'))), SHOWN)}, and this suite "
            f"reads version {VERSION}: use the suite that wrote it, or run again."
        )
    if list(document)[-1] != "end":
        raise TruncatedReport(f"{path} is truncated, the end of the report is missing: run again, or copy it again.")
    end = document.pop("end")
    try:
        report = adapter(Report).validate_json(json.dumps(document))
    except ValidationError as error:
        raise MalformedReport(f"{path} is not a valid report, at {problem(error)}; run again.") from None
    if end != asdict(seal(document)):
        raise ChangedReport(f"{path} was changed after it was written, its digest is wrong: take an unchanged copy.")
    return report


def read_whole(path: Path) -> Report:
    """Read the report of a whole run. Raises `InvalidReport`, and `UnsuitableReport` for one of a shard."""
    report = read(path)
    if report.run.shard:
        raise UnsuitableReport(f"{path} is {shard_name(report.run.shard)} only: merge all of them first.")
    return report


def problem(error: ValidationError) -> str:
    """Describe the first invalid field, by its place and what is wrong with it."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = "/".join(map(str, first["loc"])) or "the top"
    return f"{shortened(visible(place), SHOWN)}: {shortened(visible(first['msg']), SHOWN)}"


def _load(path: Path) -> dict[str, Any]:
    try:
        text = given_file.read(path).decode()
    except FileNotFoundError:
        raise MissingReport(f"There is no report {path}: name the report.json of a run.") from None
    except OSError as error:
        raise MissingReport(f"{path} cannot be read ({error.strerror}): name the report.json of a run.") from None
    except UnicodeDecodeError:
        raise ForeignFile(f"{path} is not a report, it is not UTF-8: name the report.json of a run.") from None
    if not text.strip():
        raise EmptyReport(f"{path} is empty: name the report.json of a complete run.")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        if text.lstrip("{ \n\r\t").startswith(f'"kind": "{KIND}"'):
            raise TruncatedReport(f"{path} is truncated or damaged: run again, or copy it again.") from None
        raise ForeignFile(f"{path} is not a report, it is not JSON: name the report.json of a run.") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ForeignFile(f"{path} is JSON, but not a report of this suite: name the report.json of a run.")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
