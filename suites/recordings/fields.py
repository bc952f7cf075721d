"""The parts of an entry, in the forms in which recorders write them."""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import starmap
from operator import itemgetter
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus, unquote_to_bytes, urlencode, urlsplit

from fixtures.exchange import pairs_of as asked_for
from suites.recordings.address import query_of
from suites.recordings.recorded import NOT_TEXT, ODD, TWO_QUERIES, Headers
from suites.recordings.redaction import is_redacted
from suites.recordings.times import number_of
from suites.recordings.values import Several

Pairs = tuple[tuple[str, str], ...]

_HALF = re.compile("[\ud800-\udfff]")
"""What a recorder writes for bytes that are not text, and half characters."""
_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is none of UTF-8, as Python and mitmproxy write it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)"
_WITH_SCHEME = re.compile(_SCHEME)
_BRACKETED = re.compile(r"(?<=://)\[([^\]:]*)\]")
"""A host in brackets that is not an address, as recorders write that have struck it out."""
_PLAIN_URL = re.compile(rf"{_SCHEME}[!-Z\\^-~]*+")
"""A URL of which nothing needs to be changed: a whole one, of ASCII alone, without spaces and brackets."""
_HEADER_NAME = re.compile(r":?[\w.!#$%&'*^`|~+-]+", re.ASCII)
_ENCODED = re.compile("[%+]")
_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")
_NAME_AND_VALUE = itemgetter("name", "value")
BASE64 = "base64"
PLAIN = frozenset({"", "utf-8", "utf8", "identity", "none", "text", "plain"})
"""What recorders write for a body that stands there as it is."""


class Odd(Exception):
    """A part of an entry has a form that is not known. The message is the reason for which the entry is set aside."""


def object_of(value: object) -> dict[str, Any]:
    """Return an object, empty where there is none. Raises `Odd`."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Odd(ODD)
    return value


def text_of(value: object) -> str:
    """Return a text, empty where there is none. Raises `Odd`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        raise Odd(ODD)
    return str(value)


def status_of(value: object) -> int:
    """Return a status; 0 where there was none. Raises `Odd`."""
    code = value.strip().partition(" ")[0] if isinstance(value, str) else value
    number = 0.0 if code in (None, "") else number_of(code)
    if number is None or number != number or not -1 <= number < 600 or 0 < number < 100 or number % 1:
        raise Odd(ODD)
    return int(number) if number >= 200 else 0


def pairs_of(value: object) -> Pairs:
    """Return names and values: objects that have both, list of two, one object, or lines. Raises `Odd`."""
    return () if value is None else tuple(starmap(_texts, _pairs(value)))


def _texts(name: object, content: object) -> tuple[str, str]:
    """Return a name and a value; the name is empty where only a value was sent, as in `?=x`. Raises `Odd`."""
    if not isinstance(name, str):
        raise Odd(ODD)
    return name.strip(), text_of(content)


def _pairs(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, list):
        try:
            return list(map(_NAME_AND_VALUE, value))
        except (LookupError, TypeError):
            return map(_pair, value)
    if not isinstance(value, dict) or (value and value.keys() <= {"name", "value"}):
        raise Odd(ODD)
    return (
        (name, each)
        for name, content in value.items()
        for each in (content if isinstance(content, list | Several) else (content,))
    )


def _pair(pair: object) -> tuple[object, object]:
    if isinstance(pair, dict):
        return pair.get("name"), pair.get("value")
    if isinstance(pair, list) and len(pair) == 2:
        return pair[0], pair[1]
    if isinstance(pair, str) and ":" in pair[1:]:
        name, _, content = pair[1:].partition(":")
        return pair[0] + name, content.strip()
    raise Odd(ODD)


def headers_of(value: object) -> Headers:
    """Return headers as pairs, `Host` for its pseudo-header of HTTP/2; what is not text in a value shows as such."""
    if value is None:
        return ()
    try:
        return tuple(filter(None, starmap(_header, _pairs(value))))
    except TypeError:  # A name or a value that cannot be remembered is a list or an object.
        raise Odd(ODD) from None


@lru_cache(maxsize=1024, typed=True)
def _header(name: object, value: object) -> tuple[str, str] | None:
    """Return a header, which is one and the same object where it is repeated; `None` for other pseudo-headers."""
    named, text = _texts(name, value)
    if _HEADER_NAME.fullmatch(named) is None:
        raise Odd(ODD)
    shown = _HALF.sub("\ufffd", text)
    return ("host", shown) if named == ":authority" else None if named.startswith(":") else (named, shown)


