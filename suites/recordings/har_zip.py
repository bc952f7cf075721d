"""HAR files in a zip, as Playwright and browsers write them; bodies may stand in files of their own beside one."""

import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from suites.recordings import har
from suites.recordings.fields import BASE64
from suites.recordings.recorded import CutOff, NoRecording, Recorded

MARK: Final = b"PK\x03\x04"
"""How a zip begins that has files in it."""
UNPACKED: Final = 2 << 30
"""Bytes that are unpacked of one zip, at most; a body counts as often as entries name it."""
LONGEST_BODY: Final = 64 << 20
"""Bytes of a body beyond which it is not read."""

_METHODS: Final = (ZIP_STORED, ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_DAMAGE: Final = (BadZipFile, EOFError, zlib.error, NotImplementedError)


def read(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """Yield the entries of the one HAR file in a zip. Raises `NoRecording` or `CutOff`."""
    try:
        archive = ZipFile(file)
    except _DAMAGE:
        raise NoRecording(f"{name} is a zip that is cut off or damaged: pack it again.") from None
    with archive:
        packed = _Packed(archive, name)
        try:
            with packed.har() as unpacked:
                yield from har.read(unpacked, name, packed.with_bodies)
        except _DAMAGE:
            raise CutOff(f"{name} is cut off or damaged in its packing; pack it again.") from None


class _Packed:
    """The files of a zip, and how many bytes of them may still be unpacked."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._har = self._only_har(archive.infolist())
        self._left = UNPACKED

    def _only_har(self, members: list[ZipInfo]) -> ZipInfo:
        # macOS packs a file of its own beside each, of the same name behind two characters.
        found = [each for each in members if each.filename.lower().endswith(".har") and "._" not in each.filename]
        if len(found) != 1:
            held = f"{len(found)} HAR files: unpack it, and name each" if found else "no HAR file: name a recording"
            raise NoRecording(f"{self._name} is a zip that holds {held}.")
        if not _can_be_read(found[0]):
            raise NoRecording(f"{self._name} is a zip that is encrypted or packed in another way: unpack it first.")
        return found[0]

    def har(self) -> IO[bytes]:
        """Open the HAR file. Raises `NoRecording`."""
        self._spend(self._har)
        return self._archive.open(self._har)

    def with_bodies(self, entry: Any) -> Any:
        """Return an entry with the bodies that stand in files of their own."""
        if isinstance(entry, dict):
            for message, body in (("request", "postData"), ("response", "content")):
                part = entry[message].get(body) if isinstance(entry.get(message), dict) else None
                if isinstance(part, dict) and (content := self._body(part.get("_file"))) is not None:
                    part |= {"text": b64encode(content).decode("ascii"), "encoding": BASE64}
        return entry

    def _body(self, file: object) -> bytes | None:
        """Return what a file beside the HAR file holds, where it is there, whole, and not too long."""
        if not isinstance(file, str):
            return None
        try:
            member = self._archive.getinfo(str(PurePosixPath(self._har.filename).parent / file))
            if not _can_be_read(member) or member.file_size > LONGEST_BODY:
                return None
            self._spend(member)
            return self._archive.read(member)
        except (KeyError, *_DAMAGE):
            return None

    def _spend(self, member: ZipInfo) -> None:
        """Count a file before it is unpacked: not more is read of it than it says. Raises `NoRecording`."""
        self._left -= member.file_size
        if self._left < 0:
            raise NoRecording(
                f"{self._name} unpacks to more than {UNPACKED >> 30} GiB, which is not read: record less at once."
            )


def _can_be_read(member: ZipInfo) -> bool:
    return member.compress_type in _METHODS and not member.flag_bits & _ENCRYPTED
