"""Makes pictures of pages for the documents: `python -m tests.reports.html.picture docs/report.png`.

The name of a file says which page it is to show: a report of the mock with a fault, the decision to release that, or a
history in which faults come and go. It takes one of the browsers that `browser.py` names.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reports.history.page import render_page
from reports.history.past import past_requirements, past_run
from reports.history.tracking import track
from spec import requirements
from tests.reports.history import months
from tests.reports.html.browser import PROGRAMS, running

ROOT: Final = Path(__file__).parents[3]
FAULT: Final = "last-file-left-out"
NIGHTS: Final = 50
SEED: Final = 3
"""Of a history in which something is violated, and something is flaky."""
WIDTH: Final = 1000
"""Pixels."""
NOT_MADE: Final = 4


def report(folder: Path) -> Path:
    """Writes the page of a run on the mock with a fault."""
    return _run(folder / "faulty", f"--fault={FAULT}") / "report.html"


def release(folder: Path) -> Path:
    """Writes the page of the decision to release what has the fault in the place of what has none."""
    after, before = (str(each / "report.json") for each in (_run(folder / "faulty", f"--fault={FAULT}"), _run(folder)))
    words = ("--report", after, "--against-report", before, "--contract", "2.8", "2.14")
    _python("-m", "batches_conformance", "release", *words, f"--out={folder / 'release'}")
    return folder / "release" / "release.html"


def history(folder: Path) -> Path:
    """Writes the page of a history, made up of requirements that there are."""
    names = tuple(islice(requirements.load(), len(months.NAMES)))
    planned = enumerate(months.plan(NIGHTS, seed=SEED, names=names))
    reports = [months.report(number, cells, target_version="1.0") for number, cells in planned]
    page = folder / "history.html"
    page.write_text(render_page(track(map(past_run, reports), past_requirements(reports[0]))), encoding="utf-8")
    return page


PICTURES: Final[Mapping[str, Callable[[Path], Path]]] = {
    "report.png": report,
    "history.png": history,
    "release.png": release,
}
"""What makes the page of each picture, in a folder for it."""
PLACES: Final = {"history.png": "requirements"}
"""Where a page is shown from, if not from its beginning."""


def _run(folder: Path, *words: str) -> Path:
    _python("-m", "pytest", "-q", f"--report-dir={folder}", *words)
    return folder


def _python(*words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)


def main() -> int:
    """Makes the pictures, and gives the exit code for the shell."""
    paths = [Path(word) for word in sys.argv[1:]]
    if not paths or any(path.name not in PICTURES for path in paths):
        print(f"Name the files that the pictures go into: {', '.join(PICTURES)}.", file=sys.stderr)
        return NOT_MADE
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        print(f"No browser was found: install one of {', '.join(PROGRAMS)}.", file=sys.stderr)
        return NOT_MADE
    for path in paths:
        with TemporaryDirectory() as folder, running(program, Path(folder, "profile")) as browser:
            browser.open(PICTURES[path.name](Path(folder)), width=WIDTH)
            if place := PLACES.get(path.name):
                browser.evaluate(f"document.getElementById('{place}').scrollIntoView({{behavior: 'instant'}})")
            path.write_bytes(browser.screenshot())
    return 0


if __name__ == "__main__":
    sys.exit(main())
