"""Makes the picture of a report that the README shows: `python -m tests.reports.html.picture docs/report.png`.

The report is that of a run on the mock with a fault. It takes one of the browsers that `conftest.py` names.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reports.html.browser import running
from tests.reports.html.conftest import PROGRAMS

ROOT = Path(__file__).parents[3]
FAULT = "last-file-left-out"
WIDTH = 1000
"""Pixels."""
NOT_MADE = 4


def main() -> int:
    """Makes the picture, and gives the exit code for the shell."""
    if len(sys.argv) != 2:
        print("Name the file that the picture goes into.", file=sys.stderr)
        return NOT_MADE
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        print(f"No browser was found: install one of {', '.join(PROGRAMS)}.", file=sys.stderr)
        return NOT_MADE
    with TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--fault={FAULT}", f"--report-dir={folder}"],
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
        )
        with running(program, Path(folder, "profile")) as browser:
            browser.open(Path(folder, "report.html"), width=WIDTH)
            Path(sys.argv[1]).write_bytes(browser.screenshot())
    return 0


if __name__ == "__main__":
    sys.exit(main())
