"""`history.json`: a history as a file, which grows by one run after the other."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Final

from pydantic import ValidationError

from reports import files
from reports.errors import ForeignFile, MalformedReport, MissingReport, OtherVersion
from reports.history.model import KIND, VERSION, History
from reports.history.page import render_page
from reports.model import adapter
from reports.reader import problem
from spec import given_file
from spec.usage import WrongUsage

NAME: Final = "history.json"
PATIENCE: Final = 60.0
"""Seconds to wait for another command that adds to the same history."""


def render_history(history: History) -> str:
    """Render the history as JSON."""
    return json.dumps(asdict(history), ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def write(history: History, path: Path) -> tuple[Path, Path]:
    """Write the history to `path`, and its page beside it. Raises `WrongUsage` where that cannot be done."""
    page = path.with_suffix(".html")
    if page == path:
        raise WrongUsage(f"{path} is where the page would go: give the history another name, such as {NAME}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, render_history(history))
        files.replace(page, render_page(history))
    except OSError as error:
        raise WrongUsage(f"{path} could not be written ({error.strerror}); name another place.") from None
    return path, page


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Let no other command of this machine add to a history meanwhile. Raises `WrongUsage` where one goes on with it.

    The lock is SQLite's and ends with the process, however that ends. It lies elsewhere, for what is beside a history
    may be kept with it.
    """
    name = sha256(os.fsencode(path.resolve())).hexdigest()
    lock = Path(gettempdir(), f"batches-conformance-{name}.lock")
    with closing(sqlite3.connect(lock, timeout=PATIENCE, isolation_level=None)) as database:
        try:
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise WrongUsage(
                f"{path} cannot be added to while {lock} is kept by another ({error}): try again."
            ) from None
        yield


def read_history(path: Path) -> History:
    """Read a history. Raises the `InvalidReport` that names what is wrong with the file."""
    advice = f"name a {NAME} that `report history` has written, or a new file."
    try:
        document = json.loads(given_file.read(path))
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
