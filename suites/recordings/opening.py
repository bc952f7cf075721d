"""Opens a file as UTF-8 without a byte order mark, however it was packed and encoded."""

import codecs
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

CHUNK = 1 << 20
"""Bytes that are read at once."""
GZIP = b"\x1f\x8b"
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, the longer before those that they begin with."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, bool]]:
    """Yield a file to be read from where it stands, and whether all of it is there: one that was packed may be cut off.

    What comes out of a pipe, is packed or in another encoding stands in a temporary file meanwhile. Raises `OSError`.
    """
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("rb"))
        if not file.seekable():
            file = _copied(_chunks(file), stack.enter_context(TemporaryFile()))
        is_whole = True
        if file.read(len(GZIP)) == GZIP:
            file.seek(0)
            unpacked = _Gzip(file)
            file = _copied(unpacked, stack.enter_context(TemporaryFile()))
            is_whole = unpacked.is_whole
        file.seek(0)
        head = file.read(4)
        mark, encoding = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", _unmarked(head)))
        file.seek(len(mark))
        if encoding != "utf-8":
            file = _copied(_recoded(file, encoding), stack.enter_context(TemporaryFile()))
        yield file, is_whole


def _unmarked(head: bytes) -> str:
    """Return the encoding of a text that begins with two ASCII characters, by where its zeros are."""
    zeros = [byte == 0 for byte in head]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else "utf-8"


def _copied(chunks: Iterable[bytes], copy: BinaryIO) -> BinaryIO:
    for chunk in chunks:
        copy.write(chunk)
    copy.seek(0)
    return copy


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")


class _Gzip:
    """What a file in gzip holds, up to where it is damaged."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        unpacker = _unpacker()
        try:
            for packed in _chunks(self._file):
                rest = packed
                while rest:
                    if unpacker.eof:
                        unpacker = _unpacker()
                    yield unpacker.decompress(rest, CHUNK)
                    rest = unpacker.unconsumed_tail or unpacker.unused_data
        except zlib.error:
            return
        self.is_whole = unpacker.eof


def _unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


def _recoded(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in _chunks(file):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
