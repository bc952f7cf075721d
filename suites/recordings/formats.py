"""Finds out what kind of recording a file is, and reads it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from suites.recordings import cassette, har, har_zip, own_report
from suites.recordings.opening import opened
from suites.recordings.recorded import CutOff, NoRecording, Reader, Recorded

SNIFFED = 4096
"""Bytes at the beginning of a file by which its kind is recognised."""

_EVENTS = re.compile(rb'\{\s*"Initialize"')
_YAML = re.compile(rb"\A\s*(#|---|command:|recorded_with:|http_interactions:|interactions:|version:)")


def read(path: Path) -> Iterator[Recorded]:
    """Yield the exchanges of a recording, as it has them. Raises `NoRecording` or `CutOff`."""
    try:
        with opened(path) as (file, is_whole):
            yield from _reader(file, path)(file, path.name)
            if not is_whole:
                raise CutOff(f"{path.name} is cut off or damaged in its packing; pack it again.")
    except OSError as error:
        raise NoRecording(f"{path} cannot be read ({error.strerror or error}): name a recording.") from None


def _reader(file: BinaryIO, path: Path) -> Reader:
    begin = file.tell()
    head = file.read(SNIFFED)
    file.seek(begin)
    text = head.lstrip()
    if not text:
        raise NoRecording(f"{path} is empty: name a recording.")
    if head.startswith(har_zip.MARK):
        return har_zip.read
    if text.startswith(b"{"):
        if text[1:].lstrip().startswith(own_report.MARK):
            return own_report.read
        return cassette.read_events if _EVENTS.match(text) else har.read
    if _YAML.match(head):
        return cassette.read_yaml
    raise NoRecording(f"{path} is not a recording of a known format: name a HAR file, a cassette or a report.json.")
