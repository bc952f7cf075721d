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
from spec.usage import WrongUsage


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, render in RENDERERS.items():
            files.replace(folder / name, render(release))
    except OSError as error:
        raise WrongUsage(f"{folder} could not be written ({error.strerror}); name another place by --out.") from None
    return [folder / name for name in RENDERERS]
