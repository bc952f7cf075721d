"""How a command says that it cannot do what it was given."""

from typing import Final

WRONG_USAGE: Final = 4
"""The exit code of a command line that cannot be meant, or of a file or an option that cannot be used."""


class WrongUsage(Exception):
    """Something that was given cannot be used. The message is one sentence that says why, and what to do."""
