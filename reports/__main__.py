"""What is done with report files: `python -m reports show|render|merge|diff|gate|waive|fidelity`."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from reports import clock, exit_codes, fidelity, files, gate, waiving
from reports.diff import attribution, compare, diff_lines
from reports.merge import merge
from reports.model import Report
from reports.reading import read
from reports.refusal import Refusal
from reports.terminal import report_lines
from reports.verdicts import told_shard
from spec import requirements
from spec.usage import Parser

_REPORT: Final = "the report.json of a run"
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
    show.set_defaults(command=_show)
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
    tolerate.add_argument(
        "--report", type=Path, default=Path(files.REPORT_DIR, files.SOURCE), help=f"{_REPORT} ({_DEFAULT})"
    )
    tolerate.add_argument("--file", type=Path, default=Path("waivers.yaml"), help=f"the file of waivers ({_DEFAULT})")
    tolerate.set_defaults(command=_waive)
    likeness = commands.add_parser("fidelity", help="tell where mock and service differ; exit with 7 where they do")
    likeness.add_argument("mock", type=Path, help="the report.json of a run on the mock")
    likeness.add_argument("service", type=Path, help="the report.json of a run on the service")
    likeness.add_argument("--json", action="store_true", help="tell it as JSON")
    likeness.set_defaults(command=_fidelity)
    return parser.parse_args()


def _show(arguments: argparse.Namespace) -> int:
    _tell(read(arguments.report), [arguments.report])
    return exit_codes.CONFORMANT


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
    _tell(judged, [arguments.report], only_new=arguments.only_new)
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


def _tell(report: Report, paths: list[Path], *, only_new: bool = False) -> None:
    width = shutil.get_terminal_size().columns
    for line in report_lines(report, width=width, files=paths, only_new=only_new):
        print("".join(span.text for span in line))


if __name__ == "__main__":
    sys.exit(main())
