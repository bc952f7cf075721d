"""Makes the report on recorded traffic: the same report and the same files as those of a run."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.findings import Findings
from reports.model import Recording, Report, ReportedTarget
from reports.standalone import run_of
from reports.verdicts import judge
from spec import requirements


def report_on(
    findings: Findings,
    recording: Recording,
    base_url: str,
    settings: Mapping[str, Any],
    began: datetime,
    profiles: Sequence[str] = (),
    *,
    interrupted: bool = False,
) -> Report:
    """Judge what was found in recorded traffic to and from `base_url`, by the core and these profiles.

    `began` is when that was begun, in UTC, and `interrupted` says that it did not come to its end.
    """
    run = run_of(findings, profiles, began, id_=uuid.uuid4().hex[:8], interrupted=interrupted, recording=recording)
    target = ReportedTarget(base_url, "recording", (), settings)
    return judge(requirements.of(profiles), findings, target=target, run=run)
