"""The entry of `batches-conformance` and of `python -m batches_conformance`."""

import sys

from batches_conformance import location


def main() -> int:
    """Do what the command line asks for, and end the process with the exit code."""
    location.enter()
    from spec import process  # From here on a crash ends with one sentence.

    return process.run(_command)


def _command() -> int:
    from batches_conformance.command import run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    main()
