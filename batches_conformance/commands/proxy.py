"""`proxy`: passes requests on to a service, and judges what passes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import pytest

from batches_conformance.commands import judge
from batches_conformance.groups import gateway_options
from batches_conformance.urls import refuse_partial_url
from fixtures.gateway import gateway_of
from fixtures.mask import hide
from fixtures.route import route_to
from fixtures.settings import is_loopback
from reports import files
from reports.findings import Findings
from suites.recordings.judge import Judge
from suites.recordings.proxy import listen

SOURCE: Final = "what passed through the proxy"


@click.command(name="proxy")
@click.option(
    "--listen", "port", metavar="PORT", type=click.IntRange(0, 65535), default=0, help="By default a free one."
)
@click.option("--target", metavar="URL", required=True, help="The base URL that requests are passed on to.")
@gateway_options
@click.option("--insecure-http", is_flag=True, help="Pass keys on to an http:// host beyond loopback.")
@judge.options
def command(
    port: int,
    target: str,
    insecure_http: bool,
    asked: Sequence[str],
    settle_timeout: float,
    report_dir: Path,
    **gateway: Any,
) -> int:
    """Pass requests on to a service, and judge what passes; Ctrl-C ends it with the report."""
    refuse_partial_url("--target", target)
    if urlsplit(target).scheme == "http" and not (is_loopback(target) or insecure_http):
        raise click.UsageError(
            "--target is http:// beyond loopback, where keys travel in the open: use https://, or add --insecure-http"
        )
    began, findings = datetime.now(UTC), Findings()
    try:
        route = route_to(target, gateway_of(lambda option: gateway[option.removeprefix("--").replace("-", "_")]))
    except pytest.UsageError as error:
        raise click.UsageError(str(error)) from None
    files.refuse_unwritable(report_dir)
    hide(route.secrets)
    with Judge(SOURCE, "main", None, settle_timeout) as observed:
        listen(port, route, observed.take)
        observed.judge(findings.add)
    settings = {"recordings": [SOURCE], "target": target, **route.gateway.shown()}
    return judge.report(findings, observed.counts, settings, began, asked, report_dir, fallback=target)
