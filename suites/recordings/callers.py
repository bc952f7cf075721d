"""Who asked: what a recording shows of it, and the keys that it must not show on."""

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, starmap
from typing import Any

from fixtures.exchange import SECRET_HEADERS, Headers, pairs_of
from fixtures.key import Key, spellings
from fixtures.target import ANONYMOUS
from fixtures.words import HIDDEN, SHORTEST_SECRET
from suites.recordings.address import query_of
from suites.recordings.recorded import Recorded, header

MOST_SECRETS = 500
"""Different secrets of a recording that are looked for everywhere; those of an exchange always are in what is its."""
KEY_HEADER = "authorization"
"""The header whose presence elsewhere shows that a recorder does not leave out keys."""
SCOPE = ("project_id", "organization_id")

_SECRET_NAME = re.compile(r"auth|cookie|token|secret|session|csrf|passw|api[-_]?key|credential|signature", re.I)
_NO_SECRET = frozenset({"page_token"})
_HARMLESS = frozenset({"accept", "host", "origin", "referer", "www-authenticate"})
_API_KEY = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]{12,})", re.I)
_REDACTED = re.compile(r"redact|filter|hidden|remov|saniti|secret|censor|mask|placeholder|x{5}|\*|<|\[", re.I)
_SESSION = re.compile(r"eyJ[A-Za-z0-9_-]+\.")
"""How a token of a login begins, which opens whatever its user may see, and not one project alone."""


class Callers:
    """Tells the callers of one service apart, as far as what they sent does.

    Two are the same only when both sent one API key and named one scope. Whose key that is nobody knows.
    """

    def __init__(self) -> None:
        self._shows_keys = False
        self._shows_hosts = False
        self._numbers: dict[str, int] = {}

    def note(self, recorded: Recorded) -> None:
        """Take in an exchange, before any is judged."""
        self._shows_keys = self._shows_keys or header(recorded.sent_headers, KEY_HEADER) is not None
        self._shows_hosts = self._shows_hosts or header(recorded.sent_headers, "host") is not None

    def name(self, recorded: Recorded) -> str:
        """Return what an exchange's caller is called; one that nobody knows again has a name of its own."""
        if recorded.caller == ANONYMOUS or (recorded.caller is None and self._is_anonymous(recorded)):
            return ANONYMOUS
        identity = recorded.caller or _api_key(recorded)
        if identity is None:
            return f"somebody, in exchange {recorded.number}"
        number = self._numbers.setdefault(identity, len(self._numbers) + 1)
        asked = dict(_query(recorded.url))
        scope = [f"{name} {asked[name]}" for name in SCOPE if name in asked]
        return ", ".join([f"key {number}", *scope])

    def _is_anonymous(self, recorded: Recorded) -> bool:
        """Whether nothing was sent that may open a service, by a recorder that would have shown it.

        No request goes without a host, and none without any header: where others show one, and this does not, it was
        the recorder that left it out.
        """
        has_host = header(recorded.sent_headers, "host") is not None or not self._shows_hosts
        is_shown = recorded.is_whole or (self._shows_keys and has_host and bool(recorded.sent_headers))
        return is_shown and not any(True for _ in _credentials(recorded))


def _credentials(recorded: Recorded) -> Iterator[str]:
    yield from [value for name, value in recorded.sent_headers if _is_secret(name)]
    yield from [value for name, value in _query(recorded.url) if _is_secret(name)]


def _query(url: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs_of(query_of(url)) if value]


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    lower = name.lower()
    return lower in SECRET_HEADERS or (lower not in _NO_SECRET | _HARMLESS and _SECRET_NAME.search(lower) is not None)


def _api_key(recorded: Recorded) -> str | None:
    """Return the one API key that opened the service, if it was recorded and nothing else was sent with it."""
    values = list(_credentials(recorded))
    found = _API_KEY.fullmatch(values[0].strip()) if len(values) == 1 else None
    if found is None or _REDACTED.search(found[1]) or _SESSION.match(found[1]):
        return None
    return found[1]


class Secrets:
    """What is to be hidden wherever it turns up."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._spelt: list[str] | None = None

    def note(self, recorded: Recorded) -> None:
        """Take in what an exchange holds that opens something."""
        for secret in _secrets(recorded):
            if secret not in self._known and len(self._known) < MOST_SECRETS:
                self._known.add(secret)
                self._spelt = None

    def hide(self, data: Any) -> Any:
        """Plain data without the secrets."""
        if isinstance(data, str):
            for secret in self._spellings():
                if secret in data:
                    data = data.replace(secret, HIDDEN)
            return data
        if isinstance(data, list | tuple):
            return [self.hide(each) for each in data]
        if isinstance(data, dict):
            return {name: self.hide(value) for name, value in data.items()}
        return data

    def _spellings(self) -> list[str]:
        if self._spelt is None:
            keys = [Key(secret) for secret in sorted(self._known, key=len, reverse=True)]
            self._spelt = [spelt.decode(errors="replace") for spelt in spellings(keys)]
        return self._spelt


def _secrets(recorded: Recorded) -> Iterator[str]:
    yield from chain.from_iterable(starmap(_secrets_of, (*recorded.sent_headers, *recorded.headers)))
    yield from [value for name, value in _query(recorded.url) if _is_secret(name)]


@lru_cache(maxsize=1024)
def _secrets_of(name: str, value: str) -> tuple[str, ...]:
    """Return what a header holds that opens something."""
    if not _is_secret(name):
        return ()
    if name.lower() in ("cookie", "set-cookie"):
        return tuple(part.partition("=")[2] for part in value.split(";") if len(part) > SHORTEST_SECRET)
    return tuple(_parts_of(value))


def _parts_of(value: str) -> Iterator[str]:
    scheme, _, rest = value.strip().partition(" ")
    yield rest.strip() or scheme
    if scheme.lower() == "basic":
        try:
            yield from b64decode(rest).decode().split(":", 1)
        except ValueError:
            return


def shown(headers: Headers) -> Headers:
    """Return headers as they may be shown, in part at least: what opens something is hidden."""
    return tuple(starmap(_shown, headers))


@lru_cache(maxsize=1024)
def _shown(name: str, value: str) -> tuple[str, str]:
    """Return a header as it may be shown, which is one and the same object where it is repeated."""
    return name, HIDDEN if _is_secret(name) else value