def url_of(request: dict[str, Any]) -> str:
    """Return the whole URL of a request, from its headers where it does not say so itself. Raises `Odd`."""
    given = request.get("url")
    if given is not None and not isinstance(given, str):
        raise Odd(ODD)
    url = (given or "").strip()
    if _PLAIN_URL.fullmatch(url):
        return url
    if not url or url.startswith("/"):
        named = {name.lower(): value for name, value in pairs_of(request.get("headers"))}
        url = url or named.get(":path", "")
        host = named.get(":authority") or named.get("host")
        if not url.startswith("/") or not host:
            raise Odd(ODD)
        url = f"https:{url}" if url.startswith("//") else f"{named.get(':scheme') or 'https'}://{host}{url}"
    elif not _WITH_SCHEME.match(url):
        url = f"https://{url}"
    url = _BYTE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", _BRACKETED.sub(r"\1", url)).replace(" ", "%20")
    if _HALF.search(url) or _CONTROL.search(url):
        raise Odd(NOT_TEXT)
    try:
        urlsplit(url)
    except ValueError:
        raise Odd(ODD) from None
    return url


def with_query(url: str, beside: Pairs) -> str:
    """Return the URL with the query that its recorder keeps beside it. Raises `Odd` where the two disagree."""
    if not beside:
        return url
    query = query_of(url)
    if asked_for(query) == beside and not any(_ENCODED.search(name) for name, _ in beside):
        return url
    own: dict[str, set[str]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        own.setdefault(unquote_plus(name), set()).update(_readings(value))
    further: list[tuple[str, str]] = []
    for name, value in beside:
        if not name:
            continue
        known = own.get(_shown(raw_of(unquote_plus(name))))
        if known is None:
            further.append((name, value))
        elif not known & _readings(value) and not is_redacted(value):
            raise Odd(TWO_QUERIES)
    if not further:
        return url
    whole = "&".join([*([query] if query else []), *_written(further)])
    return urlsplit(url)._replace(query=whole).geturl()


def _readings(value: str) -> set[str]:
    """Return what a value may mean, as nobody knows whether it was decoded, nor how bytes that are no text were."""
    raw = raw_of(value)
    if b"%" not in raw and b"+" not in raw:
        return {_shown(raw)}
    return {_shown(raw), _shown(unquote_to_bytes(raw)), _shown(unquote_to_bytes(raw.replace(b"+", b" ")))}


def _shown(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _written(pairs: list[tuple[str, str]]) -> Iterator[str]:
    """Return pairs as they stand in a URL; a recorder that has left one of them encoded has left all."""
    is_encoded = any(_ESCAPED.search(each) for pair in pairs for each in pair)
    for pair in pairs:
        yield "=".join(quote(raw_of(each), safe="%+/:") if is_encoded else quote_plus(raw_of(each)) for each in pair)


def raw_of(text: str) -> bytes:
    """Return the bytes of a text, those among them that were none of UTF-8. Raises `Odd` for half a character."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise Odd(NOT_TEXT) from None


def body_of(value: object, encoding: object) -> bytes:
    """Return a body as it was recorded. Raises `Odd`, and `ValueError` for invalid base64."""
    if not isinstance(value, str):
        raise Odd(ODD)
    named = text_of(encoding).strip().lower()
    if named == BASE64:
        return b64decode("".join(value.split()), validate=True)
    if named not in PLAIN:
        raise Odd(ODD)
    return raw_of(value)


def sent_body_of(post: object) -> bytes:
    """Return the body of a request; empty where it was not recorded. Raises `Odd`."""
    if post is None:
        return b""
    if isinstance(post, str):
        return raw_of(post)
    posted = object_of(post)
    if posted.get("text") not in (None, ""):
        try:
            return body_of(posted["text"], posted.get("encoding"))
        except ValueError:
            raise Odd(ODD) from None
    params, media_type = pairs_of(posted.get("params")), text_of(posted.get("mimeType")).lower()
    if "json" in media_type:
        return raw_of("&".join(f"{name}={value}" if value else name for name, value in params))
    if "multipart" in media_type:
        return b""
    return urlencode([(raw_of(name), raw_of(value)) for name, value in params]).encode()
