"""Reads `report.json` back, and refuses whatever is not a whole report."""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

import jsonschema_rs

from reports.document import KIND, VERSION, schema, seal
from reports.model import Report
from reports.refusal import Refusal
from reports.text import visible

TOLD: Final = 200
"""Characters that are told of what is wrong in a report."""


class WrongVersion(Refusal):
    """A report is of a version of the format that this suite does not read."""


def read(path: Path) -> Report:
    """Read a report. Raises `Refusal` when it is missing, cut off, changed, of another version or not valid."""
    document = _load(path)
    if document.get("schema") != VERSION:
        raise WrongVersion(
            f"{path} is a report of version {_told(document.get('schema'))}, and this suite reads version {VERSION}: "
            "use the suite that wrote it, or run again."
        )
    if list(document)[-1] != "end":
        raise Refusal(f"{path} is cut off, as the end of the report is missing: run again, or copy it again.")
    error = next(iter(_validator().iter_errors(document)), None)
    if error is not None:
        place = "/".join(map(str, error.instance_path)) or "the whole"
        raise Refusal(f"{path} is no valid report, at {visible(place)}: {_told(error.message)}; run again.")
    if document["end"] != seal(document):
        raise Refusal(f"{path} is not as it was written, as its end does not fit: take an unchanged copy.")
    for result in document["requirements"]:
        for violation in result["violations"]:
            violation["requirement"] = result["id"]
    report: Report = _build(Report, document)
    return report


def _load(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refusal(f"There is no report {path}: name the report.json of a run.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}): name the report.json of a run.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path} is no report, as it is not UTF-8: name the report.json of a run.") from None
    if not text.strip():
        raise Refusal(f"{path} is empty: name the report.json of a run that came to its end.")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        if text.lstrip("{ \n\r\t").startswith(f'"kind": "{KIND}"'):
            raise Refusal(f"{path} is cut off or damaged: run again, or copy it again.") from None
        raise Refusal(f"{path} is no report, as it is not JSON: name the report.json of a run.") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise Refusal(f"{path} is JSON, and no report of this suite: name the report.json of a run.")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _told(value: object) -> str:
    text = visible(str(value))
    return text if len(text) <= TOLD else f"{text[:TOLD]}…"


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(), validate_formats=True)


def _build(kind: Any, value: Any) -> Any:
    """A value of the model out of JSON that follows the schema, by the annotations of the model."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{each.name: _build(hints[each.name], value[each.name]) for each in fields(kind)})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        options = [each for each in arguments if each is not type(None)]
        return value if value is None or len(options) > 1 else _build(options[0], value)
    if origin is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(each, part) for each, part in zip(kinds, value, strict=True))
    if origin is not Literal and isinstance(origin, type) and issubclass(origin, Mapping):
        return {name: _build(arguments[1], part) for name, part in value.items()}
    return float(value) if kind is float else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
