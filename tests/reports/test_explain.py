"""`reports explain` says of a requirement all that is known; a wrong word suggests the right one."""

import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from fixtures.mock.faults import FAULTS
from reports.explain import CheckedBy, Fault, Knowledge, chosen, explanation
from reports.files import write
from spec import requirements
from suites import checks
from tests.command import main_of
from tests.reports import samples

main = main_of("report")

NAME = "results-null-unless-expanded"
REPORT = samples.report({"violations": [samples.violation(NAME)]})
FINGERPRINT = REPORT.requirements[0].violations[0].fingerprint


def explain(monkeypatch: pytest.MonkeyPatch, *words: Path | str, columns: int = 80) -> int:
    monkeypatch.setattr(sys, "argv", ["reports", "explain", *map(str, words)])
    monkeypatch.setenv("COLUMNS", str(columns))
    return main()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write(REPORT, tmp_path)
    return tmp_path / "report.json"


def test_it_tells_statement_source_checks_faults_and_places(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(monkeypatch, NAME) == 0
    text = capsys.readouterr().out
    known = requirements.load()[NAME]
    flat = " ".join(text.split())
    assert text.startswith(f"must  {NAME}\n")
    assert known.statement in flat
    assert known.rests_on in flat
    assert "in LlamaCloud's API reference of batches: get batch, results" in flat
    assert "the oracle results_only_when_asked_for" in flat
    assert "test_results_come_only_when_asked_for" in "".join(text.split())
    faults = [each for each in FAULTS.values() if NAME in each.requirements]
    assert faults
    assert all(f"{each.sentence} ({each.name})" in flat for each in faults)
    assert f"batches-conformance run --fault={faults[0].name}" in flat
    assert "GET /api/v2/batches/{batch_id}, the parameter expand" in flat
    assert all(cell_len(line) <= 80 for line in text.splitlines())
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", [0, 1])
def test_a_terminal_that_has_no_width_shows_all(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(monkeypatch, NAME, columns=columns) == 0
    assert requirements.load()[NAME].statement.replace(" ", "") in "".join(capsys.readouterr().out.split())


def test_a_fingerprint_is_explained_with_its_violation(
    written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(monkeypatch, FINGERPRINT, written) == 0
    text = capsys.readouterr().out
    assert text.index(requirements.load()[NAME].statement[:40]) < text.index(f"FAIL  must  {NAME}  {FINGERPRINT}")
    assert "results has 2 entries" in text


@pytest.mark.parametrize("word", ["results-null-unless-expandet", "result-null-unless-expand", FINGERPRINT[:-1] + "x"])
def test_a_wrong_word_suggests_the_right_one(
    word: str, written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(monkeypatch, word, written) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert (FINGERPRINT if word.startswith("v") else NAME) in printed.err


def test_colours_come_where_they_are_forced_and_go_where_they_are_not_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    explain(monkeypatch, NAME)
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    explain(monkeypatch, NAME)
    assert "\x1b[3" not in capsys.readouterr().out


def test_of_every_requirement_something_is_known() -> None:
    for id_ in requirements.load():
        tests = checks.tests_of(id_)
        assert tests, f"no test says that it exercises {id_}"
        assert all(says.endswith((".", ":")) for _, says in checks.oracles_of(id_) + tests), id_
        assert any(id_ in each.requirements for each in FAULTS.values()), f"nothing breaks {id_}"


@pytest.mark.parametrize("width", [60, 120])
def test_every_explanation_fits_and_says_where_to_look(width: int) -> None:
    known = Knowledge([CheckedBy("a", "B.")], [Fault("c", "D.")])
    for requirement in requirements.load().values():
        found, violation = chosen(requirement.id, requirements.load().values(), None)
        assert (found, violation) == (requirement, None)
        lines = ["".join(span.text for span in line) for line in explanation(requirement, known, width=width)]
        assert all(cell_len(line) < width for line in lines), requirement.id
        assert lines.index("WHERE TO LOOK IN THE SERVICE") < len(lines) - 1, requirement.id
