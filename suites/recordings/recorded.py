"""What every kind of recording comes down to."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal, NamedTuple

from spec.usage import WrongUsage

QueryIn = Literal["url", "beside", "nowhere"]
Headers = tuple[tuple[str, str], ...]


class NoRecording(WrongUsage):
    """A file is not a recording that can be read. The message is a sentence that says why and what to do."""


class CutOff(Exception):
    """A recording ends before its end. The message is a sentence that says so; what stood before it was given."""


class Recorded(NamedTuple):
    """An exchange as a recorder wrote it down, keys and all.

    `number` is its place in the recording, from 1. `started` is in seconds since 1970, `seconds` is how long it took,
    and `slack` how far off both may be; each is `None` where the recording does not say. `caller` is what the recorder
    calls the one who asked, if it names them in place of their key. `is_whole` says that no header was taken out.
    `lack` says why the exchange cannot be judged, if that is so; where it is not even known whom it was with, `url`
    is empty. `query_in` is where the recorder shows a query, or that there is none.
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
    query_in: QueryIn = "url"


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, by its name in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def by_name(headers: Headers) -> dict[str, str]:
    """Return the first value of each header, by its name in lower case."""
    return {name.lower(): value for name, value in reversed(headers)}


Reader = Callable[[BinaryIO, str], Iterator[Recorded]]
"""Gives the exchanges of an open file, whose name is for messages; raises `NoRecording` or `CutOff`."""

NO_ANSWER = "no answer was recorded"
NO_BODY = "the body of the answer was not recorded"
PART_OF_BODY = "the body of the answer was recorded in part"
NO_HEADERS = "the headers of the answer were not recorded"
FROM_CACHE = "the answer was taken from a cache"
NOT_OF_SERVICE = "the answer was the recorder's own"
BROKEN_OFF = "the exchange broke off"
PACKED = "the body of the answer was recorded in an encoding that cannot be unpacked"
REDACTED = "the recorder has redacted what a judgement depends on"
TWO_QUERIES = "the URL and the queryString of the request contradict each other"
NO_QUERY = "the query of the request was not recorded"
NOT_TEXT = "the entry has characters that are not text"
ODD = "a part of the entry has an unknown form"
UNREADABLE = "the entry is damaged, or describes no exchange"


def unread(number: int, lack: str = UNREADABLE) -> Recorded:
    """Return an entry of a recording that cannot be recognised."""
    return Recorded(number, "", "", (), b"", 0, (), b"", None, None, lack=lack)
