"""All files of a report are made again from its report.json."""

import re
import sys
from pathlib import Path

import pytest

from reports import files
from tests.command import main_of
from tests.reports import samples

main = main_of("report")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    files.write(samples.failing_report(), folder)
    return folder


def render(monkeypatch: pytest.MonkeyPatch, *arguments: Path | str) -> int:
    monkeypatch.setattr(sys, "argv", ["reports", "render", *map(str, arguments)])
    return main()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_lost_is_written_again_beside_the_report(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(whole)
    for name in files.RENDERERS.keys() - {files.SOURCE}:
        (whole / name).unlink()
    assert render(monkeypatch, whole / "report.json") == 0
    assert contents(whole) == before
    assert set(before) == set(files.RENDERERS)


def test_another_folder_gets_everything(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "some" / "where"
    assert render(monkeypatch, whole / "report.json", "--out", elsewhere) == 0
    assert contents(elsewhere) == contents(whole)
    assert capsys.readouterr().out.splitlines() == [str(elsewhere / name) for name in files.RENDERERS]


def test_a_damaged_report_is_refused_and_nothing_is_written(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = whole / "report.json"
    damaged.write_text(damaged.read_text("utf-8")[:-20], "utf-8")
    assert render(monkeypatch, damaged, "--out", tmp_path / "out") == 4
    assert re.fullmatch(r"[^\n]+ is truncated [^\n]+\n", capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert render(monkeypatch, whole / "report.json", "--out", tmp_path / "file") == 4
    assert "cannot be written (File exists); name another one with --out." in capsys.readouterr().err
