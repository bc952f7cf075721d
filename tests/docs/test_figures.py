"""The figures in pages are written by a command."""

import json
from pathlib import Path

import click
import pytest

from docs import figures
from tests.bench.beside import ServerFigures
from tests.docs.pages import ROOT

FIGURES = {
    "faults": 2,
    "noticed": 2,
    "variations": 1,
    "false_alarms": 0,
    "requests_per_fault": 7,
    "seconds_per_fault": 0.5,
    "seconds": 3.0,
}


def test_a_proof_becomes_the_table_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    for page in ("README.md", "docs/measured.md"):
        (tmp_path / page).write_text((ROOT / page).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "prove.json").write_text(json.dumps({"figures": FIGURES}), encoding="utf-8")
    monkeypatch.setattr(figures, "ROOT", tmp_path)
    figures.command.main(["--proof", str(tmp_path / "prove.json")], standalone_mode=False)
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| 2 | 2 | 1 | 0 | 7 | 0.5 |" in readme
    assert readme.count("\n") == (ROOT / "README.md").read_text(encoding="utf-8").count("\n")


def test_figures_without_a_place_are_an_error() -> None:
    with pytest.raises(click.ClickException, match="figures: proof"):
        figures.written("# A page\n", "proof", ["| 1 |"])


def test_servers_become_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = ServerFigures({"gets": 300.0}, 50), ServerFigures({"gets": 100.0}, None)
    monkeypatch.setattr("tests.bench.beside.figures", lambda _: (ours, theirs))
    assert figures.of_servers() == [
        "| the mock beside | gets a second | memory |",
        "| --- | --- | --- |",
        "| moto's server | 3.0 | unknown |",
        "| Prism's mock | 3.0 | unknown |",
    ]
