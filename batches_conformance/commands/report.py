"""`report`: what is done with the report.json of a run.

Explaining and replaying take what the suites and the mock know: this module is the wiring between them and the reports.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import click

from batches_conformance.completion import REQUIREMENT
from batches_conformance.groups import FILE, Group, gateway_options, loudness
from reports import allure, clock, exit_codes, fidelity, files, gate, waiving
from reports.diff import attribution, compare, diff_lines
from reports.errors import InvalidReport, UnknownName
from reports.explain import CheckedBy, Fault, Knowledge, chosen, explanation, find, suggested
from reports.history import file as history_file
from reports.history.gathering import NOTHING, gather
from reports.history.lines import history_lines
from reports.history.past import past_run
from reports.history.tracking import concerned, last_conformant, newest, of_target
from reports.history.words import since_lines
from reports.lines import Line, Writer
from reports.merge import merge
from reports.model import Report, ReportedExchange, ReportedTarget, ReportedViolation, validated
from reports.openmetrics import render_openmetrics
from reports.reader import read, read_whole
from reports.replayed import Replayed, exit_code, replay_lines
from reports.screen import print_lines
from reports.terminal import failure_lines, report_lines
from reports.violation import NORMAL
from spec import requirements
from spec.text import visible
from spec.usage import WrongUsage

HISTORY: Final = Path("reports/history")
"""Where a history goes unless `--out` or `--append` names another place."""
PATIENCE: Final = 30.0
"""Seconds that an answer to a replay may take."""


@click.group(cls=Group, name="report")
def command() -> None:
    """Show, compare, judge and explain the report.json of a run."""


@command.command()
@click.argument("report", type=FILE)
@loudness
def show(report: Path, verbosity: int) -> int:
    """Show REPORT as the run did at its end."""
    _show(read(report), [report], verbosity=verbosity)
    return exit_codes.CONFORMANT


@command.command()
@click.argument("word", metavar="REQUIREMENT|FINGERPRINT", shell_complete=REQUIREMENT)
@click.argument("report", type=FILE, required=False)
def explain(word: str, report: Path | None) -> int:
    """Explain a requirement or a violation: its source, its checks, and what usually breaks it.

    REPORT is reports/out/report.json unless it is given.
    """
    judged = read(report) if report else _latest()
    requirement, violation = chosen(word, requirements.load().values(), judged)
    width = shutil.get_terminal_size().columns
    print_lines(explanation(requirement, _known(requirement.id), width=width))
    if judged and (violation or report):
        print_lines(_violations(judged, requirement.id, violation, width))
    return exit_codes.CONFORMANT


def _latest() -> Report | None:
    """Read the report where the latest run has left it, if it is there and whole."""
    with suppress(InvalidReport):
        return read(files.LATEST)
    return None


def _known(requirement: str) -> Knowledge:
    """Load what suites and mock know, only where it is needed, for that takes a while."""
    from fixtures.mock.faults import FAULTS
    from suites.checks import oracles_of, tests_of

    breaking = [each for each in FAULTS.values() if requirement in each.requirements]
    breaking.sort(key=lambda each: bool(each.needs_load))
    return Knowledge(
        checks=[CheckedBy(*each) for each in (*oracles_of(requirement), *tests_of(requirement))],
        faults=[Fault(each.name, each.sentence) for each in breaking],
    )


def _violations(report: Report, requirement: str, violation: ReportedViolation | None, width: int) -> Iterator[Line]:
    for result in report.requirements:
        if result.id == requirement:
            shown = (violation,) if violation else result.violations
            yield ()
            yield from failure_lines(replace(result, violations=shown), Writer(width), NORMAL)


@command.command(name="replay")
@click.argument("report", type=FILE)
@click.argument("fingerprint")
@click.option("--create", is_flag=True, help="Send it again even if it is a create, which may be billed.")
@click.option("--insecure-http", is_flag=True, help="Send the key in clear text to an http:// host beyond loopback.")
@gateway_options
def replay_violation(report: Path, fingerprint: str, create: bool, **given: Any) -> int:
    """Send the request of a violation again, to the target of REPORT alone, and judge the answer."""
    judged = read(report)
    found = find(fingerprint, judged)
    if found is None:
        like = suggested(fingerprint, (), judged)
        raise UnknownName(f"{report} has no violation {visible(fingerprint)}{like}")
    result, violation = found
    answer = _replayed(judged, violation, may_create=create, given=given)
    print_lines(replay_lines(result, violation, answer, width=shutil.get_terminal_size().columns))
    return exit_code(answer, result.level)


def _replayed(report: Report, violation: ReportedViolation, *, may_create: bool, given: Mapping[str, Any]) -> Replayed:
    """Send the request again as the suites do it, where that may be done."""
    from fixtures.errors import RunError
    from suites.replay import ShownViolation, reason_not_to_send, replay

    if violation.deciding is None or report.target is None:
        return Replayed("inconclusive", "the report has no exchange that shows the fault")
    if report.target.kind == "mock":
        return Replayed("inconclusive", "the report is of the mock, which was gone when its run ended")
    exchanges = [asdict(exchange) for exchange in violation.exchanges]
    shown = ShownViolation(violation.requirement, violation.check, violation.kind, exchanges, violation.deciding)
    settings = _settings(report.target, given)
    known = settings.gateway.secret_names
    if reason := reason_not_to_send(shown, report.target.base_url, may_create=may_create, given=known):
        return Replayed("inconclusive", f"nothing was sent: {reason}")
    try:
        outcome = replay(shown, settings)
    except RunError as error:
        return Replayed("inconclusive", str(error))
    return Replayed(
        outcome.word, outcome.why, validated(ReportedExchange, outcome.exchange) if outcome.exchange else None
    )


def _settings(target: ReportedTarget, options: Mapping[str, Any]) -> Any:
    """Make the settings under which a target gets one more request, with the keys of the environment alone."""
    import pytest

    from fixtures.settings import settings_of

    given = {
        "--target": target.base_url,
        "--parse-configuration-id": "",
        "--poll-interval": PATIENCE,
        "--poll-timeout": PATIENCE,
        "--settle-timeout": PATIENCE,
        "--request-timeout": PATIENCE,
        "--yes": True,
        **{f"--{name.replace('_', '-')}": value for name, value in options.items()},
    }
    try:
        return settings_of(given.get)
    except pytest.UsageError as error:
        raise WrongUsage(str(error)) from None


@command.command()
@click.argument("report", type=FILE)
@click.option("--out", metavar="DIR", type=FILE, help="Where they are written; by default beside the report.")
def render(report: Path, out: Path | None) -> int:
    """Write the page and all other files of REPORT again."""
    written = _write(read(report), out or report.parent)
    print("\n".join(str(path) for path in written))
    return exit_codes.CONFORMANT


@command.command(name="merge")
@click.argument("reports", type=FILE, nargs=-1, required=True, metavar="REPORT...")
@click.option("--out", metavar="DIR", type=FILE, required=True, help="Where the files of the whole run are written.")
def merge_shards(reports: Sequence[Path], out: Path) -> int:
    """Join the reports of all shards of a run."""
    if len(set(reports)) < len(reports):
        raise WrongUsage("A report is named twice: name the report.json of each shard once.")
    whole = merge({path: read(path) for path in reports}, requirements.load())
    _show(whole, list(_write(whole, out)))
    return exit_codes.CONFORMANT


def _write(report: Report, directory: Path) -> tuple[Path, ...]:
    try:
        return files.write(report, directory)
    except OSError as error:
        raise WrongUsage(files.unwritable(directory, error, "--out")) from None


@command.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--history", metavar="FILE", type=FILE, help="A history.json: also say since when a violation is seen.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def diff(before: Path, after: Path, history: Path | None, as_json: bool) -> int:
    """Show what changed from the report BEFORE to AFTER; the exit code is 7 where something got worse."""
    earlier, later = read(before), read(after)
    changes = compare(earlier, later)
    is_worse = any(change.is_worse for change in changes)
    known = history_file.read_history(history) if history else NOTHING
    if as_json:
        document = {
            "is_worse": is_worse,
            "attributed_to": attribution(earlier, later),
            "changes": [asdict(change) for change in changes],
            **({"history": [asdict(each) for each in concerned(known, changes)]} if history else {}),
        }
        print(json.dumps(document, indent=2))
    else:
        print("\n".join([*diff_lines(earlier, later, changes), *since_lines(known, concerned(known, changes))]))
    return exit_codes.REGRESSED if is_worse else exit_codes.CONFORMANT


@command.command(name="gate")
@click.argument("report", type=FILE)
@click.option("--baseline", metavar="REPORT", type=FILE, help="An earlier report: 7 where something got worse.")
@click.option("--waivers", metavar="FILE", type=FILE, help="Violations that are tolerated until a day.")
@click.option("--strict", "--strict-should", is_flag=True, help="Let a should count as a must.")
@click.option("--require-exercised", is_flag=True, help="Exit with 7 where a must was not exercised.")
@click.option("--only-new", is_flag=True, help="Show only what the baseline does not have.")
@click.option("--out", metavar="DIR", type=FILE, help="Also write the page and all other files, with the decision.")
@loudness
def gate_report(
    report: Path,
    baseline: Path | None,
    waivers: Path | None,
    strict: bool,
    require_exercised: bool,
    only_new: bool,
    out: Path | None,
    verbosity: int,
) -> int:
    """Judge REPORT again, and exit as the run would have."""
    if only_new and not baseline:
        raise WrongUsage("--only-new goes with a --baseline: name the report.json of an earlier run.")
    terms = gate.read_terms(baseline, waivers, strict=strict, require_exercised=require_exercised)
    judged = gate.apply(terms, read_whole(report), clock.today())
    _show(judged, list(_write(judged, out)) if out else [report], only_new=only_new, verbosity=verbosity)
    return exit_codes.of(judged)


@command.command()
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")
@click.option("--owner", metavar="NAME", required=True, help="Who answers for it.")
@click.option("--expires", metavar="DAY", required=True, help="The last day on which it holds, as 2030-12-31.")
@click.option("--reason", metavar="TEXT", help="Why it is tolerated; by default what was seen.")
@click.option("--link", metavar="URL", help="Where it is followed up.")
@click.option("--target", metavar="URL", help="A base URL, mock, or * for any; by default that of the report.")
@click.option(
    "--report", type=FILE, default=files.LATEST, show_default=True, help="The report that has the violations."
)
@click.option("--file", type=FILE, default=Path("waivers.yaml"), show_default=True, help="The file of waivers.")
def waive(
    fingerprints: Sequence[str],
    owner: str,
    expires: str,
    reason: str | None,
    link: str | None,
    target: str | None,
    report: Path,
    file: Path,
) -> int:
    """Add entries for violations of a report to a file of waivers."""
    made = waiving.waivers_for(
        read(report),
        fingerprints,
        owner=owner,
        expires=expires,
        reason=reason,
        link=link,
        target=target,
        today=clock.today(),
    )
    print(f"Added to {file}:\n{waiving.add(file, made)}", end="")
    return exit_codes.CONFORMANT


@command.command(name="history")
@click.argument("sources", type=FILE, nargs=-1, metavar="REPORT|DIR...")
@click.option("--append", "earlier", metavar="FILE", type=FILE, help="Add the reports to this history.json.")
@click.option("--out", metavar="DIR", type=FILE, help="Where the history goes; reports/history unless it is given.")
@click.option("--target", metavar="URL", help="Leave out the runs of other targets.")
@click.option("--keep", metavar="COUNT", type=click.IntRange(1), help="Leave out all but the newest runs.")
def history_of_runs(
    sources: Sequence[Path], earlier: Path | None, out: Path | None, target: str | None, keep: int | None
) -> int:
    """Show what became of each requirement over many runs, and since when something is violated.

    Each REPORT, and each report.json in DIR, is one run. What cannot be read is listed and left out.
    """
    if not sources:
        raise WrongUsage("Name the report.json of runs, or the folder that holds them.")
    if earlier and out:
        raise WrongUsage("--append writes the history beside the file that it names: leave out --out.")
    file = earlier or (out or HISTORY) / history_file.NAME
    with history_file.alone_with(file):
        found = gather(sources, history_file.read_history(file) if earlier and earlier.exists() else NOTHING)
        if target is not None:
            found = of_target(found, target)
        if keep is not None:
            found = newest(found, keep)
        written = history_file.write(found, file)
    print_lines(history_lines(found, width=shutil.get_terminal_size().columns))
    print("\n".join(["", *map(str, written)]))
    return exit_codes.CONFORMANT


@command.command()
@click.argument("report", type=FILE)
@click.option("--history", metavar="FILE", type=FILE, help="A history.json, which knows the last conformant run.")
@click.option("--out", metavar="FILE", type=FILE, help="Where it is written; by default it is printed.")
def metrics(report: Path, history: Path | None, out: Path | None) -> int:
    """Show REPORT as OpenMetrics text: verdicts, violations, spending, latencies, and the last conformant run."""
    judged = read(report)
    known = history_file.read_history(history) if history else NOTHING
    target = past_run(judged).target
    text = render_openmetrics(judged, last_conformant(of_target(known, target)) if known.runs else None)
    if out is None:
        print(text, end="")
        return exit_codes.CONFORMANT
    try:
        files.replace(out, text)
    except OSError as error:
        raise WrongUsage(f"{out} could not be written ({error.strerror}); name another file.") from None
    return exit_codes.CONFORMANT


@command.command(name="allure")
@click.argument("report", type=FILE)
@click.option("--out", metavar="DIR", type=FILE, required=True, help="Where they are written, such as allure-results.")
def allure_results(report: Path, out: Path) -> int:
    """Write REPORT as Allure results, one for each requirement."""
    written = allure.write(read_whole(report), out)
    print(f"{len(written)} results in {out}")
    return exit_codes.CONFORMANT


@command.command(name="fidelity")
@click.argument("mock", type=FILE)
@click.argument("service", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def fidelity_of_mock(mock: Path, service: Path, as_json: bool) -> int:
    """Show where a run on the MOCK and one on the SERVICE differ; the exit code is 7 where they do."""
    differences = fidelity.compare(read(mock), read(service))
    if as_json:
        print(json.dumps(fidelity.as_json(differences), indent=2))
    else:
        print("\n".join(fidelity.fidelity_lines(differences)))
    return exit_codes.REGRESSED if differences else exit_codes.CONFORMANT


def _show(report: Report, paths: list[Path], *, only_new: bool = False, verbosity: int = 0) -> None:
    width = shutil.get_terminal_size().columns
    print_lines(report_lines(report, width=width, files=paths, only_new=only_new, verbosity=verbosity))
