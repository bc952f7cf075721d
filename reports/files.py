"""Writes the report files."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reports.document import render_json
from reports.junit import render_junit
from reports.model import Report
from reports.summary import render_summary

RENDERERS: Final[Mapping[str, Callable[[Report], str]]] = {
    "report.json": render_json,
    "junit.xml": render_junit,
    "summary.md": render_summary,
}


def write(report: Report, directory: Path) -> tuple[Path, ...]:
    """Write every report file into a directory, which is created, and return their paths.

    Each file appears whole or not at all. Raises `OSError` when the directory or a file cannot be
    written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, render in RENDERERS.items():
        paths.append(directory / name)
        _replace(paths[-1], render(report))
    return tuple(paths)


def _replace(path: Path, text: str) -> None:
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
