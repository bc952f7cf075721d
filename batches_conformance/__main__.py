"""The entry of `batches-conformance` and of `python -m batches_conformance`."""

import sys

from batches_conformance import location


def main() -> int:
    """Do what the command line asks for, and return the exit code for the shell."""
    location.enter()
    from batches_conformance.command import run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
