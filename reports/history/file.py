"""`history.json`: a history as a file, which grows by one run after the other."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from reports import files
from reports.errors import ForeignFile, MalformedReport, MissingReport, OtherVersion
from reports.history.model import KIND, VERSION, History
from reports.history.page import render_page
from reports.model import adapter
from reports.reader import problem
from spec.usage import WrongUsage

NAME: Final = "history.json"


def render_history(history: History) -> str:
    """Render the history as JSON."""
    return json.dumps(asdict(history), ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def write(history: History, path: Path) -> tuple[Path, Path]:
    """Write the history to `path`, and its page beside it. Raises `WrongUsage` where that cannot be done."""
    page = path.with_suffix(".html")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, render_history(history))
        files.replace(page, render_page(history))
    except OSError as error:
        raise WrongUsage(f"{path} could not be written ({error.strerror}); name another place.") from None
    return path, page


def read_history(path: Path) -> History:
    """Read a history. Raises the `InvalidReport` that names what is wrong with the file."""
    advice = f"name a {NAME} that `report history` has written, or a new file."
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise MissingReport(f"{path} cannot be read ({error.strerror}): {advice}") from None
    except (ValueError, RecursionError):
        raise ForeignFile(f"{path} is not a history, it is not JSON: {advice}") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ForeignFile(f"{path} is JSON, but not a history: {advice}")
    if document.get("schema") != VERSION:
        raise OtherVersion(f"{path} is a history of another version, and this suite reads version {VERSION}: {advice}")
    try:
        return adapter(History).validate_json(json.dumps(document))
    except ValidationError as error:
        raise MalformedReport(f"{path} is not a valid history, at {problem(error)}; {advice}") from None
