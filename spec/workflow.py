"""Commands that a job prints, and GitHub shows beside a change."""

from collections.abc import Mapping
from typing import Final

COMMANDS_LIMIT: Final = 50
"""Commands of one kind that are printed; GitHub shows ten of each kind per step, and fifty per job."""
_DATA: Final[Mapping[str, str]] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final[Mapping[str, str]] = {**_DATA, ":": "%3A", ",": "%2C"}


def command(kind: str, title: str, *lines: str) -> str:
    """Return the command for an annotation, an `error`, `warning` or `notice`, on one line whatever the texts are."""
    return f"::{kind} title={_escaped(title, _PROPERTY)}::{_escaped(chr(10).join(lines), _DATA)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
