"""Makes the report on recorded traffic: the same report and the same files as those of a run."""

import platform
import shutil
import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import spec
import spec.profiles
from reports import exit_codes, files
from reports.circumstances import packages, suite_version
from reports.findings import Findings
from reports.model import Recording, Report, ReportedTarget, Run, TestCounts
from reports.screen import print_lines
from reports.terminal import report_lines
from reports.verdicts import judge
from spec import requirements


def report_on(
    findings: Findings,
    recording: Recording,
    base_url: str,
    settings: Mapping[str, Any],
    began: datetime,
    profiles: Sequence[str] = (),
) -> Report:
    """Judge what was found in recorded traffic to and from `base_url`, by the core and these profiles.

    `began` is when that was begun, in UTC.
    """
    ended = datetime.now(UTC)
    run = Run(
        id=uuid.uuid4().hex[:8],
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
        interrupted=False,
        workers=1,
        exchanges=findings.traffic(profiles),
        spent=findings.spent,
        tests=TestCounts(),
        recording=recording,
    )
    target = ReportedTarget(base_url, "recording", (), settings)
    return judge(requirements.of(profiles), findings, target=target, run=run)


def publish(report: Report, directory: Path) -> int:
    """Write the files of a report, print it, and return the exit code."""
    written: tuple[Path, ...] = ()
    code = exit_codes.of(report)
    try:
        written = files.write(report, directory)
    except OSError as error:
        print(f"The report could not be written: {error}; name another directory.", file=sys.stderr)
        code = code or exit_codes.INCONCLUSIVE
    print_lines(report_lines(report, width=shutil.get_terminal_size().columns, files=written))
    return code
