"""What a run would do and spend: read off a rehearsal of it on the mock, with the same options."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reports.files import SOURCE
from reports.model import Report
from reports.reader import read
from reports.wording import describe_spending, long_duration

REHEARSAL: Final = ("--rehearse", "--numprocesses=0", "--quiet", "--color=no", "-p", "no:cacheprovider")
TIME_LIMIT: Final = 600
"""Seconds after which a rehearsal is stopped."""
OUTPUT_SHOWN: Final = 500
"""Characters of its output that are shown of a rehearsal without a report."""

_COLUMNS: Final = ("requests", "uploads", "batches", "files")


class RehearsalFailed(Exception):
    """The rehearsal left no report; the message is the end of its output."""


def rehearse(arguments: Sequence[str], root: Path, here: Path) -> Report:
    """Return the report of a run with these arguments on the mock in place of its target. Raises `RehearsalFailed`.

    `root` is the folder of the suite, `here` the one that paths in the arguments are relative to.
    """
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    with TemporaryDirectory() as folder:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, *REHEARSAL, f"--report-dir={folder}"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIME_LIMIT,
            check=False,
        )
        report = Path(folder, SOURCE)
        if not report.is_file():
            raise RehearsalFailed((ended.stdout + ended.stderr).strip()[-OUTPUT_SHOWN:].removeprefix("ERROR: "))
        return read(report)


def total(report: Report, rate: float | None) -> str:
    """Sum up a plan in one line; `rate` is in requests a second."""
    spent = report.run.spent
    time = f", {long_duration(spent.requests / rate)} at {rate:g} requests a second" if rate else ""
    return f"{describe_spending(spent)}{time}"


def plan_lines(report: Report, rate: float | None) -> Iterator[str]:
    """Show a plan: the spending for each requirement, the total, and what would not be exercised."""
    yield "".join(f"{name:>9}" for name in _COLUMNS) + "  requirement"
    exercised = [result for result in report.requirements if result.verdict != "not-exercised"]
    for result in exercised:
        yield "".join(f"{amount:>9,}" for amount in astuple(result.spent)) + f"  {result.id}"
    yield ""
    yield f"In total {total(report, rate)}."
    yield "A test that exercises several requirements counts for each of them, and once in the total."
    yield "Batches that take longer than the mock's are polled more often."
    for result in report.requirements:
        if result.verdict == "not-exercised":
            yield f"Not exercised: {result.id}, which {result.reason}."
