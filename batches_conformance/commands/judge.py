"""`judge`: whether the traffic that there is already kept the promises."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any, Final

import click

from batches_conformance.groups import FILE, Choice
from batches_conformance.urls import refuse_partial_url
from fixtures.settings import SETTLE_TIMEOUT
from reports.files import REPORT_DIR, refuse_unwritable
from reports.findings import Findings
from reports.model import Recording
from reports.recorded import report_on
from reports.standalone import publish
from reports.wording import counted
from spec import profiles
from spec.codes import INTERRUPTED
from spec.text import visible
from suites.differences import first_few
from suites.recordings.formats import read
from suites.recordings.judge import Counts, Judge, merged
from suites.recordings.recorded import CutOff, Recorded

STANDARD_INPUT: Final = Path("/dev/stdin")


def _above_0(_: click.Context, option: click.Parameter, seconds: float) -> float:
    if not 0 < seconds < inf:
        raise click.UsageError(f"{option.opts[0]} must be a number of seconds above 0")
    return seconds


def _with_standard_input(_context: click.Context, _argument: click.Parameter, paths: Sequence[Path]) -> list[Path]:
    return [STANDARD_INPUT if str(path) == "-" else path for path in paths]


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of every judgement of what others sent."""
    for option in (
        click.option(
            "--report-dir",
            metavar="DIR",
            type=FILE,
            default=REPORT_DIR,
            show_default=True,
            help="Where the report goes.",
        ),
        click.option(
            "--settle-timeout",
            metavar="SECONDS",
            type=float,
            callback=_above_0,
            default=SETTLE_TIMEOUT,
            show_default=True,
            help="How long one operation may lag behind another.",
        ),
        click.option(
            "--profile",
            "asked",
            type=Choice(sorted(profiles.load())),
            multiple=True,
            help="Also judge by this addition to the contract; can be given several times.",
        ),
    ):
        function = option(function)
    return function


@click.command(name="judge")
@click.argument("recordings", type=FILE, nargs=-1, required=True, metavar="RECORDING...", callback=_with_standard_input)
@click.option("--base-url", metavar="URL", help="Judge only exchanges below this URL.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1),
    help="Processes that share the work on a recording, at most one for each processor. By default one, or all of them "
    "for a large recording.",
)
@options
def command(
    recordings: Sequence[Path],
    base_url: str | None,
    jobs: int | None,
    asked: Sequence[str],
    settle_timeout: float,
    report_dir: Path,
) -> int:
    """Judge recorded traffic: HAR files, cassettes of VCR or schemathesis, or a report.json of this suite.

    Nothing is sent, no key is needed, and nothing is spent. The recording - is standard input.
    """
    if base_url:
        refuse_partial_url("--base-url", base_url)
    refuse_unwritable(report_dir)
    began, findings = datetime.now(UTC), Findings()
    only = base_url.rstrip("/") if base_url else None
    counts: list[Counts] = []
    is_interrupted = False
    try:
        for path in recordings:
            worker = "main" if len(recordings) == 1 else path.name
            with Judge(path.name, worker, only, settle_timeout) as judge:
                counts.append(judge.counts)
                _take_all(judge, read(path), findings)
                judge.judge(findings.add, jobs)
    except KeyboardInterrupt:
        if not any(each.judged for each in counts):
            raise
        is_interrupted = True
    settings = {"recordings": [path.name for path in recordings], "base_url": base_url}
    code = report(
        findings,
        merged(counts),
        settings,
        began,
        asked,
        report_dir,
        fallback=base_url,
        interrupted=is_interrupted,
    )
    return INTERRUPTED if is_interrupted else code


def _take_all(judge: Judge, exchanges: Iterable[Recorded], findings: Findings) -> None:
    try:
        for recorded in exchanges:
            judge.take(recorded)
    except CutOff as error:
        findings.error(f"{error} Everything before that was judged.")


def report(
    findings: Findings,
    counts: Counts,
    settings: Mapping[str, Any],
    began: datetime,
    asked: Sequence[str],
    report_dir: Path,
    *,
    fallback: str | None,
    interrupted: bool = False,
) -> int:
    """Write the report of a judgement, show it, and return the exit code; `fallback` is the target if none was seen."""
    if not counts.judged:
        findings.error(f"No exchange could be judged: {_why_none(counts, fallback)}.")
    recording = Recording(
        tuple(settings["recordings"]), counts.judged, dict(sorted(counts.set_aside.items())), counts.other
    )
    base_url = ", ".join(sorted(counts.bases)) or fallback or "nobody"
    made = report_on(findings, recording, base_url, settings, began, sorted(set(asked)), interrupted=interrupted)
    return publish(made, report_dir)


def _why_none(counts: Counts, chosen: str | None) -> str:
    if counts.left_out and not counts.bases:
        calls = f"{counted(counts.left_out.total(), 'call')} of the Batches API"
        return f"--base-url {chosen} left out {calls}, which went to {visible(first_few(sorted(counts.left_out)))}"
    return "record calls of the Batches API with the bodies of the answers"
