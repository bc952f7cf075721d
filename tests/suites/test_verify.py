"""An observation says what it says in words that stay, or is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from spec.kinds import KINDS
from suites.verify import ANY_OPERATION, EXCHANGES_SHOWN, RequirementViolated, Verify, observe
from tests.oracles.history import History

ROOT = Path(__file__).parents[2]
GIVEN = re.compile(r'check=.*?,$|^(?:STAYS|AGREES) = \("[^"]*"', re.MULTILINE)
QUOTED = re.compile(r'"([a-z0-9-]+)"')
NAME = "list-filters-by-status"
EXCHANGES = list(History().exchanges.values())


def seen(**changes: Any) -> dict[str, Any]:
    given = {
        "check": "list-items-match-filters",
        "kind": "missing",
        "expected": ["a"],
        "actual": [],
        "exchanges": EXCHANGES[:1],
        **changes,
    }
    verify = Verify()
    with pytest.raises(RequirementViolated):
        verify(NAME, False, **given)
    (violation,) = verify.take("a test")["violations"]
    return dict(violation)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"kind": "rather odd"}, KeyError),
        ({"check": ""}, ValueError),
        ({"check": "test_a_name"}, ValueError),
        ({"exchanges": []}, ValueError),
        ({"requirement": "no-such-requirement"}, KeyError),
    ],
    ids=str,
)
def test_what_no_report_can_use_is_refused(changes: dict[str, Any], refused: type[Exception]) -> None:
    given = {"requirement": NAME, "check": "a-check", "kind": "missing", "expected": 1, "actual": 2, **changes}
    with pytest.raises(refused):
        observe(given.pop("requirement"), False, exchanges=given.pop("exchanges", EXCHANGES[:1]), **given)


def test_what_holds_needs_no_exchange() -> None:
    assert observe(NAME, True, check="a-check", kind="missing", expected=1, actual=1, exchanges=[]).holds


@pytest.mark.parametrize("count", [1, EXCHANGES_SHOWN, EXCHANGES_SHOWN + 3])
def test_the_deciding_exchange_is_always_among_those_that_are_kept(count: int) -> None:
    exchanges = EXCHANGES[:count]
    for deciding in (*range(count), -1):
        violation = seen(exchanges=exchanges, deciding=deciding)
        kept = violation["exchanges"]
        assert len(kept) <= EXCHANGES_SHOWN
        assert kept[violation["deciding"]]["number"] == exchanges[deciding].number


def test_the_operation_is_that_of_the_deciding_exchange_unless_it_is_given() -> None:
    exchanges = EXCHANGES[:3]
    own = [seen(exchanges=exchanges, deciding=index)["operation"] for index in range(3)]
    assert own == [each["operation"] for each in seen(exchanges=exchanges)["exchanges"]]
    assert seen(operation="listBatches")["operation"] == "listBatches"
    assert seen(operation=ANY_OPERATION)["operation"] is None


def test_every_kind_is_described_in_a_sentence() -> None:
    assert list(KINDS) == sorted(KINDS)
    page = (ROOT / "docs" / "gate.md").read_text("utf-8")
    for kind, sentence in KINDS.items():
        assert f"| `{kind}` | {sentence} |" in page


CHECKS = frozenset(
    {
        "answer-is-json",
        "answer-is-no-server-error",
        "answer-matches-schema",
        "batch-completes",
        "batch-does-not-fail",
        "batch-ends",
        "batch-goes-on",
        "batch-is-found-at-once",
        "batch-is-met-once",
        "batch-is-of-named-project",
        "batch-is-the-one-asked-for",
        "batch-stays-as-it-was",
        "cancel-ends-the-batch",
        "create-is-echoed",
        "created-batch-is-listed",
        "default-format-is-string",
        "delivered-status-agrees",
        "delivery-has-format",
        "delivery-has-headers",
        "delivery-has-query",
        "delivery-is-posted",
        "delivery-is-retried",
        "delivery-is-signed",
        "delivery-names-its-batch",
        "delivery-names-subscribed-event",
        "delivery-names-the-end",
        "end-is-final",
        "entries-are-of-the-directory",
        "entry-has-outcome",
        "event-id-names-one-event",
        "every-file-has-an-entry",
        "file-has-its-own-job",
        "file-is-named-once",
        "file-without-job-has-error",
        "finished-file-keeps-entry",
        "finished-job-is-not-stopped",
        "good-file-has-job",
        "header-agrees-with-body",
        "id-is-new",
        "job-is-of-one-file",
        "job-resolves",
        "json-is-declared",
        "list-hides-foreign-batches",
        "list-is-of-own-project",
        "list-items-match-filters",
        "list-keeps-up",
        "nothing-is-left",
        "other-files-have-jobs",
        "page-size-is-kept",
        "reference-has-type-of-batch",
        "refusal-hides-batch",
        "repetition-shows-the-same",
        "request-is-accepted",
        "request-is-refused",
        "response-has-no-secret",
        "results-are-delivered",
        "results-are-null",
        "results-stay",
        "trait-stays",
        "update-follows-creation",
        "update-time-never-goes-back",
        "views-agree",
        "walk-ends",
        "walk-meets-every-batch",
        "webhook-is-notified",
        "webhook-is-silent",
    }
)
"""Each is a part of fingerprints that others keep in baselines and waivers: none is renamed without a word to them."""


def test_no_check_changes_its_id() -> None:
    sources = [path.read_text("utf-8") for path in sorted((ROOT / "suites").rglob("*.py"))]
    named = {id_ for source in sources for found in GIVEN.findall(source) for id_ in QUOTED.findall(found)}
    assert named == CHECKS
