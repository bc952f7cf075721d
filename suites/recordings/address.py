"""Where a request went: what its URL comes to, which is asked for again and again."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

ADDRESSES_REMEMBERED = 512
"""URLs of which it is remembered what they come to, since a batch is polled and a list is read again."""

_BELOW_BASE = re.compile(r".*(?=/api/v\d+/)", re.DOTALL)
_PLAIN = re.compile(r"(https?)://([\w.:-]++)((?:/[!\"$->@-~]*+)?)(?:\?([!\"$-~]*+))?", re.ASCII)
"""A URL that names nobody who asks, and has no fragment, in parts."""


class Address(NamedTuple):
    """A URL in parts: the base URL, the path and the query that follow it, and the whole as it may be shown."""

    base: str
    path: str
    query: str
    shown: str


NOWHERE = Address("", "", "", "")


@lru_cache(maxsize=ADDRESSES_REMEMBERED)
def address_of(url: str) -> Address:
    """Return what a URL comes to, without the one who asks and its fragment; `NOWHERE` where it names no host."""
    plain = _PLAIN.fullmatch(url)
    try:
        scheme, netloc, path, query = plain.groups("") if plain else urlsplit(url)[:4]
    except ValueError:
        return NOWHERE
    host = netloc.rpartition("@")[2]
    if not host:
        return NOWHERE
    below_base = _BELOW_BASE.match(path)
    begin = below_base.end() if below_base else 0
    whole = f"{scheme}://{host}{path}"
    return Address(
        base=f"{scheme}://{host.lower()}{path[:begin]}",
        path=path[begin:],
        query=query,
        shown=f"{whole}?{query}" if query else whole,
    )


def query_of(url: str) -> str:
    """Return the query of a URL, still percent-encoded; empty where it has none."""
    return url.partition("#")[0].partition("?")[2]
