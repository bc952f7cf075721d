"""The exit codes of every command: what they mean is the same everywhere, and each number stands here alone."""

from typing import Final

CONFORMANT: Final = 0
NONCONFORMANT: Final = 1
INTERRUPTED: Final = 2
WRONG_USAGE: Final = 4
"""A command line that cannot be meant, or a file or an option that cannot be used."""
INCONCLUSIVE: Final = 6
"""The question could not be asked or answered."""
REGRESSED: Final = 7
"""Something got worse than it was, or the project owes something."""
