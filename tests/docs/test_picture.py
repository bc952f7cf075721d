"""The picture of a report in the README is one, and small."""

import re
import struct

from tests.docs.pages import ROOT
from tests.reports.html.picture import WIDTH

PICTURE = ROOT / "docs" / "report.png"
MOST_BYTES = 200_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def test_the_readme_shows_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [(alternative, path)] = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", readme)
    assert alternative
    assert ROOT / path == PICTURE


def test_it_is_small_and_as_wide_as_it_is_made() -> None:
    content = PICTURE.read_bytes()
    assert content.startswith(SIGNATURE)
    assert struct.unpack(">I", content[16:20])[0] == WIDTH
    assert len(content) < MOST_BYTES
