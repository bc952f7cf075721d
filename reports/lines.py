"""Lines for a terminal: text of any origin, made printable, wrapped to a number of columns, and with a style."""

import io
from typing import Final, Literal, NamedTuple

from rich.cells import chop_cells
from rich.console import Console
from rich.text import Text

from spec.text import ELLIPSIS, visible, visible_lines

NARROWEST: Final = 60
LABEL: Final = 10
"""Columns of a label, the space behind it among them."""
INDENT: Final = 6

Style = Literal["plain", "strong", "good", "bad", "doubtful", "quiet"]

_WORKFLOW_COMMANDS: Final = ("::", "##[")


class Span(NamedTuple):
    """A piece of a line, and how it is to look."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]


class Writer:
    """Makes lines of a width. None of them holds a control character, or starts like a command to a CI runner."""

    def __init__(self, width: int) -> None:
        """Write for a terminal of so many columns, the last of which stays free."""
        self.columns = max(width, NARROWEST) - 1
        self._console = Console(width=self.columns, file=io.StringIO())

    def wrap(self, text: str, columns: int) -> list[str]:
        """Break prose between words."""
        wrapped = []
        for line in visible_lines(text):
            parts = Text(line).wrap(self._console, columns, overflow="fold")
            wrapped += [_disarm(part.plain.rstrip()) for part in parts]
        return wrapped

    def clipped(self, text: str, indent: int = 0) -> str:
        """Cut a text that is longer than the rest of a line."""
        first, *rest = chop_cells(visible(text), self.columns - indent - 1)
        return first + (ELLIPSIS if rest else "")

    def paragraph(self, text: str, indent: int = 0, style: Style = "plain") -> list[Line]:
        """Indent prose."""
        pieces = self.wrap(text, self.columns - indent)
        return [(Span(" " * indent), Span(piece, style)) for piece in pieces]

    def labelled(self, label: str, text: str, indent: int = INDENT) -> list[Line]:
        """Put prose beside a label."""
        return _beside(label, self.wrap(text, self.columns - indent - LABEL), indent)

    def data(self, label: str, text: str, indent: int = INDENT) -> list[Line]:
        """Put lines beside a label that keep their indentation and their spaces."""
        columns = self.columns - indent - LABEL
        pieces = [piece for line in visible_lines(text) for piece in chop_cells(line, columns) or [""]]
        return _beside(label, list(map(_disarm, pieces)), indent)


def _beside(label: str, pieces: list[str], indent: int) -> list[Line]:
    first, *more = pieces
    rest = [(Span(" " * (indent + LABEL)), Span(piece)) for piece in more]
    return [(Span(" " * indent + label.ljust(LABEL), "quiet"), Span(first)), *rest]


def _disarm(piece: str) -> str:
    return f"\\{piece}" if piece.lstrip().startswith(_WORKFLOW_COMMANDS) else piece
