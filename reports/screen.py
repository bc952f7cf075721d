"""Prints lines where no pytest does: on a terminal with its colours, elsewhere without."""

import sys
from collections.abc import Iterable, Mapping
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from reports.lines import Line, Style

_STYLES: Final[Mapping[Style, str]] = {
    "plain": "",
    "strong": "bold",
    "good": "bold green",
    "bad": "bold red",
    "doubtful": "bold yellow",
    "quiet": "dim",
}


WIDTH = 80
"""What nothing is wrapped at; of a width of 0, which COLUMNS may say, nothing would be printed."""


def print_lines(lines: Iterable[Line], file: TextIO | None = None) -> None:
    """Print lines as they are, never wrapped; NO_COLOR and FORCE_COLOR say more of colours than the terminal does."""
    console = Console(file=file or sys.stdout, width=WIDTH, highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text.assemble(*((span.text, _STYLES[span.style]) for span in line))
        console.print(text, soft_wrap=True)
