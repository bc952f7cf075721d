"""Pages that are made of the code can be written again, and lint shows one that is out of date."""

from pathlib import Path

import pytest

from docs import generated
from reports.exit_codes import CONFORMANT, REGRESSED


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with all generated pages, one of them out of date."""
    monkeypatch.setattr(generated, "FOLDER", tmp_path)
    for name, write in generated.PAGES.items():
        (tmp_path / name).write_text("old\n" if name == "options.md" else write(), encoding="utf-8")
    return tmp_path


def executed(*arguments: str) -> int:
    code: int = generated.command.main(arguments, standalone_mode=False)
    return code


def test_a_check_names_the_page_that_is_out_of_date(pages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert executed("--check") == REGRESSED
    assert capsys.readouterr().out.split()[0] == "docs/options.md"
    assert (pages / "options.md").read_text(encoding="utf-8") == "old\n"


def test_the_pages_are_written_again(pages: Path) -> None:
    assert executed() == CONFORMANT
    assert executed("--check") == CONFORMANT
    assert "--target" in (pages / "options.md").read_text(encoding="utf-8")
