"""How the commands of the project take their command lines."""

import argparse
from typing import Final

WRONG_USAGE: Final = 4
"""The exit code of a command line that cannot be meant."""


class Parser(argparse.ArgumentParser):
    """Ends wrong usage with the exit code of wrong usage."""

    def exit(self, status: int = 0, message: str | None = None) -> None:  # type: ignore[override]
        """Ends the process, after a message if there is one."""
        super().exit(WRONG_USAGE if status else status, message)
