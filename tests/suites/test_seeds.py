"""The seed of a run is told, and taken again."""

from pathlib import Path

import pytest

from suites import generation
from tests.suites.sessions import ROOT, run

ONE = ("-k", "test_an_unknown_job_type_is_refused")


@pytest.mark.parametrize(
    ("options", "seed"), [((), generation.FIXED), (("--fuzz", "--hypothesis-seed=7"), 7)], ids=["gate", "fuzz"]
)
def test_the_report_tells_the_seed(options: tuple[str, ...], seed: object, tmp_path: Path) -> None:
    ended = run(tmp_path, *ONE, *options)
    assert ended.code == 0, ended.output
    assert ended.report["run"]["seed"] == seed


def test_a_drawn_seed_is_one_that_is_taken_again(tmp_path: Path) -> None:
    drawn = run(tmp_path / "drawn", *ONE, "--fuzz", "-n", "2").report["run"]["seed"]
    assert isinstance(drawn, int)
    assert run(tmp_path / "again", *ONE, "--fuzz", f"--hypothesis-seed={drawn}").report["run"]["seed"] == drawn


@pytest.mark.parametrize("options", [("--hypothesis-seed=7",), ("--fuzz", "--hypothesis-seed=x")], ids=str)
def test_a_seed_that_changes_nothing_is_wrong_usage(options: tuple[str, ...], tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *options)
    assert ended.code == 4, ended.output
    assert "--hypothesis-seed" in ended.output
    assert not ended.directory.exists()


def test_a_directory_that_is_taken_for_the_root_is_wrong_usage(tmp_path: Path) -> None:
    ended = run(tmp_path / "report", "--report-dir", str(tmp_path), str(ROOT / "suites"))
    assert ended.code == 4, ended.output
    assert "--report-dir=DIR" in ended.output
    assert not list(tmp_path.iterdir())
