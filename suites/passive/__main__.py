"""`python -m suites.passive` asks whether the traffic that there is already kept the promises.

Judges recordings, or what passes while it listens. It asks a service nothing of its own, needs no key and spends
nothing.
"""

from spec import process  # isort: split

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fixtures.gateway import Gateway, declare, gateway_of
from fixtures.mask import hide
from fixtures.settings import is_loopback
from fixtures.way import way_to
from reports.findings import Findings
from reports.model import Recording
from reports.recorded import report_on, tell
from spec import profiles
from spec.usage import WRONG_USAGE, Parser
from suites.oracles.settled import SETTLED
from suites.passive.judge import Counts, Judge, merged
from suites.passive.proxy import CannotListen, listen
from suites.passive.reading import read
from suites.passive.recorded import CutOff, NoRecording, Recorded

REPORT_DIR = "reports/out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Judges what the command line names, and gives the exit code for the shell."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if bool(given.recordings) == (given.listen is not None):
        parser.error("name recordings, or give --listen with a --target")
    if (given.listen is None) != (given.target is None):
        parser.error("--listen and --target go together: where to listen, and whom to pass requests on to")
    for option in ("target", "base_url"):
        url = getattr(given, option)
        if url is not None and urlsplit(url).scheme not in ("http", "https"):
            parser.error(f"--{option.replace('_', '-')} takes a whole URL, such as https://your-service.example")
    if given.target and given.target.startswith("http:") and not (is_loopback(given.target) or given.insecure_http):
        parser.error(
            "--target is http:// beyond loopback, where keys travel in the open: use https://, or add --insecure-http"
        )
    try:
        if given.recordings and _gateway(given).is_asked_for:
            parser.error("headers and certificates go with --listen; recordings are asked nothing")
        return _judge_proxy(given) if given.recordings == [] else _judge_recordings(given)
    except (NoRecording, CannotListen, pytest.UsageError) as refusal:
        print(refusal, file=sys.stderr)
        return WRONG_USAGE


def _gateway(given: argparse.Namespace) -> Gateway:
    return gateway_of(lambda option: getattr(given, option.removeprefix("--").replace("-", "_")))


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**16:
        raise ValueError(text)
    return number


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m suites.passive", description=__doc__)
    parser.add_argument(
        "recordings",
        metavar="RECORDING",
        type=Path,
        nargs="*",
        help="a HAR file, a cassette of schemathesis in YAML or NDJSON, or a report.json of this suite",
    )
    parser.add_argument("--base-url", metavar="URL", help="judge only exchanges below this URL")
    parser.add_argument(
        "--profile",
        choices=sorted(profiles.load()),
        action="append",
        default=[],
        help="also judge by this addition to the contract; can be given several times",
    )
    parser.add_argument("--listen", metavar="PORT", type=_port, help="pass requests on from this port of loopback")
    parser.add_argument("--target", metavar="URL", help="the base URL that --listen passes them on to")
    declare(parser.add_argument)
    parser.add_argument(
        "--settle-timeout",
        metavar="SECONDS",
        type=float,
        default=SETTLED,
        help="how long one operation may lag behind another (default: %(default)s)",
    )
    parser.add_argument("--insecure-http", action="store_true", help="pass keys on to http:// beyond loopback")
    parser.add_argument("--report-dir", metavar="DIR", type=Path, default=Path(REPORT_DIR), help="default: %(default)s")
    return parser


def _judge_recordings(given: argparse.Namespace) -> int:
    began, findings = datetime.now(UTC), Findings()
    only = given.base_url.rstrip("/") if given.base_url else None
    counts = []
    for path in given.recordings:
        worker = "main" if len(given.recordings) == 1 else path.name
        judge = Judge(path.name, worker, only, given.settle_timeout)
        _take_all(judge, read(path), findings)
        judge.judge(findings.add)
        counts.append(judge.counts)
    return _report(given, findings, [path.name for path in given.recordings], merged(counts), began)


def _take_all(judge: Judge, exchanges: Iterable[Recorded], findings: Findings) -> None:
    try:
        for recorded in exchanges:
            judge.take(recorded)
    except CutOff as error:
        findings.trouble(f"{error} What stands before that was judged.")


def _judge_proxy(given: argparse.Namespace) -> int:
    began, findings = datetime.now(UTC), Findings()
    name = "what passed through the proxy"
    judge = Judge(name, "main", None, given.settle_timeout)
    way = way_to(given.target, _gateway(given))
    hide(way.secrets)
    listen(given.listen, way, judge.take)
    judge.judge(findings.add)
    return _report(given, findings, [name], judge.counts, began)


def _report(
    given: argparse.Namespace, findings: Findings, sources: Sequence[str], counts: Counts, began: datetime
) -> int:
    if not counts.judged:
        findings.trouble("No exchange could be judged: record calls of the Batches API with the bodies of the answers.")
    recording = Recording(tuple(sources), counts.judged, dict(sorted(counts.set_aside.items())), counts.other)
    base_url = ", ".join(sorted(counts.bases)) or given.target or given.base_url or "nobody"
    settings = {"recordings": list(sources), "base_url": given.base_url, "target": given.target}
    report = report_on(findings, recording, base_url, settings, began, sorted(set(given.profile)))
    return tell(report, given.report_dir)


if __name__ == "__main__":
    process.run(main)
