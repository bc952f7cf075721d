"""The entry of `batches-conformance` and of `python -m batches_conformance`."""

import os
import sys

from batches_conformance import location


def main() -> int:
    """Do what the command line asks for, and end the process with the exit code."""
    location.enter()
    _keep_docstrings()
    from spec import process  # From here on a crash ends with one sentence.

    return process.run(_command)


def _keep_docstrings() -> None:
    """Start again where Python leaves them out: the help is made of them, and what is said of faults."""
    if sys.flags.optimize > 1 and sys.platform != "win32":
        os.environ["PYTHONOPTIMIZE"] = "1"
        os.execv(sys.executable, location.own_command(*sys.argv[1:]))


def _command() -> int:
    from batches_conformance.command import run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    main()
