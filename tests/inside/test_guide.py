"""The flow of the guide, as programs that a reader can run with the newest official clients."""

import re
from pathlib import Path

import pytest

from batches_conformance.mock import Mock, running_mock
from tests.inside.programs import Language
from tests.mock.api import PDF

QUICKLY = ("--every", "0.02")


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


def test_every_file_is_extracted(newest: Language, mock: Mock, invoices: Path) -> None:
    saved = ("--product", "extract_v2", "--configuration", mock.extract_configuration_id)
    ended = newest.run("guide", str(invoices), *saved, *QUICKLY, variables=mock.environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r"^one\.pdf: ejb-\S+ COMPLETED$", ended.stdout, re.MULTILINE)


def test_a_file_that_fails_is_named(newest: Language, mock: Mock, invoices: Path) -> None:
    (invoices / "broken.pdf").write_bytes(b"no document")
    ended = newest.run("guide", str(invoices), *QUICKLY, variables=mock.environment)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "broken.pdf: The file is named .pdf but is no PDF document.\none.pdf: pjb-" in ended.stdout


def test_results_that_come_late_are_waited_for(newest: Language, invoices: Path) -> None:
    with running_mock(variations=["results-lag-after-completed"]) as late:
        ended = newest.run("guide", str(invoices), *QUICKLY, variables=late.environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("pdf: pjb-") == 2
