"""A line for the shell that repeats an exchange."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from reports.model import ReportedExchange, ReportedRequest, ReportedTarget
from spec.text import visible

_OWN_KEY: Final = "$LLAMA_CLOUD_API_KEY"
_OTHER_KEYS: Final = {
    "other": "$LLAMA_CLOUD_OTHER_API_KEY",
    **dict.fromkeys(("unknown", "half", "altered", "doubled", "lengthened", "recased"), "wrong-key"),
}
_ANONYMOUS: Final = "anonymous"
_LEFT_TO_CURL: Final = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
_HIDDEN: Final = "***"
"""What the record has in the place of a secret."""
_GLOB: Final = re.compile(r"[\[\]{}]")
_CERT_ESCAPED: Final = re.compile(r"[\\:]")
"""What curl takes for the beginning of a password, or of an escape, in the name of a certificate's file."""
_DOT_SEGMENT: Final = re.compile(r"/\.{1,2}(?:[/?#]|$)")


def curl_line(exchange: ReportedExchange, target: ReportedTarget | None = None) -> str:
    """Tell an exchange as one line for bash or zsh, without a control character.

    Keys and secret headers stand there as environment variables, and the certificates with which the target was
    reached as the paths of their files. A body that cannot be repeated from the record, as it is multipart, was cut or
    holds a NUL, is named in a comment at the end instead.
    """
    request = exchange.request
    remark = _why_body_is_left_out(request)
    words = [
        "curl",
        "-i",
        *_switches(request),
        *_certificates(request.url, target),
        quote(request.url),
        *_authorization(exchange.caller),
    ]
    for name, value in _headers(request, with_content_type=remark is None):
        words += ["-H", quote(f"{name}: {value}") if value != _HIDDEN else f'"{name}: ${_variable(name)}"']
    if request.body and remark is None:
        words += ["--data-raw", quote(request.body)]
    return " ".join(words) + (f"  # {remark}" if remark else "")


def quote(word: str) -> str:
    """Quote one word for bash or zsh; control characters become octal escapes in `$'…'`."""
    if visible(word) == word:
        return shlex.quote(word)
    return f"$'{''.join(_octal(character) for character in word)}'"


def _octal(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if visible(character) == character:
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogatepass"))


def _switches(request: ReportedRequest) -> Iterator[str]:
    if request.method == "HEAD":
        yield "--head"
    elif request.method != "GET" or request.body:
        yield from ("-X", quote(request.method))
    if _GLOB.search(request.url):
        yield "--globoff"
    if _DOT_SEGMENT.search(request.url):
        yield "--path-as-is"


def _certificates(url: str, target: ReportedTarget | None) -> Iterator[str]:
    """Name the files of certificates; another origin than the target's is shown none of a client."""
    if target is None or not url.startswith("https://"):
        return
    client, key, issuers = (target.settings.get(name) for name in ("client_cert", "client_key", "ca_bundle"))
    if client and _authority(url) == _authority(target.base_url):
        yield from ("--cert", quote(_CERT_ESCAPED.sub(r"\\\g<0>", client)))
        if key:
            yield from ("--key", quote(key))
    if issuers:
        yield from ("--cacert", quote(issuers))


def _authority(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower().removesuffix(":443")


def _authorization(caller: str) -> list[str]:
    if caller == _ANONYMOUS:
        return []
    return ["-H", f'"Authorization: Bearer {_OTHER_KEYS.get(caller, _OWN_KEY)}"']


def _headers(request: ReportedRequest, *, with_content_type: bool) -> Iterator[tuple[str, str]]:
    for name, value in request.headers:
        is_default = name.lower() in _LEFT_TO_CURL or (name.lower(), value) == ("accept", "*/*")
        if is_default or (name.lower() == "content-type" and not with_content_type):
            continue
        yield name, value


def _variable(header: str) -> str:
    """Name the environment variable that stands for the value of a header that is hidden in the record."""
    return re.sub(r"[^A-Z0-9]", "_", header.upper())


def _why_body_is_left_out(request: ReportedRequest) -> str | None:
    body = request.body
    if not body:
        return None
    headers = {name.lower(): value for name, value in request.headers}
    size = len(body.encode("utf-8", "surrogatepass"))
    if headers.get("content-type", "").lower().startswith("multipart/"):
        return f"and a multipart body of {headers.get('content-length', size)} bytes, left out here"
    if "\0" in body:
        return f"and a body of {size} bytes with a NUL in it, left out here"
    sent = headers.get("content-length", "")
    if sent.isdecimal() and int(sent) != size and not _is_json(body):
        return f"and a body of {sent} bytes, of which {size} were recorded, left out here"
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
