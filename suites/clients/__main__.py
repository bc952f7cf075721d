"""`tox -e clients`: shows whether the released clients still work with a service, and agree with the contract."""

from spec import process  # isort: split

import argparse
import os
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.gateway import declare
from fixtures.mask import MASK, hide
from fixtures.settings import Settings, settings_of
from fixtures.target import open_target
from fixtures.troubles import Trouble
from spec.usage import WRONG_USAGE, Parser
from suites.clients.driver import driving
from suites.clients.environments import Environment, NoRuntime, prepare, stop_installing
from suites.clients.findings import Finding, of_verdict
from suites.clients.models import Comparison, Description, describe, differences, explanations, judged, requests, stale
from suites.clients.render import Outcome, as_json, as_markdown, as_text
from suites.clients.story import BILLABLE_FILES, OPERATIONS, Story, tell
from suites.clients.table import ROOT, Client, load

CONFORMANT: Final = 0
NONCONFORMANT: Final = 1
INCONCLUSIVE: Final = 6
UNEXPLAINED: Final = 7

IMPATIENT: Final[dict[str, Any]] = {
    "poll_interval": 10.0,
    "poll_timeout": 600.0,
    "settle_timeout": 10.0,
    "request_timeout": 30.0,
}
"""What the options of a conformance run are by default."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive the clients, write `clients.json` and `clients.md`, print the matrix, and give the exit code."""
    options = _options(arguments)
    try:
        clients = _chosen(options.client)
        settings = _settings(options, len(clients))
        return _judge(clients, settings, ROOT / options.report_dir)
    except pytest.UsageError as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE


def _judge(clients: list[Client], settings: Settings, folder: Path) -> int:
    hide(settings.secrets)
    began = time.monotonic()
    jobs = os.cpu_count() or 1 if settings.is_mock else 1
    pool = ThreadPoolExecutor(jobs)
    try:
        found = list(pool.map(lambda client: _of_client(client, settings), clients))
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_installing()
        if not settings.is_mock:
            print(f"What the clients have made on {settings.target} by now may still be there.", file=sys.stderr)
        raise
    comparisons = [comparison for _, comparison in found if comparison]
    outcome = Outcome(
        target=settings.target,
        clients=clients,
        findings=[finding for findings, _ in found for finding in findings],
        comparisons=comparisons,
        complaints=stale(explanations(), load()),
        seconds=time.monotonic() - began,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clients.json").write_text(MASK.hide(as_json(outcome)), encoding="utf-8")
    (folder / "clients.md").write_text(MASK.hide(as_markdown(outcome)), encoding="utf-8")
    print(as_text(outcome))
    return exit_code(outcome)


def exit_code(outcome: Outcome) -> int:
    """What the shell is told: a violation, or a difference that nobody explains, outranks what was not judged."""
    if of_verdict(outcome.findings, "fail"):
        return NONCONFORMANT
    if outcome.unexplained:
        return UNEXPLAINED
    if of_verdict(outcome.findings, "trouble") or not of_verdict(outcome.findings, "pass"):
        return INCONCLUSIVE
    return CONFORMANT


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(prog="python -m suites.clients", description=__doc__, allow_abbrev=False)
    parser.add_argument("--target", metavar="URL", help="a base URL; by default the mock, or $LLAMA_CLOUD_BASE_URL")
    parser.add_argument(
        "--client", metavar="NAME", action="append", default=[], help="only this one, such as pypi-2.9.1"
    )
    declare(parser.add_argument)
    parser.add_argument("--project-id", metavar="ID")
    parser.add_argument("--parse-configuration-id", metavar="ID", default="cfg-PARSE_AGENTIC")
    parser.add_argument("--extract-configuration-id", metavar="ID", help="by default each client saves one")
    for name, value in IMPATIENT.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="SECONDS", type=float, default=value)
    parser.add_argument("--yes", action="store_true", help="write to a service beyond loopback")
    parser.add_argument("--insecure-http", action="store_true", help="send the key in clear to an http:// target")
    parser.add_argument("--deviation", metavar="NAME", action="append", default=[], help="let the mock break a promise")
    parser.add_argument("--liberty", metavar="NAME", action="append", default=[], help="let the mock use a freedom")
    parser.add_argument("--report-dir", metavar="DIR", default="reports/out")
    return parser.parse_args(arguments)


def _chosen(names: Sequence[str]) -> list[Client]:
    known = {client.name: client for client in load()}
    for name in names:
        if name not in known:
            raise pytest.UsageError(f"there is no client {name!r}; clients.toml has {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _settings(options: argparse.Namespace, clients: int) -> Settings:
    """The settings of a conformance run with these options. Raises `pytest.UsageError`."""
    given = vars(options)
    settings = settings_of(lambda name: given.get(name.removeprefix("--").replace("-", "_")))
    if not (settings.is_local or settings.yes):
        raise pytest.UsageError(
            f"{clients} clients would write to {settings.target} and spend up to {clients * BILLABLE_FILES} billable "
            "files: confirm that with --yes, or name fewer with --client"
        )
    return settings


def _of_client(client: Client, settings: Settings) -> tuple[list[Finding], Comparison | None]:
    """What one client does, and what its types say; a client that cannot be installed leaves the run inconclusive."""
    try:
        environment = prepare(client)
        description = describe(environment)
        sent = requests(environment, description)
        comparison = judged(client, differences(description, sent, client.registry), explanations())
    except NoRuntime as error:
        return [Finding(client.name, name, "not-exercised", str(error)) for name in OPERATIONS], None
    except Trouble as trouble:
        return [Finding(client.name, next(iter(OPERATIONS)), "trouble", str(trouble))], None
    return list(_driven(environment, description, settings)), comparison


def _driven(environment: Environment, description: Description, settings: Settings) -> Iterator[Finding]:
    client = environment.client
    try:
        with open_target(settings) as target, driving(environment, target, settings.request_timeout) as driver:
            story = Story(driver, target, settings, uuid.uuid4().hex[:8], description, client.registry)
            yield from tell(story, client.name)
    except Trouble as trouble:
        yield Finding(client.name, next(iter(OPERATIONS)), "trouble", str(trouble))


if __name__ == "__main__":
    process.run(main)
