"""Writes the decision about a release: as JSON, as Markdown and as a page."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from reports import files
from reports.release.markdown import render_markdown
from reports.release.model import ReleaseDecision
from reports.release.page import render_page


def render_json(release: ReleaseDecision) -> str:
    """Render the decision as JSON."""
    return json.dumps(asdict(release), indent=2, allow_nan=False) + "\n"


RENDERERS: Final[Mapping[str, Callable[[ReleaseDecision], str]]] = {
    "release.json": render_json,
    "release.md": render_markdown,
    "release.html": render_page,
}


def write(release: ReleaseDecision, folder: Path) -> list[Path]:
    """Write every file, and return the paths. Raises `WrongUsage` where that cannot be done."""
    return files.write_out({name: render(release) for name, render in RENDERERS.items()}, folder)
