"""The reports of what no pytest has run: recorded traffic, and loads."""

import platform
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import spec
import spec.profiles
from reports import exit_codes, files
from reports.circumstances import packages, suite_version
from reports.files import Hide
from reports.findings import Findings
from reports.model import Report, Run, TestCounts
from reports.screen import print_lines
from reports.terminal import report_lines


def run_of(
    findings: Findings,
    profiles: Sequence[str],
    began: datetime,
    *,
    id_: str,
    interrupted: bool = False,
    workers: int = 1,
    **own: Any,
) -> Run:
    """Return the circumstances of what began in UTC and ends now; `own` are the fields that only its kind has."""
    ended = datetime.now(UTC)
    return Run(
        id=id_,
        started_at=began.isoformat(),
        ended_at=ended.isoformat(),
        seconds=round((ended - began).total_seconds(), 3),
        suite_version=suite_version(),
        contract_version=spec.__version__,
        profiles={name: spec.profiles.load()[name].version for name in profiles},
        python=platform.python_version(),
        platform=platform.platform(),
        packages=packages(),
        seed=None,
        narrowed=None,
        shard=None,
        interrupted=interrupted,
        workers=workers,
        exchanges=findings.traffic(profiles),
        spent=findings.spent,
        tests=TestCounts(),
        **own,
    )


def publish(report: Report, directory: Path, hide: Hide = str) -> int:
    """Write the files of a report, which pass `hide`, print it, and return the exit code."""
    written: tuple[Path, ...] = ()
    code = exit_codes.of(report)
    try:
        written = files.write(report, directory, hide)
    except OSError as error:
        print(files.unwritable(directory, error), file=sys.stderr)
        code = code or exit_codes.INCONCLUSIVE
    print_lines(report_lines(report, width=shutil.get_terminal_size().columns, files=written))
    return code
