"""Text of any origin, made fit to be shown: nothing in it controls a terminal, and it is no longer than it may be."""

import unicodedata
from typing import Final

ELLIPSIS: Final = "…"
LONG_WORD: Final = 60
"""Characters of a word that is cut inside rather than left out; ids are shorter."""

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

    The cut is between words, as half an id is taken for another one; only where a word is very long it is in that.
    """
    if len(text) <= limit:
        return text
    kept = (limit - 3) // 2
    begin, end = text[: kept + 1], text[-kept - 1 :]
    first, last = begin.rfind(" ", max(0, kept - LONG_WORD)), end.find(" ", 0, LONG_WORD + 1)
    return f"{begin[: kept if first < 0 else first]} {ELLIPSIS} {end[1 if last < 0 else last + 1 :]}"
