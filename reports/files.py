"""Writes the report files."""

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Final

from reports.badge import render_badge
from reports.document import render_json
from reports.html.page import render_html
from reports.junit import render_junit
from reports.model import Report
from reports.summary import render_summary
from spec.usage import WrongUsage

REPORT_DIR: Final = "reports/out"
"""Where reports go unless `--report-dir` says otherwise, seen from the working directory."""
SOURCE: Final = "report.json"
"""The file that all others are made of; alone it is written while a run goes on."""
LATEST: Final = Path(REPORT_DIR, SOURCE)
"""Where a run leaves its report unless `--report-dir` names another folder."""
RENDERERS: Final[Mapping[str, Callable[[Report], str]]] = {
    SOURCE: render_json,
    "junit.xml": render_junit,
    "summary.md": render_summary,
    "report.html": render_html,
    "badge.svg": render_badge,
}

EARLIER: Final = "earlier"
"""How the folder begins into which an earlier report goes that would be taken for that of a later run."""
ABANDONED: Final = 60.0
"""Seconds after which a half-written file is one that a killed run left behind."""


Hide = Callable[[str], str]


def refuse_unwritable(directory: Path, option: str = "--report-dir") -> None:
    """See that files can be written there, before anything is spent on them; nothing is made. Raises `WrongUsage`."""
    there = next(place for place in (directory, *directory.parents) if os.path.lexists(place))
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise WrongUsage(unwritable(directory, error, option)) from None


def unwritable(directory: Path, error: OSError, option: str = "--report-dir") -> str:
    """Say in a sentence that a folder cannot be written, and why."""
    return f"{directory} cannot be written ({error.strerror}); name another one with {option}."


def begin(report: Report, directory: Path, hide: Hide = str) -> None:
    """Put the report of a run that begins in the place of an earlier one, whose other files are removed.

    Removed is also what killed runs left half-written. Raises `OSError` when that cannot be done.
    """
    oldest = time.time() - ABANDONED
    for name in RENDERERS:
        for path in directory.glob(f".{name}.*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
    write_source(report, directory, hide)
    for name in RENDERERS.keys() - {SOURCE}:
        (directory / name).unlink(missing_ok=True)


def set_aside(directory: Path) -> Path | None:
    """Move a report that is there into a folder of its own beside it; return that, `None` where there is no report.

    Raises `OSError` when that cannot be done.
    """
    there = [path for name in RENDERERS if (path := directory / name).is_file()]
    if not there:
        return None
    aside = next(path for number in count(1) if not (path := directory / f"{EARLIER}-{number}").exists())
    aside.mkdir()
    for path in there:
        path.replace(aside / path.name)
    return aside


def write_source(report: Report, directory: Path, hide: Hide = str) -> None:
    """Write what is known while a run goes on. Raises `OSError` as `write` does."""
    directory.mkdir(parents=True, exist_ok=True)
    replace(directory / SOURCE, hide(render_json(report)))


def write(report: Report, directory: Path, hide: Hide = str) -> tuple[Path, ...]:
    """Write every report file into a directory, which is created, and return their paths.

    What is written passes `hide`, the last mask before secrets. Each file appears whole or not at
    all. Raises `OSError` when the directory or a file cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, render in RENDERERS.items():
        paths.append(directory / name)
        replace(paths[-1], hide(render(report)))
    return tuple(paths)


def write_out(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write texts by their names into the folder of `--out`. Raises `WrongUsage` where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace(folder / name, text)
    except OSError as error:
        raise WrongUsage(unwritable(folder, error, "--out")) from None
    return [folder / name for name in texts]


def replace(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all. Raises `OSError` when that cannot be done."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.close()
            Path(file.name).chmod(0o666 & ~_umask())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
