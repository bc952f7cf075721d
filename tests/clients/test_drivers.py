"""The drivers at work: a released client in its own process, and a small one for Node."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from batches_conformance.command import NAME, root
from batches_conformance.commands.clients import command as clients_command
from fixtures.errors import RunError
from fixtures.exchange import Exchange
from fixtures.gateway import gateway_of
from fixtures.route import route_to
from fixtures.settings import Settings
from fixtures.target import Target, open_target
from spec.codes import INCONCLUSIVE
from spec.lint.__main__ import find_node
from suites.clients import check
from suites.clients import driver as drivers
from suites.clients.driver import CallStyle, Driver, driving
from suites.clients.environments import Environment, prepare
from suites.clients.findings import ClientFinding
from suites.clients.models import Description, describe, differences, explanations, judged, requests
from suites.clients.stub import stub_server
from suites.clients.table import ROOT, Release
from tests.command import main_of
from tests.fixtures.certificates import made_in
from tests.fixtures.loopback import Answer, serving
from tests.fixtures.targets import target_at
from tests.suites.relay import relaying

OURS = Release("pypi", "2.9.0", "2.8")
INSTALLED = Environment(OURS, Path(sys.prefix))
"""The client that the environment of the tests has."""
clients = main_of("clients")


@cache
def description() -> Description:
    return describe(INSTALLED)


def settings(*variants: str) -> Settings:
    words = [*variants, "--request-timeout", "20"]
    context = clients_command.make_context("clients", words, parent=root.make_context(NAME, ["clients"]))
    return check.settings_for(context.params, 1)


def found_on(*variants: str) -> dict[str, ClientFinding]:
    """What the scenario finds on a mock with variants."""
    return {each.operation: each for each in check._driven(INSTALLED, description(), settings(*variants))}


def failed(findings: dict[str, ClientFinding]) -> set[str]:
    return {id_ for each in findings.values() if each.verdict == "fail" for id_ in each.requirements}


def test_a_released_client_works_with_the_mock() -> None:
    findings = found_on()
    wrong = {name: each for name, each in findings.items() if each.verdict not in ("pass", "not-exercised")}
    assert not wrong
    assert {name for name, each in findings.items() if each.verdict == "not-exercised"} == {
        "create with webhook",
        "cancel",
    }
    assert findings["unknown batch"].detail == "NotFoundError for 404"
    assert findings["wrong key"].detail == "AuthenticationError for 401"
    assert findings["list, page by page"].detail == "3 pages of 1, 2 pages of 2"


BROKEN = {
    "extract-refused": ("create-accepts-extract", "create extract batch"),
    "page-starts-one-too-late": ("pages-lose-nothing", "list, page by page"),
    "unknown-job-type-means-parse": ("create-refuses-unknown-job-type", "invalid create"),
    "unknown-key-accepted": ("unknown-key-refused", "wrong key"),
}
"""Faults that show beside each other, each with the requirement and the operation where it does."""


def test_each_violation_is_reported_with_its_requirement_and_operation() -> None:
    findings = found_on(*(argument for fault in BROKEN for argument in ("--fault", fault)))
    for requirement, operation in BROKEN.values():
        assert findings[operation].verdict == "fail", operation
        assert requirement in findings[operation].requirements
    assert failed(findings) >= {requirement for requirement, _ in BROKEN.values()}


def test_a_list_that_cannot_be_read_is_a_violation() -> None:
    finding = found_on("--fault", "list-sent-as-text")["list"]
    assert (finding.verdict, "success-is-json" in finding.requirements) == ("fail", True)


def test_variations_are_not_violations() -> None:
    variations = ("refusals-are-418", "times-in-nanoseconds", "page-size-below-5-refused")
    findings = found_on(*(argument for variation in variations for argument in ("--variation", variation)))
    assert {each.verdict for each in findings.values()} <= {"pass", "not-exercised"}


def test_a_client_that_cannot_cope_accuses_nobody() -> None:
    findings = found_on("--variation", "empty-pages-between")
    assert findings["list, page by page"].verdict == "limit"
    assert {each.verdict for each in findings.values()} == {"pass", "not-exercised", "limit"}


def test_the_types_of_a_released_client_are_explained() -> None:
    found = differences(description(), requests(INSTALLED, description()), "pypi")
    assert found
    assert not judged(OURS, found, explanations()).complaints


# --- one call ---


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with open_target(settings()) as target:
        yield target


def test_exchanges_reach_the_listeners_without_keys(mock: Target) -> None:
    exchanges: list[Exchange] = []
    with driving(INSTALLED, mock, 9.0) as driver:
        driver.observers.append(exchanges.append)
        found = driver.call("batches.list", pages=1)
        refused = driver.call("batches.list", pages=1, caller="unknown")
    assert found.answered
    assert [exchange.request.path for exchange in exchanges] == ["/api/v2/batches"] * 2
    assert [exchange.caller for exchange in exchanges] == ["main", "unknown"]
    assert exchanges[0].received < exchanges[1].sent
    assert refused.status == 401
    assert refused.is_refused
    (key, *_) = mock.secrets
    assert key.value not in repr(exchanges)


@pytest.mark.parametrize("style", ["sync", "async"])
def test_a_client_passes_a_gateway_and_takes_nothing_elsewhere(style: CallStyle, mock: Target, tmp_path: Path) -> None:
    certificates, gate = made_in(tmp_path), "sesame-opens-the-gate"
    identity = {"--ca-bundle": str(certificates.issuers), "--client-cert": str(certificates.client)}
    gateway = gateway_of(lambda name: {**identity, "--secret-header": [f"X-Gate: {gate}"]}.get(name))
    exchanges: list[Exchange] = []
    with relaying(mock.base_url, {}, demands=("X-Gate", gate), tls=certificates.serving) as front:
        keys, route = mock.keys, route_to(front.url, gateway)
        with driving(INSTALLED, target_at(front.url, keys=keys, route=route), 9.0) as driver:
            driver.observers.append(exchanges.append)
            assert driver.call("batches.list", pages=1, style=style).answered
    assert front.passed
    assert not front.refused
    assert gate not in repr(exchanges)
    with serving() as service, serving() as elsewhere:
        service.answers[:] = [Answer(307, b"", (("Location", f"{elsewhere.url}/api/v2/batches"),))]
        route = route_to(service.url, replace(gateway, client_cert=None))
        with driving(INSTALLED, target_at(service.url, route=route), 9.0) as driver:
            driver.call("batches.list", pages=1, style=style)
    assert service.asked[0].header("x-gate") == gate
    assert elsewhere.asked
    assert all(asked.header("x-gate") is None for asked in elsewhere.asked)


def test_a_key_that_a_client_tells_is_hidden(mock: Target) -> None:
    (key, *_) = mock.secrets
    reply: dict[str, Any] = {
        "value": None,
        "error": {"classes": ["Oops"], "message": f"no {key.value}"},
        "exchanges": [],
    }
    with subprocess.Popen(
        [sys.executable, "-c", f"input(); print({json.dumps(reply)!r})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert Driver(process, "pypi-0", mock).call("batches.list").message == "no ***"


def test_the_client_validates_answers() -> None:
    assert "APIResponseValidationError" in found_on("--fault", "list-shows-status-in-lower-case")["list"].detail


def test_what_a_client_lacks_is_unsupported(mock: Target) -> None:
    with driving(INSTALLED, mock, 9.0) as driver:
        assert driver.call("batches.cancel", "a").is_unsupported
        assert driver.call("batches.list", pages=1, no_such_parameter=1).is_unsupported


def test_a_driver_that_ends_is_a_error(mock: Target) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        driver = Driver(process, "pypi-0", mock)
        with pytest.raises(RunError, match="pypi-0 gave no answer"):
            driver.call("batches.list")


def test_a_driver_that_says_nothing_is_given_up(mock: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "CALL_TIMEOUT", 0.05)
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        with pytest.raises(RunError, match="gave no answer"):
            Driver(process, "pypi-0", mock).call("batches.list")
        assert process.stdin is not None
        process.stdin.close()


NODE_CLIENT = """
class NotFoundError extends Error {}
class Batches {
  constructor(options) { this.options = options; }
  async get(id, query) {
    const url = `${process.env.LLAMA_CLOUD_BASE_URL}/api/v2/batches/${id}?${new URLSearchParams(query)}`;
    const response = await this.options.fetch(url, { method: "get" });
    if (!response.ok) throw new NotFoundError(`${response.status}`);
    return response.json();
  }
  async list() {
    const pages = [[1], [2], [3]].map((items) => ({ items, next_page_token: "t" }));
    const linked = (page, next) => ({ ...page, hasNextPage: () => !!next, getNextPage: async () => next });
    return pages.reduceRight((next, page) => linked(page, next), null);
  }
}
exports.LlamaCloud = class { constructor(options) { this.batches = new Batches(options); } };
exports.toFile = async (content, name) => ({ content, name });
"""


@pytest.mark.skipif(find_node() is None, reason="needs Node")
def test_the_driver_for_node_tells_the_same(tmp_path: Path) -> None:
    environment = Environment(Release("npm", "0", "0-0"), tmp_path)
    environment.package.mkdir(parents=True)
    (environment.package / "package.json").write_text(json.dumps({"main": "index.js"}))
    (environment.package / "index.js").write_text(NODE_CLIENT)
    with stub_server() as url, driving(environment, target_at(url), 9.0) as driver:
        refused = driver.call("batches.get", "a", expand="results")
        assert refused.status == 404
        assert refused.classes[:2] == ("NotFoundError", "Error")
        assert refused.exchanges[0].request.method == "GET"
        assert refused.exchanges[0].request.params == (("expand", "results"),)
        assert driver.call("batches.cancel", "a").is_unsupported
        walk = driver.call("batches.list", pages=2).value
        assert walk == {"pages": [{"items": [n], "next_page_token": "t"} for n in (1, 2)], "goes_on": True}


# --- the command ---


def test_a_registry_out_of_reach_leaves_the_run_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setattr(check, "prepare", lambda client: prepare(client, tmp_path / "place"))
    assert clients(["--client", "pypi-2.9.1", "--report-dir", str(tmp_path)]) == INCONCLUSIVE
    printed = capsys.readouterr().out
    assert "pypi-2.9.1 cannot be installed; see that its registry is reachable" in " ".join(printed.split())
    assert json.loads((tmp_path / "clients.json").read_text())["findings"][0]["verdict"] == "error"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--client", "pypi-0"], "There is no client pypi-0; did you mean"),
        (["--target", "https://service.example"], "LLAMA_CLOUD_API_KEY"),
        (["--target", "http://service.example"], "in clear"),
        (["--fault", "x", "--target", "https://service.example"], "--fault"),
        (["--poll-timeout", "0"], "--poll-timeout"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_sent(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LLAMA_CLOUD_API_KEY", raising=False)
    assert clients(arguments) == 4
    assert says in capsys.readouterr().err


def test_a_service_beyond_loopback_wants_a_yes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-some-secret-key")
    assert clients(["--target", "https://service.example", "--client", "pypi-2.9.1"]) == 4
    printed = capsys.readouterr().err
    assert "6 billable files" in printed
    assert "--yes" in printed
    assert "llx-some-secret-key" not in printed


def test_the_drivers_need_nothing_of_ours() -> None:
    for path in (ROOT / "suites" / "clients" / "drivers").glob("d*.py"):
        assert "suites" not in path.read_text(encoding="utf-8")
