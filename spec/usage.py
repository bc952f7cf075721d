"""How a command says that it cannot do what it was given."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

WRONG_USAGE: Final = 4
"""The exit code of a command line that cannot be meant, or of a file or an option that cannot be used."""


class WrongUsage(Exception):
    """Something that was given cannot be used. The message is one sentence that says why, and what to do."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that is most like an unknown one, as the end of its sentence."""
    like = get_close_matches(word, list(known), 1)
    return f"; did you mean {like[0]}?" if like else ""
