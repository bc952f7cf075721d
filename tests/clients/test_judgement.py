"""What a reply means: who is accused of what, and who is not."""

import re
from pathlib import Path
from typing import Any

import pytest

from spec import requirements
from spec.codes import CONFORMANT, INCONCLUSIVE, NONCONFORMANT, REGRESSED
from suites.clients import scenario as module
from suites.clients.check import exit_code
from suites.clients.findings import ClientFinding, ClientVerdict, Ended
from suites.clients.models import ClientDifferences
from suites.clients.render import WIDTH, ClientReport, as_json, as_markdown, as_text
from suites.clients.scenario import OPERATIONS
from suites.clients.table import Release
from tests.clients.fake import reply, scenario

API = ("APIError",)
FIRST_WORDS = ("get", "create", "list", "results", "pages", "walk", "project", "unknown", "parse", "extract")
A_REQUIREMENT = "get-returns-requested-batch"


@pytest.mark.parametrize(
    ("given", "in_contract", "in_set_up"),
    [
        (reply(404, "NotFoundError", *API), "fail", "error"),
        (reply(401, "AuthenticationError", *API), "error", "error"),
        (reply(402, "APIStatusError", *API), "error", "error"),
        (reply(429, "RateLimitError", *API), "error", "error"),
        (reply(503, "InternalServerError", *API), "error", "error"),
        (reply(None, "APIConnectionError", *API), "error", "error"),
        (reply(200, "APIResponseValidationError", *API), "limit", "error"),
        (reply(200, "JSONDecodeError", "ValueError"), "limit", "error"),
        (reply(200, value="text"), "limit", "error"),
        (reply(None, "TypeError"), "not-exercised", "not-exercised"),
        (reply(None, "AttributeError"), "not-exercised", "not-exercised"),
    ],
    ids=str,
)
def test_what_is_not_a_value_speaks_against_the_service_only_where_it_refused(
    given: Any, in_contract: ClientVerdict, in_set_up: ClientVerdict
) -> None:
    with pytest.raises(Ended) as ended:
        scenario().given(given, A_REQUIREMENT)
    assert ended.value.verdict == in_contract
    assert bool(ended.value.requirements) == (in_contract == "fail")
    with pytest.raises(Ended) as ended:
        scenario().given(given)
    assert ended.value.verdict == in_set_up


def test_a_value_that_does_not_fit_the_types_of_the_client_is_its_limit() -> None:
    with pytest.raises(Ended, match="id is not there") as ended:
        scenario().given(reply(200, value={}), A_REQUIREMENT, method="batches.get")
    assert ended.value.verdict == "limit"


def test_the_set_up_goes_on_with_what_the_client_cannot_read() -> None:
    subject = scenario()
    assert subject.set_up(reply(200, "APIResponseValidationError", *API, body={"id": "a"})) == {"id": "a"}
    assert subject.unreadable
    assert subject.set_up(reply(200, value={"id": "b"}, body={"id": "b"})) == {"id": "b"}
    assert len(subject.unreadable) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422])
def test_any_4xx_is_a_refusal(status: int) -> None:
    assert scenario().refused(reply(status, "SomeError", *API), A_REQUIREMENT) == f"SomeError for {status}"


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (reply(200, value={}), "fail"),
        (reply(404, "KeyError"), "limit"),
        (reply(429, "RateLimitError", *API), "error"),
    ],
    ids=str,
)
def test_what_is_no_refusal(given: Any, verdict: ClientVerdict) -> None:
    with pytest.raises(Ended) as ended:
        scenario().refused(given, A_REQUIREMENT)
    assert ended.value.verdict == verdict


def test_every_requirement_that_the_scenario_names_exists() -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    named = set(re.findall(rf'"((?:{"|".join(FIRST_WORDS)})-[a-z-]+)"', source))
    assert len(named) > 15
    assert named <= set(requirements.load())


# --- the matrix ---

CLIENTS = [Release("pypi", f"2.{minor}.0", "2.8") for minor in range(9)]


def outcome(*verdicts: ClientVerdict, complaints: tuple[str, ...] = (), clients: int = 1) -> ClientReport:
    chosen = CLIENTS[:clients]
    findings = [
        ClientFinding(client.name, operation, verdict, "a detail | of many <words>", ("no-server-error",))
        for client in chosen
        for operation, verdict in zip(OPERATIONS, verdicts, strict=False)
    ]
    comparisons = [ClientDifferences(client, (), complaints) for client in chosen]
    return ClientReport("mock", chosen, findings, comparisons, (), 1.0)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (outcome("pass", "not-exercised", "limit"), CONFORMANT),
        (outcome("pass", "fail", "error"), NONCONFORMANT),
        (outcome("pass", "error"), INCONCLUSIVE),
        (outcome("not-exercised"), INCONCLUSIVE),
        (outcome(), INCONCLUSIVE),
        (outcome("pass", complaints=("unexplained: a",)), REGRESSED),
    ],
)
def test_the_exit_code_says_the_worst(found: ClientReport, code: int) -> None:
    assert exit_code(found) == code


def test_the_matrix_is_no_wider_than_a_terminal() -> None:
    text = as_text(outcome("pass", "fail", "limit", "error", "not-exercised", clients=9, complaints=("x " * 80,)))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert all(client.version in text for client in CLIENTS)
    assert all(mark in text for mark in ("pass", "FAIL", "limit", "?", "no-server-error"))


def test_each_reason_is_shown_once() -> None:
    assert as_text(outcome("fail", clients=9)).count("a detail") == 1


def test_the_files_have_every_cell() -> None:
    found = outcome("pass", "fail", clients=2)
    assert "| create parse batch | FAIL | FAIL |" in as_markdown(found)
    assert '"verdict": "fail"' in as_json(found)
