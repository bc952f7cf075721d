"""What two violations have in common that are the same defect, seen in two runs."""

import hashlib
import re
from collections.abc import Callable
from itertools import groupby
from typing import Final
from urllib.parse import unquote, urlsplit

from reports.model import Exchange

PATTERN: Final = r"^v[0-9a-f]{12}$"
"""The form of a fingerprint, which YAML never takes for a number."""
READ: Final = 1000
"""Characters of a text that are looked at."""
COMPARED: Final = 160
"""Characters of a normalised text that count; what follows tells the same at greater length."""
SHORTEST_SENT: Final = 3
"""Characters of a piece of a path from which on it is recognised where a message repeats it."""

_PLACE: Final = re.compile(r"https?://[^\s/'\"]+")
_CUT: Final = re.compile(r"[^\s,]*…$")
_FRACTION: Final = re.compile(r"(?<![\w.-])\d+\.\d+(?!\w)")
_NUMBER: Final = re.compile(r"#?(?<![\w.])(?<!code )-?\d+(?!\w)")
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:T| |%20)\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d)?(?:[.,]\d+)?(Z|(?:[+-]|%2B)\d\d(?::|%3A)?\d\d)?"
)
_DATE: Final = re.compile(r"(?<!\w)\d{4}-\d\d-\d\d(?!\w)")
_ID: Final = re.compile(
    r"(?<![\w-])(?:"
    r"[\w-]*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=\d*[a-f])[0-9a-f]{8,}"
    r"|[A-Za-z]{2,8}[-_][A-Za-z0-9]{16,}"
    r"|(?=[\w+/-]*\d[\w+/-]*\d)[\w+/-]{24,}=*"
    r"|(?=[\w-]*\d[\w-]*\d)[A-Za-z][\w-]{7,}"
    r")(?![\w-])"
)
_STATUS_CODE: Final = re.compile(r"(?:(?<=→ )|(?<=status )|^)([1-5]\d\d)$")
_TRANSIENT: Final = re.compile(r"\b(?:PENDING|THROTTLED|RUNNING|(pending|throttled|running))\b")
_REPEATED: Final = re.compile(r"(?P<first>['\"]?<\w+>['\"]?(?:: (?:'<\w+>'|None))?)(?:, (?P=first))+")
_FIXED_PIECE: Final = re.compile(r"[a-z]+|v\d+")


def fingerprint(
    *,
    requirement: str,
    test: str,
    oracle: str | None,
    case: str,
    expected: str,
    actual: str,
    evidence: Exchange | None,
) -> str:
    """Name the defect behind a violation in thirteen characters.

    The same defect has the same name whatever ids, times, numbers, ports and statuses of passage a run has met, in
    whatever order. Without an oracle it is the test that noticed, whatever its parameters, and its case counts, which
    is of its own choosing; an oracle meets its cases by chance.
    """
    sent = _sent(evidence)
    noticed_by = f"oracle {oracle}" if oracle else f"{test.partition('[')[0]} {normalised(case, sent)}"
    parts = (
        requirement,
        noticed_by,
        (evidence.operation or "") if evidence else "",
        normalised(expected, sent),
        normalised(actual, sent),
    )
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"v{digest[:12]}"


def normalised(text: str, sent: tuple[str, ...] = ()) -> str:
    """Take out of a message what another run would say otherwise; `sent` are pieces that the request brought up."""
    text = text[:READ]
    for piece in sent:
        text = re.sub(rf"(?<![\w-]){re.escape(piece)}(?![\w-])", "<sent>", text)
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return ", ".join(part for part, _ in groupby(text.split(", ")))[:COMPARED]


def _time(found: re.Match[str]) -> str:
    return "<time>" if found[1] else "<time without offset>"


def _transient(found: re.Match[str]) -> str:
    return "<passage>" if found[1] else "<PASSAGE>"


_REPLACEMENTS: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (_STATUS_CODE, r"<code \1>"),
    (_CUT, ""),
    (_PLACE, "<place>"),
    (_TIME, _time),
    (_DATE, "<date>"),
    (_FRACTION, "<n>"),
    (_ID, "<id>"),
    (_NUMBER, "<n>"),
    (_TRANSIENT, _transient),
    (_REPEATED, r"\g<first>"),
)


def _sent(evidence: Exchange | None) -> tuple[str, ...]:
    """The pieces of the path that a test or a generator chose, the longest first."""
    if evidence is None:
        return ()
    try:
        path = urlsplit(evidence.request.url).path
    except ValueError:
        return ()
    pieces = {unquote(piece) for piece in path.split("/") if not _FIXED_PIECE.fullmatch(piece)}
    return tuple(
        sorted((piece for piece in pieces if len(piece) >= SHORTEST_SENT), key=lambda each: (-len(each), each))
    )
