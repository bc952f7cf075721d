"""Where the suite lies: in the checkout, or inside this package once it is installed."""

import os
import sys
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.resolve()
IS_INSTALLED: Final = (_PACKAGE / "suite").is_dir()
"""Whether this is an installed package; in a checkout the suite lies around the package."""
ROOT: Final = _PACKAGE / "suite" if IS_INSTALLED else _PACKAGE.parent
"""The folder of `spec/`, `fixtures/`, `suites/`, `reports/` and `conftest.py`."""


def own_command(*words: str) -> list[str]:
    """Return how a process of its own is started that does what these words ask of the command."""
    return [sys.executable, "-m", "batches_conformance", *words]


def enter() -> None:
    """Let this process, and those that it starts, import the suite; nothing is written into an installation.

    Its folders have names as general as `spec` and `reports`, so no other process gets to see them, and those of the
    folder where it was started come after them. The processes that it starts import nothing out of the folder of the
    caller either, who may have a `click.py` there.
    """
    sys.path[:] = [str(ROOT), *(folder for folder in sys.path if folder != str(ROOT))]
    os.environ["PYTHONSAFEPATH"] = "1"
    if IS_INSTALLED:
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    else:
        folders = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT), *folders]))
