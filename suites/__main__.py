"""`python -m suites` makes a conformance run with the arguments of pytest, and ends with exit codes of the project."""

from spec import process  # isort: split

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
ADDED: Final = "PYTEST_ADDOPTS"
"""The variable by which pytest lets the environment add to the command line."""
OWN_PLUGIN: Final = "reports.plugin"
OWN: Final = ("-c", str(ROOT / "pyproject.toml"), "-p", OWN_PLUGIN)
OF_PYTEST: Final = {
    int(pytest.ExitCode.INTERNAL_ERROR): process.BROKEN,
    int(pytest.ExitCode.NO_TESTS_COLLECTED): process.WRONG_USAGE,
}
"""Exit codes that pytest has for what a run tells with others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run pytest over the suites, and give the exit code for the shell."""
    added = os.environ.get(ADDED, "")
    try:
        shlex.split(added)
    except ValueError as error:
        print(f"The environment variable {ADDED} cannot be read ({error}): {added}", file=sys.stderr)
        return process.WRONG_USAGE
    try:
        code = int(pytest.main([*OWN, *(sys.argv[1:] if arguments is None else arguments)]))
    except ImportError as error:
        print(f"{error}; a plugin is named with -p, in {ADDED} or in PYTEST_PLUGINS.", file=sys.stderr)
        return process.BROKEN if OWN_PLUGIN in str(error) else process.WRONG_USAGE
    if code == pytest.ExitCode.USAGE_ERROR and added:
        print(f"The environment variable {ADDED} has added to the command line: {added}", file=sys.stderr)
    return OF_PYTEST.get(code, code)


if __name__ == "__main__":
    process.run(main)
