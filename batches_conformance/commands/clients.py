"""`clients`: whether the released clients still work with a service."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from batches_conformance.completion import named_option
from batches_conformance.groups import FILE, gateway_options
from batches_conformance.variants import refuse_unknown_variants
from fixtures.errors import RunError
from fixtures.settings import PARSE_PRESET, POLL_INTERVAL, POLL_TIMEOUT, REQUEST_TIMEOUT, SETTLE_TIMEOUT
from reports.files import REPORT_DIR, refuse_unwritable
from spec.codes import CONFORMANT, INCONCLUSIVE, REGRESSED
from suites.clients.api_tests import run_released
from suites.clients.check import check, settings_for
from suites.clients.table import Release, chosen


def _seconds(name: str, default: float, meaning: str) -> Callable[..., Any]:
    return click.option(name, metavar="SECONDS", type=float, default=default, show_default=True, help=meaning)


@click.command(name="clients")
@click.option("--target", metavar="URL", help="A base URL; by default the mock, or $LLAMA_CLOUD_BASE_URL.")
@named_option("--client", "names", help="Only this one, such as pypi-2.9.1.")
@gateway_options
@click.option("--project-id", metavar="ID", help="The project of the key, where it has to be named.")
@click.option(
    "--parse-configuration-id",
    metavar="ID",
    default=PARSE_PRESET,
    show_default=True,
    help="The configuration of parse batches.",
)
@click.option("--extract-configuration-id", metavar="ID", help="By default each client saves one.")
@_seconds("--poll-interval", POLL_INTERVAL, "The longest pause between two polls.")
@_seconds("--poll-timeout", POLL_TIMEOUT, "How long a batch may take.")
@_seconds("--settle-timeout", SETTLE_TIMEOUT, "How long one operation may lag behind another.")
@_seconds("--request-timeout", REQUEST_TIMEOUT, "How long one answer may take.")
@click.option("--yes", is_flag=True, help="Write to a service beyond loopback.")
@click.option("--insecure-http", is_flag=True, help="Send the key in clear text to an http:// host beyond loopback.")
@named_option("--fault", help="Let the mock break a promise.")
@named_option("--variation", help="Let the mock use a variation.")
@named_option("--situation", help="Let the mock be in a situation.")
@click.option(
    "--report-dir", metavar="DIR", type=FILE, default=REPORT_DIR, show_default=True, help="Where the report goes."
)
@click.option("--api-tests", is_flag=True, help="Run the Python client's own tests against the mock, and no more.")
def command(names: Sequence[str], report_dir: Path, api_tests: bool, **given: Any) -> int:
    """Let the released clients work with a service, and compare their types with the contract."""
    clients = chosen(names)
    try:
        if api_tests:
            return _run_api_tests(clients, given)
        settings = settings_for(given, len(clients))
        refuse_unknown_variants(settings)
        refuse_unwritable(report_dir)
        return check(clients, settings, report_dir)
    except pytest.UsageError as error:
        raise click.UsageError(str(error)) from None


def _run_api_tests(clients: list[Release], given: dict[str, Any]) -> int:
    """Run the tests of the newest of these clients, and return the exit code."""
    from_pypi = [client for client in clients if client.registry == "pypi"]
    if given["target"] or not from_pypi:
        raise click.UsageError("--api-tests takes a client of PyPI and the mock; leave out --target and other clients")
    variants = [
        word for name in ("fault", "variation", "situation") for each in given[name] for word in (f"--{name}", each)
    ]
    try:
        outcome = run_released(from_pypi[-1], variants)
    except RunError as error:
        print(error)
        return INCONCLUSIVE
    print(outcome)
    return CONFORMANT if outcome.passed else REGRESSED
