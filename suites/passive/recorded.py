"""What every kind of recording comes down to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

Headers = tuple[tuple[str, str], ...]


class NoRecording(Exception):
    """A file is no recording that can be read. The message is a sentence that says why and what to do."""


class CutOff(Exception):
    """A recording ends before its end. The message is a sentence that says so; what stood before it was given."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange as a recorder wrote it down, keys and all.

    `number` is its place in the recording, from 1. `started` is in seconds since 1970, `seconds` is how long it took,
    and `slack` how far off both may be; each is `None` where the recording does not say. `caller` is what the recorder
    calls the one who asked, if it names them in place of their key. `is_whole` says that no header was taken out.
    `lack` says why the exchange cannot be judged, if that is so.
    """

    number: int
    method: str
    url: str
    sent_headers: Headers
    sent_body: bytes
    status: int
    headers: Headers
    body: bytes
    started: float | None
    seconds: float | None
    slack: float = 0.0
    caller: str | None = None
    is_whole: bool = False
    lack: str | None = None


Reader = Callable[[BinaryIO, str], Iterator[Recorded]]
"""Gives the exchanges of an open file, whose name is for messages; raises `NoRecording` or `CutOff`."""

NO_ANSWER = "no answer was recorded"
NO_BODY = "the body of the answer was not recorded"
PART_OF_BODY = "the body of the answer was recorded in part"
NO_HEADERS = "the headers of the answer were not recorded"
FROM_CACHE = "the answer came from a cache"
