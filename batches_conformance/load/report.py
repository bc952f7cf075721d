"""Makes the report of a load: the same report and the same files as those of a run."""

import platform
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import spec
import spec.profiles
from fixtures.mask import MASK
from fixtures.settings import Settings
from fixtures.target import capabilities
from reports import exit_codes, files
from reports.circumstances import packages, suite_version
from reports.findings import Findings
from reports.model import Load, Report, ReportedTarget, Run, TestCounts
from reports.screen import print_lines
from reports.terminal import report_lines
from reports.verdicts import judge
from spec import requirements
from suites.load.options import LoadOptions


def report_of(
    findings: Findings,
    load: Load,
    *,
    settings: Settings,
    mock: str | None,
    options: LoadOptions,
    run_id: str,
    began: datetime,
    interrupted: bool,
) -> Report:
    """Judge what was found under load; `mock` are the variants of the mock that the load had started for itself."""
    if not any(worker.exchanges for worker in load.workers):
        findings.error("No exchange was observed: give the users time to begin, with a longer --run-time.")
    ended = datetime.now(UTC)
    shown = {
        **settings.shown(),
        "weights": ", ".join(f"{name}={weight}" for name, weight in options.weights.items()),
        "pause": "{:g}-{:g}".format(*options.pause),
        "files": options.files,
    }
    target = ReportedTarget(
        base_url=settings.target if mock is None else "mock",
        kind="url" if mock is None else "mock",
        capabilities=tuple(sorted(capabilities(settings))),
        settings=shown if mock is None else {**shown, "target": "mock", "variants": mock or None},
    )
    run = Run(
        id=run_id,
        started_at=began.isoformat(),
        ended_at=ended.isoformat(),
        seconds=round((ended - began).total_seconds(), 3),
        suite_version=suite_version(),
        contract_version=spec.__version__,
        profiles={name: spec.profiles.load()[name].version for name in options.profiles},
        python=platform.python_version(),
        platform=platform.platform(),
        packages=packages(),
        seed=None,
        narrowed=None,
        shard=None,
        interrupted=interrupted,
        workers=max(len(load.workers), 1),
        exchanges=findings.traffic(options.profiles),
        spent=findings.spent,
        tests=TestCounts(),
        load=load,
    )
    return judge(requirements.of(options.profiles), findings, target=target, run=run)


def publish(report: Report, directory: Path) -> int:
    """Write the files of a report, print it, and return the exit code."""
    written: tuple[Path, ...] = ()
    code = exit_codes.of(report)
    try:
        written = files.write(report, directory, MASK.hide)
    except OSError as error:
        print(f"The report could not be written: {error}; name another directory.", file=sys.stderr)
        code = code or exit_codes.INCONCLUSIVE
    print_lines(report_lines(report, width=shutil.get_terminal_size().columns, files=written))
    return code
