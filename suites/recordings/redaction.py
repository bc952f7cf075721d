"""What recorders write in the place of a value that nobody is to see, and which a service has never said."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic_core import SchemaValidator, core_schema

from fixtures.exchange import remembered
from spec.enumerations import list_parameters
from suites.recordings.recorded import Recorded

_WORD = "(?:redacted|filtered|masked|censored|scrubbed|saniti[sz]ed|anonymi[sz]ed|obfuscated|removed|hidden|stripped)"
_REDACTED = re.compile(
    rf"""
    \s* (?: {_WORD} (?:[_:-]\S*)? | [\w-]+ _{_WORD}
          | [\[<({{*_%-] [^\n]{{0,40}} \b{_WORD}\b [^\n]{{0,40}} [\]>)}}*_%-] ) \s*
    | .* \*\*\* .*
    | .* [•●█■]{{2}} .*
    | (?: .*[_-])? [xX]{{4,}} (?: [_-].*)?
    | \{{\{{ .* \}}\}} | \$\{{ .* \}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HINT = SchemaValidator(
    core_schema.str_schema(
        pattern=r"\*\*\*|\xe2|\\u2|xxxx|\{\{|\$\{|redact|filtered|masked|censored|scrubbed|saniti|anonymi|obfus|removed|hidden|stripped",
        regex_engine="rust-regex",
    )
)
"""Without any of which, in small letters, there is nothing of the kind in a text. It looks for all of them at once."""
FREE_TEXT = frozenset({"error_message", "detail", "message", "name", "description"})
"""Fields in which a service may write what it likes."""
ASKED_FOR = frozenset({*list_parameters(), "expand"})
"""The parameters of a query that a judgement rests on."""


def is_redacted(value: str) -> bool:
    """Whether a text stands in the place of another."""
    return _REDACTED.fullmatch(value) is not None


def has_redacted_values(recorded: Recorded) -> bool:
    """Whether a judgement of the exchange would rest on a value that its recorder has struck out."""
    if _may_be_redacted(unquote(recorded.url).encode(errors="replace")):
        parts = urlsplit(recorded.url)
        asked = [value for name, value in parse_qsl(parts.query) if name in ASKED_FOR]
        named = [unquote(segment) for segment in parts.path.split("/")]
        if any(map(is_redacted, [*asked, *named])):
            return True
    bodies = (recorded.sent_body, recorded.body if 200 <= recorded.status < 300 else b"")
    return any(map(_has_redacted_texts, bodies))


@remembered
def _has_redacted_texts(body: bytes) -> bool:
    return _may_be_redacted(body) and any(map(is_redacted, _texts(body)))


def _may_be_redacted(text: bytes) -> bool:
    return _HINT.isinstance_python(text.lower().decode("latin-1"))


def _texts(body: bytes) -> Iterator[str]:
    """Yield the texts of a JSON body that are not free."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value: Any = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [each for name, each in value.items() if name not in FREE_TEXT]
