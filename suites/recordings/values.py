"""The JSON text of a recording, read value by value, so that a damaged one costs no other."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from fixtures.exchange import LONGEST_INTEGER, integer

CHUNK = 1 << 20
"""Bytes that are read at once, at the least."""
AHEAD = 1 << 14
"""Characters that are read before a value is looked at, so that most are whole: to see that one is not takes long."""
LONGEST_VALUE = 1 << 28
"""Characters beyond which a value whose end was not found is given up."""
OF_PARTS = frozenset({"name", "value", "comment", "mimeType", "type", "id"})
"""Names with which parts of an entry begin, so that an entry that begins with one is not known by it."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[\[\]{}]', re.DOTALL)
_BARE = re.compile(r'[^\[\]{}",:]*+')
_SPACE = re.compile(r"[\s\ufeff]*+")
_BETWEEN = re.compile(r"[\s\ufeff,]*+")
_STRAY = re.compile(r"\]\s*+,?\s*+\{")
_TAIL = re.compile(r"\}\s*+\]\s*+\}\s*+\}\s*+\Z")
_FIRST_NAME = re.compile(r'\{\s*+"([^"\\]++)"\s*+:')


class Several(tuple[Any, ...]):
    """The different values that an object has under one name."""


class EndOfText(Exception):
    """The text ends before its end."""


class Damaged:
    """Stands for a value whose text is not JSON."""


DAMAGED: Final = Damaged()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    merged: dict[str, list[Any]] = {}
    for name, value in pairs:
        values = merged.setdefault(name, [])
        if not values or values[-1] != value:
            values.append(value)
    return {name: values[0] if len(values) == 1 else Several(values) for name, values in merged.items()}


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=integer, strict=False)
_DECODER_OF_SHORT = json.JSONDecoder(object_pairs_hook=_object, strict=False)
"""Decodes what has no integer that is too long, without looking at each."""


def _has_long_integer(text: str) -> bool:
    """Whether an integer may be in a text that is too long to be of use: it fills one of the pieces half as long."""
    piece = LONGEST_INTEGER // 2
    return any(text[begin : begin + piece].isdigit() for begin in range(0, len(text), piece))


def decoded(text: str | bytes) -> Any:
    """Parse a JSON text as its writer meant it: with NaN, control and half characters. Raises `ValueError`.

    A name that stands twice has `Several` values.
    """
    plain = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    try:
        return _DECODER.decode(plain)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class _Border:
    """How the text looks between two entries, the first of whose names is known."""

    def __init__(self, name: str) -> None:
        first = rf'"{re.escape(name)}"\s*+:'
        self.beginning = re.compile(rf",\s*+\{{\s*+{first}")
        self.end = re.compile(
            rf"""\s*+(?:\]|,?\s*+"?\{{|,?\s*+{first}|,\s*+[^\s"]|,\s*+"(?:[^"\\]++|\\.)*+"\s*+[,\]])""", re.DOTALL
        )


class Text:
    """A JSON text that stands in a file of UTF-8. Bytes that are none of it become lone surrogates."""

    def __init__(self, file: IO[bytes], chunk: int = CHUNK) -> None:
        self._file = file
        self._chunk = chunk
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._json = _DECODER
        self._at = 0
        self._dropped = 0
        self._border: _Border | None = None

    def peek(self, skipped: re.Pattern[str] = _SPACE) -> str:
        """Return the next character that is not a space; empty at the end."""
        while True:
            self._at = skipped.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def value(self) -> Any:
        """Return the value that begins here, or `DAMAGED`. Raises `EndOfText`."""
        self.peek()
        return self._value()

    def _value(self) -> Any:
        if len(self._text) - self._at < AHEAD:
            self._more()
        while True:
            value, end = self._decoded()
            is_sure = end is not None and self._is_followed(end)
            if not is_sure and (damaged := self._end_of_damaged()) is not None:
                value, end, is_sure = DAMAGED, damaged, True
            if is_sure and end is not None and end < len(self._text):
                break
            if not self._more():
                end = self._last_end() if end is None else end
                break
        if end is None:
            raise EndOfText
        self._at = end
        return value

    def items(self) -> Iterator[Any]:
        """Yield the values of the list that begins here. Raises `EndOfText`."""
        self._at += 1
        while (following := self.peek(_BETWEEN)) != "]" or self._goes_on():
            if following == "":
                raise EndOfText
            if following == "]":
                self._at += 1
                continue
            first = _FIRST_NAME.match(self._text, self._at) if self._border is None else None
            if first and first[1] not in OF_PARTS:
                self._border = _Border(first[1])
            yield self._value()
        self._at += 1
        self._border = None

    def members(self) -> Iterator[str]:
        """Yield the names of the object that begins here, each while its value is next; it may be read, or not.

        It ends as well where another object begins in place of a name. Raises `EndOfText`.
        """
        self._at += 1
        while (following := self.peek()) not in ("}", "{"):
            if following == "":
                raise EndOfText
            if following in ",:":
                self._at += 1
                continue
            name = self.value()
            if not isinstance(name, str) or self.peek() != ":":
                continue
            self._at += 1
            self.peek()
            begin = self._dropped + self._at
            yield name
            if self._dropped + self._at == begin:
                self.value()
        self._at += following == "}"

    def _more(self) -> bool:
        """Read on, twice as far each time that what was read is not enough."""
        rest = self._text[self._at :]
        if len(rest) > LONGEST_VALUE:
            return False
        chunk = self._file.read(max(self._chunk, len(rest)))
        text = self._decoder.decode(chunk, final=not chunk)
        self._dropped += self._at
        self._text, self._at = rest + text, 0
        self._json = _DECODER if _has_long_integer(self._text) else _DECODER_OF_SHORT
        return bool(chunk or text)

    def _decoded(self) -> tuple[Any, int | None]:
        try:
            return self._json.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return DAMAGED, None

    def _is_followed(self, end: int) -> bool:
        """Whether what comes behind a value can: behind an entry none of its own parts does."""
        return end < len(self._text) and (self._border is None or self._border.end.match(self._text, end) is not None)

    def _goes_on(self) -> bool:
        """Whether the bracket that is next ends no list, as another entry comes behind it."""
        return _STRAY.match(self._text, self._at) is not None

    def _end_of_damaged(self) -> int | None:
        """Where a value ends that cannot be read: by its brackets, or where the next entry begins, if that is here."""
        if self._border is None:
            return self._balanced(len(self._text))
        following = self._border.beginning.search(self._text, self._at + 1)
        end = self._balanced(following.start() if following else len(self._text))
        if end is not None and self._border.end.match(self._text, end):
            return end
        return following.start() if following else None

    def _last_end(self) -> int | None:
        """Where the last value ends, with no more to come: by the brackets that end a recording, or by its own."""
        tail = _TAIL.search(self._text, self._at) if self._border else None
        return tail.start() + 1 if tail else self._balanced(len(self._text))

    def _balanced(self, limit: int) -> int | None:
        """Where a value ends by its brackets, before the limit."""
        if self._text[self._at : self._at + 1] not in ("{", "[", '"'):
            return max(_BARE.match(self._text, self._at).end(), self._at + 1)  # type: ignore[union-attr]
        depth = 0
        for token in _TOKEN.finditer(self._text, self._at, limit):
            begins = token[0][0]
            if begins == '"' and not token[1]:
                return None
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(begins, 0)
            if depth <= 0:
                return token.end()
        return None
