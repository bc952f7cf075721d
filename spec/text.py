"""Text of any origin, made fit to be shown: nothing in it controls a terminal, and it is no longer than it may be."""

import unicodedata
from typing import Final

ELLIPSIS: Final = "…"
LONG: Final = 80
"""Characters of an item or a word that is cut inside rather than left out; ids are shorter."""
_BETWEEN: Final = (", ", " ")
"""What stands between items, and between words."""

_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class _Escapes(dict[int, str]):
    """Escapes by code point, found on first use: what `str.translate` needs."""

    def __missing__(self, code: int) -> str:
        self[code] = _escape(code)
        return self[code]


def _escape(code: int) -> str:
    character = chr(code)
    if unicodedata.category(character) not in _UNPRINTABLE and code & 0xFFFE != 0xFFFE:
        return character
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ESCAPES: Final = _Escapes()


def visible(text: str) -> str:
    """Show control, format, surrogate and separator characters as backslash escapes.

    What is left can neither control a terminal nor reorder a line, and is allowed in XML.
    """
    return text if text.isprintable() and text.isascii() else text.translate(_ESCAPES)


def visible_lines(text: str) -> list[str]:
    """Split at line feeds and make each line visible; there is always at least one line."""
    return [visible(line) for line in text.replace("\r\n", "\n").split("\n")]


def shortened(text: str, limit: int) -> str:
    """Cut a text after a number of characters, and mark the cut with an ellipsis."""
    return text if len(text) <= limit else f"{text[:limit]}{ELLIPSIS}"


def end_of(text: str, limit: int) -> str:
    """Keep the last characters of a text, and mark the cut with an ellipsis."""
    return text if len(text) <= limit else f"{ELLIPSIS}{text[-limit:]}"


def shortened_in_middle(text: str, limit: int) -> str:
    """Cut the middle out of a text that is longer than a number of characters, and mark the place with an ellipsis.

    The cut is between items or words, as half an id is taken for another one; only in a very long word it is in that.
    """
    if len(text) <= limit:
        return text
    kept = (limit - 3) // 2
    begin, end = text[: kept + 1], text[-kept - 1 :]
    lasts = ((begin.rfind(between, max(0, kept - LONG)), between) for between in _BETWEEN)
    firsts = ((end.find(between, 0, LONG), between) for between in _BETWEEN)
    stop = next((at + len(between) - 1 for at, between in lasts if at >= 0), kept)
    start = next((at + len(between) for at, between in firsts if at >= 0), 1)
    return f"{begin[:stop]} {ELLIPSIS} {end[start:]}"
