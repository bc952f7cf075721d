"""The pictures in the documents are those that are made, each in one place, and small."""

import re
import struct
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.reports.html.picture import PICTURES, WIDTH

SHOWN_IN = {"report.png": "README.md", "history.png": "docs/history.md", "release.png": "docs/release.md"}
MOST_BYTES = 200_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("name", PICTURES)
def test_one_page_shows_it(name: str) -> None:
    page = ROOT / SHOWN_IN[name]
    [(alternative, path)] = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert alternative
    assert page.parent / path == ROOT / "docs" / name


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_small_and_as_wide_as_it_is_made(name: str) -> None:
    content = (ROOT / "docs" / name).read_bytes()
    assert content.startswith(SIGNATURE)
    assert struct.unpack(">I", content[16:20])[0] == WIDTH
    assert len(content) < MOST_BYTES


def test_no_other_picture_is_there() -> None:
    assert {path.name for path in Path(ROOT, "docs").glob("*.png")} == {*PICTURES}
