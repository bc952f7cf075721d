"""The flow of the guide, as programs that a reader can run with the newest official clients."""

import re
from pathlib import Path

import pytest

from batches_conformance.mock import Mock
from tests.inside.programs import Language, ended, wait_until
from tests.mock.api import PDF

QUICKLY = ("--every", "0.02")
RESULTS = {"expand": ["results"]}
LATE = 60.0
"""Seconds after which results are there, and jobs have ended."""


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    folder = tmp_path / "invoices"
    folder.mkdir()
    for name in ("one.pdf", "two.pdf"):
        (folder / name).write_bytes(PDF)
    (folder / "notes.txt").write_text("no invoice", encoding="utf-8")
    return folder


def test_every_file_is_parsed(newest: Language, mock: Mock, invoices: Path) -> None:
    code, output, errors = ended(newest.start("guide", str(invoices), *QUICKLY, variables=mock.environment))
    assert (code, errors) == (0, "")
    *statuses, one, two, listed = output.splitlines()
    assert {line.rpartition(" ")[2] for line in statuses} <= {"PENDING", "RUNNING", "COMPLETED"}
    assert re.fullmatch(r"one\.pdf: pjb-\S+ COMPLETED", one)
    assert re.fullmatch(r"two\.pdf: pjb-\S+ COMPLETED", two)
    assert listed == f"listed {statuses[0].partition(' ')[0]}"


def test_a_file_that_fails_is_named_in_results_that_come_late(newest: Language, mock: Mock, invoices: Path) -> None:
    (invoices / "broken.pdf").write_bytes(b"no document")
    saved = ("--product", "extract_v2", "--configuration", mock.extract_configuration_id)
    mock.use(situations=["results-late"])
    mock.clock_rate(0)
    mock.script(steps=[])
    program = newest.start("guide", str(invoices), *saved, *QUICKLY, variables=mock.environment)
    wait_until(lambda: len([each for each in mock.requests(status=200) if each["query"] == RESULTS]) > 1)
    mock.advance(LATE)
    code, output, errors = ended(program)
    assert (code, errors) == (1, "")
    *_, broken, one, two, _ = output.splitlines()
    assert broken == "broken.pdf: The file is named .pdf but is not a PDF document."
    assert re.fullmatch(r"one\.pdf: ejb-\S+ COMPLETED", one)
    assert re.fullmatch(r"two\.pdf: ejb-\S+ COMPLETED", two)


def test_a_batch_that_fails_has_no_results(newest: Language, mock: Mock, invoices: Path) -> None:
    mock.script(end="FAILED")
    code, _, errors = ended(newest.start("guide", str(invoices), *QUICKLY, variables=mock.environment))
    assert (code, errors) == (1, "The batch is FAILED: there are no results to rely on\n")
