"""A defect has one name in all runs, and two defects have two."""

import re
from typing import Any

import pytest

from reports.fingerprints import PATTERN
from tests.reports import samples


def named(**changes: Any) -> str:
    (violation,) = samples.findings({"violations": [samples.violation(**changes)]}).violations
    return violation.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"requirement": "another"},
        {"check": "another"},
        {"kind": "missing"},
        {"operation": "listBatches"},
        {"operation": None},
    ],
    ids=str,
)
def test_another_place_is_another_defect(change: dict[str, Any]) -> None:
    assert named() != named(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"expected": "no result"},
        {"actual": [1, 2, 3]},
        {"difference": "said in other words"},
        {"case": "another case"},
        {"test": "suites/test_other.py::test_with_another_name[parse_v2]"},
        {"oracle": "a_renamed_oracle"},
        {"generated": True},
        {"exchanges": [samples.exchange(number=99, worker="gw1", seconds=3.5)]},
        {"exchanges": [samples.exchange(), samples.exchange()], "deciding": 0},
        {"exchanges": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_neither_words_nor_values_nor_the_occasion_make_a_difference(change: dict[str, Any]) -> None:
    assert named() == named(**change)


def test_a_name_never_changes() -> None:
    """Baselines and waivers of earlier versions hold it."""
    assert named() == "v618e36252224"
    assert re.fullmatch(PATTERN, named())
