"""Makes the report of a load: the same report and the same files as those of a run."""

from datetime import datetime
from typing import Final

from fixtures.settings import Settings
from fixtures.target import capabilities
from reports.findings import Findings
from reports.model import Load, Report, ReportedTarget
from reports.standalone import run_of
from reports.verdicts import judge
from spec import requirements
from suites.load.options import LoadOptions

NOTHING: Final = (
    "No exchange was observed: give the users time to begin, with a longer --run-time, or correct their code where "
    "locust has printed a traceback of it."
)


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
    if not (findings.errors or any(worker.exchanges for worker in load.workers)):
        findings.error(NOTHING)
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
    run = run_of(
        findings,
        options.profiles,
        began,
        id_=run_id,
        interrupted=interrupted,
        workers=max(len(load.workers), 1),
        load=load,
    )
    return judge(requirements.of(options.profiles), findings, target=target, run=run)
