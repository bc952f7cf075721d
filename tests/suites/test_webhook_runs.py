"""Whole runs with the profile of webhooks."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from spec import requirements
from tests.suites.sessions import GUIDE, run

WEBHOOKS = [id_ for id_, requirement in requirements.load().items() if requirement.profile == "webhooks"]
TESTS = ("-n0", "--profile=webhooks", "suites/profiles/webhooks")
KEY = "llx-nobody"


@pytest.mark.parametrize(
    ("variation", "reason"),
    [
        ("webhooks-refused", "needs a target that has webhooks, and one to http://127.0.0.1:"),
        (
            "webhooks-ignored",
            "needs a target that has webhooks; it accepted some, and nothing arrived at http://127.0.0.1:",
        ),
    ],
)
def test_a_service_without_webhooks_is_not_accused(variation: str, reason: str, tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *TESTS, f"--variation={variation}")
    assert ended.code == 0, ended.output
    assert {id_: reason in ended.not_exercised[id_] for id_ in WEBHOOKS} == dict.fromkeys(WEBHOOKS, True)


def test_where_a_batch_has_one_webhook_there_is_a_batch_for_each(tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *TESTS, "--variation=webhooks-limited-to-one")
    assert ended.code == 0, ended.output
    assert set(ended.not_exercised) & set(WEBHOOKS) == {
        "webhook-endpoints-are-independent",
        "webhook-inline-and-saved-combine",
    }


@pytest.mark.parametrize("names", [["custom-authorization-masked"], ["webhook-with-secret-refused"]], ids=str)
def test_a_broken_promise_is_reported_without_the_secrets_of_the_suite(names: Sequence[str], tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *TESTS, *(f"--fault={name}" for name in names))
    assert ended.code == 1, ended.output
    assert "made-up-" not in ended.everything_written


def test_secrets_are_not_shown_where_everything_holds(tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *TESTS)
    assert ended.code == 0, ended.output
    assert {ended.verdicts[id_] for id_ in WEBHOOKS} == {"pass"}
    assert "made-up-" not in ended.everything_written


def test_a_target_beyond_loopback_needs_a_way_to_the_suite(tmp_path: Path) -> None:
    target = ("--target=https://batches.invalid", "--rehearse")
    ended = run(tmp_path / "without", *TESTS, *target, LLAMA_CLOUD_API_KEY=KEY)
    assert {"--webhook-url" in ended.not_exercised[id_] for id_ in WEBHOOKS} == {True}
    tunnel = ("--webhook-url=https://tunnel.invalid", "--webhook-port=8099")
    ended = run(tmp_path / "with", *TESTS, *target, *tunnel, LLAMA_CLOUD_API_KEY=KEY)
    assert ended.verdicts["webhook-sends-terminal-event"] == "pass", ended.output


def test_who_does_not_ask_is_shown_nothing_of_webhooks(tmp_path: Path) -> None:
    ended = run(tmp_path / "report", "-n0", GUIDE)
    assert not set(WEBHOOKS) & set(ended.verdicts)
