"""`release`: one answer, out of a run, a comparison, a change of the contract and the released clients."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import pytest

from batches_conformance.completion import named_option
from batches_conformance.groups import FILE, gateway_options
from batches_conformance.location import own_command
from batches_conformance.release_plan import AGAINST_KEY, AGAINST_OTHER_KEY, Question, chains_of, words_of
from batches_conformance.release_steps import OUTPUT, PartFailed, ReleaseStep, ReleaseSteps
from batches_conformance.urls import refuse_partial_url
from fixtures.gateway import gateway_of
from fixtures.key import Key
from fixtures.mask import hide
from fixtures.settings import KEY, OTHER_KEY, is_loopback
from reports import clock, gate
from reports.circumstances import suite_version
from reports.files import SOURCE
from reports.model import Report, Spending
from reports.reader import read, read_whole
from reports.release import deciding, files, parts
from reports.release.lines import release_lines
from reports.release.model import Part, ReleaseDecision
from reports.screen import print_lines
from reports.wording import describe_target
from spec.text import visible
from spec.usage import WrongUsage, suggestion
from suites.clients.table import chosen

OUT: Final = Path("reports/release")
HELP: Final = "-h"
NOT_ASKED: Final = {
    "comparison": "comparison: --against URL, or --against-report REPORT, compares with another service",
    "contract": "contract: --contract OLD NEW says what a change of the contract breaks",
    "clients": "clients: --clients lets the released clients work with the service",
    "fidelity": "fidelity: --mock-report REPORT shows where the mock and the service differ",
}
"""The parts that may be left out, each with what it takes."""


@dataclass(frozen=True)
class GivenReports:
    """The reports that were given, and need no run."""

    target: Report | None
    against: Report | None
    mock: Report | None


@click.command(name="release", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.option("--target", metavar="URL", help="The service that is to be released.")
@click.option("--report", metavar="REPORT", type=FILE, help="Its report.json, where it was run before.")
@click.option("--baseline", metavar="REPORT", type=FILE, help="The report.json of the release before.")
@click.option("--waivers", metavar="FILE", type=FILE, help="Violations that are tolerated until a day.")
@named_option("--profile", "profiles", help="A later addition to the contract.")
@click.option("--against", metavar="URL", help=f"Another service, run beside it with the key in {AGAINST_KEY}.")
@click.option("--against-report", metavar="REPORT", type=FILE, help="The report.json of that service.")
@click.option("--mock-report", metavar="REPORT", type=FILE, help="The report.json of a run on the mock.")
@click.option("--contract", nargs=2, metavar="OLD NEW", help="A change of the contract, as for contract diff.")
@click.option("--accepted", metavar="FILE", type=FILE, help="Breaks of the contract that somebody has accepted.")
@click.option("--clients", is_flag=True, help="Let every released client work with the service.")
@named_option("--client", "client_names", help="Only this client, such as pypi-2.9.1.")
@click.option("--max-billable-files", metavar="N", type=click.IntRange(0), help="Of each service, by all parts.")
@click.option("--yes", is_flag=True, help="Write to services beyond loopback.")
@click.option("--out", metavar="DIR", type=FILE, default=OUT, show_default=True, help="Where everything is written.")
@click.option("--resume", is_flag=True, help="Take the parts that have an answer there with the same options.")
@click.option("--plan", is_flag=True, help="Say what the parts would do and spend, and send nothing.")
@gateway_options
@click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF run]...")
@click.pass_context
def command(context: click.Context, /, resume: bool, plan: bool, **given: Any) -> int:
    """Say whether a service is ready for a release: run the parts of the question, and join their answers.

    The answer is ready (exit code 0), not ready (1 where a must is violated, else 7), or cannot tell (6).
    What this command does not know goes to the conformance runs.
    """
    if HELP in given["rest"]:  # As an option of this command it would be found within -pno:cacheprovider.
        click.echo(context.get_help())
        return 0
    _hide_secrets(given)
    question = _question(given)
    chains = list(chains_of(question))
    known = _known(question)
    if plan:
        return _plan(chains)
    steps = ReleaseSteps(resume)
    try:
        codes = steps.carry_out(chains)
    except PartFailed as failure:
        print(failure, file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print(f"The parts that have an answer are in {question.out}: the same with --resume takes them.")
        raise
    release = _joined(question, known, codes, steps.seconds)
    written = files.write(release, question.out)
    print()
    print_lines(release_lines(release, width=shutil.get_terminal_size().columns))
    print("\n".join(["", *map(str, written)]))
    return release.code


def _hide_secrets(given: Mapping[str, Any]) -> None:
    """Show no key, and no secret of the gateway, in what is printed of the parts. Raises `WrongUsage`."""
    try:
        of_gateway = gateway_of(lambda option: given[option.removeprefix("--").replace("-", "_")])
    except pytest.UsageError as error:
        raise WrongUsage(str(error)) from None
    keys = (os.environ.get(name) for name in (KEY, OTHER_KEY, AGAINST_KEY, AGAINST_OTHER_KEY))
    hide([*of_gateway.secrets, *map(Key, filter(None, keys))])


def _question(given: Mapping[str, Any]) -> Question:
    """Check the options that go together. Raises `WrongUsage`."""
    own = {name: given[name] for name in Question.__dataclass_fields__ if name in given}
    gateway = {name: value for name, value in given.items() if name not in own and value}
    question = Question(**{**own, "contract": given["contract"] or None}, gateway=tuple(words_of(gateway)))
    if question.target is None and question.report is None:
        for word in question.rest:
            if like := suggestion(word.partition("=")[0], ("--target", "--report")):
                raise WrongUsage(f"There is no option {word}{like}")
    if (question.target is None) is (question.report is None):
        raise WrongUsage("Name the service with --target URL, or its report with --report REPORT.")
    if question.against and question.against_report:
        raise WrongUsage("--against runs the suite on a service, --against-report takes its report: give one of them.")
    if question.against and question.target and question.against.rstrip("/") == question.target.rstrip("/"):
        raise WrongUsage("--against is the service of --target: name another, or a report of it with --against-report.")
    if question.wants_clients and not question.target:
        raise WrongUsage("--clients needs the service itself: give --target URL.")
    chosen(question.client_names)
    for option, url in (("--target", question.target), ("--against", question.against)):
        if url is None:
            continue
        refuse_partial_url(option, url)
        if not (question.yes or is_loopback(url)):
            raise WrongUsage(f"The parts would write to {url}: confirm that with --yes, or look at --plan first.")
    return question


def _plan(chains: Sequence[Sequence[ReleaseStep]]) -> int:
    codes = []
    for step in (step for chain in chains for step in chain):
        print(f"\n{step.name}: batches-conformance {' '.join(step.words)}", flush=True)
        if step.words[0] == "run":
            codes.append(_rehearsed(step))
    return max(codes, default=0)


def _rehearsed(step: ReleaseStep) -> int:
    words = [word for word in step.words[1:] if word != "--yes"]
    return subprocess.run(own_command("plan", *words), env=dict(step.environment), check=False).returncode


def _known(question: Question) -> GivenReports:
    """Read what was given, before anything is sent. Raises `WrongUsage`."""
    terms = gate.read_terms(question.baseline, question.waivers, strict=False, require_exercised=False)
    mock = read_whole(question.mock_report) if question.mock_report else None
    if mock and (mock.target is None or mock.target.kind != "mock"):
        raise WrongUsage(f"{question.mock_report} is not of a run on the mock: name one with --mock-report.")
    return GivenReports(
        target=gate.apply(terms, read_whole(question.report), clock.today()) if question.report else None,
        against=read_whole(question.against_report) if question.against_report else None,
        mock=mock,
    )


def _joined(question: Question, known: GivenReports, codes: Mapping[str, int], seconds: float) -> ReleaseDecision:
    report = known.target or read(question.out / "conformance" / SOURCE)
    earlier = known.against or (read(question.out / "against" / SOURCE) if question.against else None)
    found = list(_parts(question, codes, report, earlier, known.mock))
    asked = {part.name for part in found}
    return ReleaseDecision(
        answer=deciding.answer(found),
        sentence=deciding.sentence(found),
        target=_named(report),
        against=_named(earlier) if earlier else None,
        made_at=datetime.now(UTC).isoformat(),
        seconds=seconds,
        suite_version=suite_version(),
        spent=report.run.spent + (earlier.run.spent if earlier else Spending()),
        not_asked=tuple(how for name, how in NOT_ASKED.items() if name not in asked),
        parts=tuple(found),
    )


def _named(report: Report) -> str:
    return describe_target(report.target) if report.target else "unknown"


def _seen_from(folder: Path, file: Path) -> str:
    """Name a file as a page in a folder links to it."""
    with suppress(ValueError):  # It is on another drive of Windows.
        file = Path(os.path.relpath(file, folder))
    return visible(file.as_posix())


def _parts(
    question: Question, codes: Mapping[str, int], report: Report, earlier: Report | None, mock: Report | None
) -> Iterator[Part]:
    given = partial(_seen_from, question.out)
    yield parts.of_report(report, given(question.report) if question.report else "conformance/report.html")
    if earlier:
        other = question.against_report
        yield parts.of_comparison(earlier, report, given(other) if other else "against/report.html")
    if "contract" in codes:
        printed = (question.out / "contract" / OUTPUT).read_text(encoding="utf-8")
        yield parts.of_contract(json.loads(printed), codes["contract"], f"contract/{OUTPUT}")
    if "clients" in codes:
        found = json.loads((question.out / "clients" / "clients.json").read_text(encoding="utf-8"))
        yield parts.of_clients(found, codes["clients"], "clients/clients.md")
    if mock and question.mock_report:
        yield parts.of_fidelity(mock, report, given(question.mock_report))
