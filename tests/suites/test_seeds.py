"""The seed of a run is shown, and taken again."""

from pathlib import Path

import pytest

from suites import generation
from tests.suites.sessions import ONE_TEST, ROOT, run


@pytest.mark.parametrize(
    ("options", "seed"),
    [((), generation.FIXED), (("--fuzz",), generation.DRAWN), (("--fuzz", "--hypothesis-seed=7", "-n", "2"), 7)],
    ids=["gate", "fuzz", "fuzz from a seed"],
)
def test_the_report_tells_the_seed(options: tuple[str, ...], seed: object, tmp_path: Path) -> None:
    ended = run(tmp_path, *ONE_TEST, *options)
    assert ended.code == 0, ended.output
    assert ended.report["run"]["seed"] == seed


@pytest.mark.parametrize("options", [("--hypothesis-seed=7",), ("--fuzz", "--hypothesis-seed=x")], ids=str)
def test_a_seed_that_changes_nothing_is_wrong_usage(options: tuple[str, ...], tmp_path: Path) -> None:
    ended = run(tmp_path / "report", *options)
    assert ended.code == 4, ended.output
    assert "--hypothesis-seed" in ended.output
    assert not ended.directory.exists()


def test_another_root_than_the_project_is_wrong_usage(tmp_path: Path) -> None:
    """pytest may take a directory on the command line for it."""
    ended = run(tmp_path / "report", f"--rootdir={tmp_path}", str(ROOT / "suites"))
    assert ended.code == 4, ended.output
    assert "call `batches-conformance run`" in " ".join(ended.output.split())
    assert not list(tmp_path.iterdir())
