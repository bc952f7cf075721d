"""What is done with report files: `python -m reports show|explain|replay|render|merge|diff|gate|waive|fidelity`.

Explaining and replaying take what the suites and the mock know: this module is the wiring between them and reports.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from reports import clock, exit_codes, fidelity, files, gate, waiving
from reports.diff import attribution, compare, diff_lines
from reports.explain import Check, Fault, Knowledge, chosen, explanation, find, suggested
from reports.findings import read_exchange
from reports.lines import Line, Writer
from reports.merge import merge
from reports.model import Report, Target, Violation
from reports.reading import read
from reports.refusal import Refusal
from reports.replayed import Replayed, exit_code, replay_lines
from reports.screen import print_lines
from reports.terminal import failure_lines, report_lines
from reports.text import visible
from reports.verdicts import told_shard
from reports.violation import USUAL
from spec import requirements
from spec.usage import Parser

_REPORT: Final = "the report.json of a run"
_LATEST: Final = Path(files.REPORT_DIR, files.SOURCE)
_PATIENCE: Final = 30.0
"""Seconds that an answer to a replay may take."""
_DEFAULT: Final = "default: %(default)s"


def main() -> int:
    """Do what the command line asks for, and return the exit code for the shell."""
    arguments = _arguments()
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return exit_codes.WRONG_USAGE


def _arguments() -> argparse.Namespace:
    parser = Parser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="tell a report as the run told it at its end")
    show.add_argument("report", type=Path, help=_REPORT)
    _add_loudness(show)
    show.set_defaults(command=_show)
    explain = commands.add_parser("explain", help="explain a requirement: its source, its checks, what breaks it")
    explain.add_argument("word", metavar="REQUIREMENT|FINGERPRINT", help="the id of a requirement, or of a violation")
    explain.add_argument("report", type=Path, nargs="?", help=f"{_REPORT} (default: {_LATEST}, if it is there)")
    explain.set_defaults(command=_explain)
    again = commands.add_parser("replay", help="send the request of a violation again, and judge the answer")
    again.add_argument("report", type=Path, help=f"{_REPORT}; its target is asked, and nobody else")
    again.add_argument("fingerprint", metavar="FINGERPRINT", help="what the report calls the violation")
    again.add_argument("--create", action="store_true", help="send it again though it is a create, which may be billed")
    again.add_argument("--insecure-http", action="store_true", help="send the key in clear beyond loopback")
    again.set_defaults(command=_replay)
    render = commands.add_parser("render", help="write the page and all other files of a report again")
    render.add_argument("report", type=Path, help=_REPORT)
    render.add_argument("--out", type=Path, metavar="DIR", help="where they are written (default: beside the report)")
    render.set_defaults(command=_render)
    join = commands.add_parser("merge", help="join the reports of all shards of a run")
    join.add_argument("reports", type=Path, nargs="+", metavar="report", help="the report.json of each shard")
    join.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files of the run are written")
    join.set_defaults(command=_merge)
    diff = commands.add_parser("diff", help="tell what changed; exit with 7 where something got worse")
    diff.add_argument("before", type=Path, help="the report.json of the earlier run")
    diff.add_argument("after", type=Path, help="the report.json of the later run")
    diff.add_argument("--json", action="store_true", help="tell it as JSON")
    diff.set_defaults(command=_diff)
    judge = commands.add_parser("gate", help="judge a report again, and exit as the run would have")
    judge.add_argument("report", type=Path, help=_REPORT)
    judge.add_argument("--baseline", type=Path, metavar="REPORT", help="exit with 7 where something got worse since")
    judge.add_argument("--waivers", type=Path, metavar="FILE", help="violations that are put up with until a day")
    judge.add_argument("--strict", "--strict-should", action="store_true", help="let a should count as a must")
    judge.add_argument("--require-exercised", action="store_true", help="object to a must that was not exercised")
    judge.add_argument("--only-new", action="store_true", help="tell only what the baseline does not have")
    _add_loudness(judge)
    judge.set_defaults(command=_gate)
    tolerate = commands.add_parser("waive", help="add entries for violations of a report to a file of waivers")
    tolerate.add_argument("fingerprints", nargs="+", metavar="FINGERPRINT", help="what the report calls the violation")
    tolerate.add_argument("--owner", required=True, metavar="NAME", help="who answers for it")
    tolerate.add_argument("--until", required=True, metavar="DAY", help="the last day on which it holds, as 2030-12-31")
    tolerate.add_argument("--reason", metavar="TEXT", help="why it is put up with (default: what was seen)")
    tolerate.add_argument("--link", metavar="URL", help="where it is followed up")
    tolerate.add_argument(
        "--target", metavar="URL", help="a base URL, mock, or * for any (default: that of the report)"
    )
    tolerate.add_argument("--report", type=Path, default=_LATEST, help=f"{_REPORT} ({_DEFAULT})")
    tolerate.add_argument("--file", type=Path, default=Path("waivers.yaml"), help=f"the file of waivers ({_DEFAULT})")
    tolerate.set_defaults(command=_waive)
    likeness = commands.add_parser("fidelity", help="tell where mock and service differ; exit with 7 where they do")
    likeness.add_argument("mock", type=Path, help="the report.json of a run on the mock")
    likeness.add_argument("service", type=Path, help="the report.json of a run on the service")
    likeness.add_argument("--json", action="store_true", help="tell it as JSON")
    likeness.set_defaults(command=_fidelity)
    return parser.parse_args()


def _add_loudness(parser: argparse.ArgumentParser) -> None:
    loudness = parser.add_mutually_exclusive_group()
    for flag, verbosity, told in (("-q", -1, "a line for each violation"), ("-v", 1, "everything of each violation")):
        loudness.add_argument(
            flag, dest="verbosity", action="store_const", const=verbosity, default=0, help=f"tell {told}"
        )


def _show(arguments: argparse.Namespace) -> int:
    _tell(read(arguments.report), [arguments.report], verbosity=arguments.verbosity)
    return exit_codes.CONFORMANT


def _explain(arguments: argparse.Namespace) -> int:
    report = read(arguments.report) if arguments.report else _latest()
    requirement, violation = chosen(arguments.word, requirements.load().values(), report)
    width = shutil.get_terminal_size().columns
    print_lines(explanation(requirement, _known(requirement.id), width=width))
    if report and (violation or arguments.report):
        print_lines(_violations(report, requirement.id, violation, width))
    return exit_codes.CONFORMANT


def _latest() -> Report | None:
    """The report where the latest run has left it, if it is there and whole."""
    with suppress(Refusal):
        return read(_LATEST)
    return None


def _known(requirement: str) -> Knowledge:
    """What suites and mock know; they are loaded only where they are asked, for that takes a while."""
    from fixtures.mock.deviations import DEVIATIONS
    from suites.checks import oracles_of, tests_of

    return Knowledge(
        checks=[Check(*each) for each in (*oracles_of(requirement), *tests_of(requirement))],
        faults=[Fault(each.name, each.sentence) for each in DEVIATIONS.values() if requirement in each.requirements],
    )


def _violations(report: Report, requirement: str, violation: Violation | None, width: int) -> Iterator[Line]:
    for result in report.requirements:
        if result.id == requirement:
            shown = (violation,) if violation else result.violations
            yield ()
            yield from failure_lines(replace(result, violations=shown), Writer(width), USUAL)


def _replay(arguments: argparse.Namespace) -> int:
    report = read(arguments.report)
    found = find(arguments.fingerprint, report)
    if found is None:
        like = suggested(arguments.fingerprint, (), report)
        raise Refusal(f"{arguments.report} has no violation {visible(arguments.fingerprint)}{like}")
    result, violation = found
    answer = _replayed(arguments, report, violation)
    print_lines(replay_lines(result, violation, answer, width=shutil.get_terminal_size().columns))
    return exit_code(answer, result.level)


def _replayed(arguments: argparse.Namespace, report: Report, violation: Violation) -> Replayed:
    """Ask the target of a report again, as the suites do it, where that may be done."""
    from fixtures.troubles import Trouble
    from suites.replay import Shown, obstacle, replay

    if violation.deciding is None or report.target is None:
        return Replayed("cannot tell", "the report has no exchange that shows the fault")
    if report.target.kind == "mock":
        return Replayed("cannot tell", "the report is of the mock, which was gone when its run ended")
    exchanges = [asdict(exchange) for exchange in violation.exchanges]
    shown = Shown(violation.requirement, violation.check, violation.kind, exchanges, violation.deciding)
    if reason := obstacle(shown, report.target.base_url, may_create=arguments.create):
        return Replayed("cannot tell", f"nothing was sent: {reason}")
    try:
        outcome = replay(shown, _settings(report.target, insecure_http=arguments.insecure_http))
    except Trouble as trouble:
        return Replayed("cannot tell", str(trouble))
    return Replayed(outcome.word, outcome.why, read_exchange(outcome.exchange) if outcome.exchange else None)


def _settings(target: Target, *, insecure_http: bool) -> Any:
    """The settings under which a target is asked once more, with the keys of the environment alone."""
    import pytest

    from fixtures.settings import settings_of

    given = {
        "--target": target.base_url,
        "--parse-configuration-id": "",
        "--poll-interval": _PATIENCE,
        "--poll-timeout": _PATIENCE,
        "--settle-timeout": _PATIENCE,
        "--request-timeout": _PATIENCE,
        "--insecure-http": insecure_http,
        "--yes": True,
    }
    try:
        return settings_of(given.get)
    except pytest.UsageError as error:
        raise Refusal(str(error)) from None


def _render(arguments: argparse.Namespace) -> int:
    written = _write(read(arguments.report), arguments.out or arguments.report.parent)
    print("\n".join(str(path) for path in written))
    return exit_codes.CONFORMANT


def _merge(arguments: argparse.Namespace) -> int:
    if len(set(arguments.reports)) < len(arguments.reports):
        raise Refusal("A report is named twice: name the report.json of each shard once.")
    whole = merge({path: read(path) for path in arguments.reports}, requirements.load())
    _tell(whole, list(_write(whole, arguments.out)))
    return exit_codes.CONFORMANT


def _write(report: Report, directory: Path) -> tuple[Path, ...]:
    try:
        return files.write(report, directory)
    except OSError as error:
        raise Refusal(f"The report could not be written: {error}; name another directory.") from None


def _diff(arguments: argparse.Namespace) -> int:
    before, after = read(arguments.before), read(arguments.after)
    changes = compare(before, after)
    is_worse = any(change.is_worse for change in changes)
    if arguments.json:
        told = {
            "is_worse": is_worse,
            "attributed_to": attribution(before, after),
            "changes": [asdict(change) for change in changes],
        }
        print(json.dumps(told, indent=2))
    else:
        print("\n".join(diff_lines(before, after, changes)))
    return exit_codes.REGRESSED if is_worse else exit_codes.CONFORMANT


def _gate(arguments: argparse.Namespace) -> int:
    if arguments.only_new and not arguments.baseline:
        raise Refusal("--only-new goes with a --baseline: name the report.json of an earlier run.")
    terms = gate.read_terms(
        arguments.baseline,
        arguments.waivers,
        strict=arguments.strict,
        require_exercised=arguments.require_exercised,
    )
    report = read(arguments.report)
    if report.run.shard:
        raise Refusal(f"{arguments.report} is {told_shard(report.run.shard)} only: merge all of them first.")
    judged = gate.apply(terms, report, clock.today())
    _tell(judged, [arguments.report], only_new=arguments.only_new, verbosity=arguments.verbosity)
    return exit_codes.of(judged)


def _waive(arguments: argparse.Namespace) -> int:
    made = waiving.waivers_for(
        read(arguments.report),
        arguments.fingerprints,
        owner=arguments.owner,
        until=arguments.until,
        reason=arguments.reason,
        link=arguments.link,
        target=arguments.target,
        today=clock.today(),
    )
    written = waiving.add(arguments.file, made)
    print(f"Added to {arguments.file}:\n{written}", end="")
    return exit_codes.CONFORMANT


def _fidelity(arguments: argparse.Namespace) -> int:
    differences = fidelity.compare(read(arguments.mock), read(arguments.service))
    if arguments.json:
        print(json.dumps(fidelity.as_json(differences), indent=2))
    else:
        print("\n".join(fidelity.fidelity_lines(differences)))
    return exit_codes.REGRESSED if differences else exit_codes.CONFORMANT


def _tell(report: Report, paths: list[Path], *, only_new: bool = False, verbosity: int = 0) -> None:
    width = shutil.get_terminal_size().columns
    print_lines(report_lines(report, width=width, files=paths, only_new=only_new, verbosity=verbosity))


if __name__ == "__main__":
    sys.exit(main())
