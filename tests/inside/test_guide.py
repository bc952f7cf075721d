"""The flow of the guide, as programs that a reader can run with the newest official clients."""

import re
from pathlib import Path

import pytest

from batches_conformance.mock import Mock
from tests.inside.programs import Language
from tests.mock.api import PDF

QUICKLY = ("--every", "0.02")
TIMES_AS_FAST = 30


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    folder = tmp_path / "invoices"
    folder.mkdir()
    for name in ("one.pdf", "two.pdf"):
        (folder / name).write_bytes(PDF)
    (folder / "notes.txt").write_text("no invoice", encoding="utf-8")
    return folder


def test_every_file_is_parsed(newest: Language, mock: Mock, invoices: Path) -> None:
    ended = newest.run("guide", str(invoices), *QUICKLY, variables=mock.environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    *statuses, one, two, listed = ended.stdout.splitlines()
    assert {line.rpartition(" ")[2] for line in statuses} <= {"PENDING", "RUNNING", "COMPLETED"}
    assert re.fullmatch(r"one\.pdf: pjb-\S+ COMPLETED", one)
    assert re.fullmatch(r"two\.pdf: pjb-\S+ COMPLETED", two)
    assert listed == f"listed {statuses[0].partition(' ')[0]}"


def test_a_file_that_fails_is_named_in_results_that_come_late(newest: Language, mock: Mock, invoices: Path) -> None:
    (invoices / "broken.pdf").write_bytes(b"no document")
    saved = ("--product", "extract_v2", "--configuration", mock.extract_configuration_id)
    mock.use(situations=["results-late"])
    mock.clock_rate(TIMES_AS_FAST)
    ended = newest.run("guide", str(invoices), *saved, *QUICKLY, variables=mock.environment)
    assert (ended.returncode, ended.stderr) == (1, "")
    *_, broken, one, two, _ = ended.stdout.splitlines()
    assert broken == "broken.pdf: The file is named .pdf but is no PDF document."
    assert re.fullmatch(r"one\.pdf: ejb-\S+ COMPLETED", one)
    assert re.fullmatch(r"two\.pdf: ejb-\S+ COMPLETED", two)
    assert len(mock.requests(path="/api/v2/batches/*")) > 3


def test_a_batch_that_fails_has_no_results(newest: Language, mock: Mock, invoices: Path) -> None:
    mock.script(end="FAILED")
    ended = newest.run("guide", str(invoices), *QUICKLY, variables=mock.environment)
    assert (ended.returncode, ended.stderr) == (1, "The batch is FAILED: there are no results to rely on\n")
