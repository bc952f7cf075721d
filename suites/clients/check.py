"""Shows whether the released clients still work with a service, and agree with the contract."""

import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fixtures.errors import RunError
from fixtures.mask import MASK, hide
from fixtures.settings import Settings, settings_of
from fixtures.target import open_target
from spec import generations
from spec.codes import CONFORMANT, INCONCLUSIVE, NONCONFORMANT, REGRESSED
from suites.clients.driver import driving, stop_driving
from suites.clients.environments import Environment, NoRuntime, prepare, stop_installing
from suites.clients.findings import ClientFinding, of_verdict
from suites.clients.models import (
    ClientDifferences,
    Description,
    describe,
    differences,
    explanations,
    judged,
    requests,
    stale,
)
from suites.clients.render import ClientReport, as_json, as_markdown, as_text
from suites.clients.scenario import BILLABLE_FILES, OPERATIONS, ClientScenario, findings_of
from suites.clients.table import Release, load


def check(clients: list[Release], settings: Settings, folder: Path) -> int:
    """Drive clients, write `clients.json` and `clients.md` to a folder, print the matrix, and return the exit code."""
    hide(settings.secrets)
    began = time.monotonic()
    jobs = os.cpu_count() or 1 if settings.is_mock else 1
    pool = ThreadPoolExecutor(jobs)
    try:
        found = list(pool.map(lambda client: _of_client(client, settings), clients))
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_installing()
        stop_driving()
        if not settings.is_mock:
            print(f"What the clients have made on {settings.target} by now may still be there.", file=sys.stderr)
        raise
    comparisons = [comparison for _, comparison in found if comparison]
    outcome = ClientReport(
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


def exit_code(outcome: ClientReport) -> int:
    """Return the exit code: a violation, or a difference that nobody explains, outranks what was not judged."""
    if of_verdict(outcome.findings, "fail"):
        return NONCONFORMANT
    if outcome.unexplained:
        return REGRESSED
    if of_verdict(outcome.findings, "error") or not of_verdict(outcome.findings, "pass"):
        return INCONCLUSIVE
    return CONFORMANT


def settings_for(given: Mapping[str, Any], clients: int) -> Settings:
    """Return the settings of a conformance run with these options. Raises `pytest.UsageError`."""
    settings = settings_of(lambda name: given.get(name.removeprefix("--").replace("-", "_")))
    if not (settings.is_local or settings.yes):
        raise pytest.UsageError(
            f"{clients} clients would write to {settings.target} and spend up to {clients * BILLABLE_FILES} billable "
            "files: confirm that with --yes, or name fewer with --client"
        )
    return settings


def _of_client(client: Release, settings: Settings) -> tuple[list[ClientFinding], ClientDifferences | None]:
    """Return what one client does, and what its types say; one that cannot be installed is an error."""
    try:
        environment = prepare(client)
        description = describe(environment)
        sent = requests(environment, description)
        profiles = generations.load()[client.generation].profiles
        comparison = judged(client, differences(description, sent, client.registry, profiles), explanations())
    except NoRuntime as error:
        return [ClientFinding(client.name, name, "not-exercised", str(error)) for name in OPERATIONS], None
    except RunError as error:
        return [ClientFinding(client.name, next(iter(OPERATIONS)), "error", str(error))], None
    return list(_driven(environment, description, settings)), comparison


def _driven(environment: Environment, description: Description, settings: Settings) -> Iterator[ClientFinding]:
    client = environment.client
    try:
        with open_target(settings) as target, driving(environment, target, settings.request_timeout) as driver:
            scenario = ClientScenario(driver, target, settings, uuid.uuid4().hex[:8], description, client.registry)
            yield from findings_of(scenario, client.name)
    except RunError as error:
        yield ClientFinding(client.name, next(iter(OPERATIONS)), "error", str(error))
