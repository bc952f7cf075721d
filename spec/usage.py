"""How a command says that it cannot do what it was given."""

from collections.abc import Iterable
from difflib import get_close_matches


class WrongUsage(Exception):
    """Something that was given cannot be used. The message is one sentence that says why, and what to do."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that is most like an unknown one, as the end of its sentence."""
    like = get_close_matches(word, list(known), 1)
    return f"; did you mean {like[0]}?" if like else ""


def no_such(kind: str, word: str, known: Iterable[str]) -> str:
    """Say that there is none of a kind with this name, and suggest another, or name those that there are."""
    names = list(known)
    listing = f"; there are {', '.join(names)}."
    return f"There is no {kind} {word}{suggestion(word, names) or listing}"
