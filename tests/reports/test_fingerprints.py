"""A defect has one name in all runs, and two defects have two."""

from typing import Any

import pytest

from reports.fingerprints import fingerprint, normalised
from reports.model import Violation
from tests.reports import samples


def named(**changes: Any) -> str:
    (violation,) = samples.findings({"violations": [samples.violation(**changes)]}).violations
    assert isinstance(violation, Violation)
    return violation.fingerprint


UUIDS = ("bat-1b081d4a-17d7-4dfe-a19a-46a8d1966731", "bat-83517dde-81c2-49dd-ab9f-f1b8a6e2fcd0")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        UUIDS,
        ("01HV3Z8Q6J9E2K4M5N7P8R9S0T", "01HV3Z8Q6J9E2K4M5N7P8R9S0V"),
        ("bf36b2a9", "cafebabe"),
        ("file-abcdefGHIJklmnopqr", "file-ZYXwvutsrqponmlkji"),
        ("2026-11-22T02:36:33.009320Z", "2030-01-01T00:00:00+05:30"),
        ("at 2026-11-22T08%3A07%3A35.235632%2B05%3A30", "at 2026-11-21T14%3A37%3A35.2-12%3A00"),
        ("3 entries", "14 entries"),
        ("#97 GET /x → 500", "#3 GET /x → 500"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:44321/x"),
        (f"['{UUIDS[0]}']", f"['{UUIDS[0]}', '{UUIDS[1]}']"),
        (f"{UUIDS[0]} with created_at 2026-11-22", f"{UUIDS[0]} with created_at 2026-11-22, " * 2),
        ("1795314994.869973 is no text", "1795315348.07 is no text"),
        ("PENDING, and then None", "RUNNING, and then None"),
        ("next_page_token '35v5AxBcHSY1z-oSQ2vFd3sic2NvcGU'", "next_page_token 'joiYmF0LTA5OWVmMjRhLTg1MGYtNDFk'"),
    ],
)
def test_what_varies_from_run_to_run_makes_no_difference(one: str, other: str) -> None:
    assert normalised(one).removesuffix(", ") == normalised(other).removesuffix(", ")
    assert named(actual=one) == named(actual=other.removesuffix(", "))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200", "500"),
        ("GET /x → 404", "GET /x → 500"),
        ("COMPLETED", "FAILED"),
        ("RUNNING", "running"),
        ("None", "[]"),
        ("parse_v2", "extract_v2"),
        ("2026-11-22T02:36:33Z", "2026-11-22T02:36:33"),
        ("2026-11-22T02:36:33Z", "2026-11-22"),
        ("results/0 as the schema says", "status as the schema says"),
    ],
)
def test_what_tells_defects_apart_is_kept(one: str, other: str) -> None:
    assert named(actual=one) != named(actual=other)


@pytest.mark.parametrize(
    "change",
    [
        {"requirement": "another"},
        {"expected": "something else"},
        {"actual": "something else"},
        {"case": "another case"},
        {"oracle": "an_oracle"},
        {"test": "suites/test_other.py::test_other"},
        {"exchanges": [samples.exchange(operation="listBatches")]},
        {"exchanges": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_place_is_another_defect(change: dict[str, Any]) -> None:
    assert named() != named(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"test": f"{samples.TEST}[parse_v2]"},
        {"exchanges": [samples.exchange(number=99, worker="gw1", seconds=3.5)]},
        {"exchanges": [samples.exchange(), samples.exchange()]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_occasion_makes_no_difference(change: dict[str, Any]) -> None:
    assert named() == named(**change)


def test_for_an_oracle_neither_test_nor_case_makes_a_difference() -> None:
    elsewhere = {"test": "suites/test_other.py::test_other", "case": "by chance"}
    assert named(oracle="watch") == named(oracle="watch", **elsewhere)


def test_what_the_request_brought_up_makes_no_difference() -> None:
    def asked(piece: str) -> str:
        url = f"http://127.0.0.1:8000/api/v2/batches/{piece}"
        exchange = samples.exchange(request=samples.request(url=url))
        return named(expected="the batch ' OR", exchanges=[exchange])

    def told(piece: str, text: str) -> str:
        url = f"http://127.0.0.1:8000/api/v2/batches/{piece}"
        return named(expected=f"the batch {text}", exchanges=[samples.exchange(request=samples.request(url=url))])

    assert told("%27%20OR%201", "' OR 1") == told("Straße", "Straße")
    assert asked("abcde_F") == asked("xyz_K")


def test_no_violation_is_without_a_name() -> None:
    (violation,) = samples.findings(
        {"violations": [samples.violation(expected="", actual="", exchanges=[])]}
    ).violations
    again = fingerprint(
        requirement=violation.requirement,
        test=violation.test,
        oracle=None,
        case=violation.case,
        expected="",
        actual="",
        evidence=None,
    )
    assert violation.fingerprint == again


def test_names_of_violations_that_were_left_out_are_kept() -> None:
    many = [samples.violation(expected=f"field {chr(97 + n)}") for n in range(15)]
    result = samples.report({"violations": many}).requirements[0]
    assert len(result.violations) == 10
    assert len(result.fingerprints) == 15
