"""What a server may do to the suite, one behaviour after the other, and what the suite has to make of it."""

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from reports.exit_codes import CONFORMANT, INCONCLUSIVE, NONCONFORMANT
from tests.hostile.server import JSON, Act, Kind, Talk, http

GUIDE = "suites/scenarios/test_guide.py::test_every_file_of_a_directory_gets_a_job_that_can_be_looked_up[parse_v2]"
LONG_AGO = "suites/scenarios/test_statuses.py::test_a_batch_of_long_ago_is_still_listed"
PAGES = "suites/scenarios/test_pages.py::test_a_walk_meets_every_batch_once"

EVERYTHING: frozenset[Kind] = frozenset({"preflight", "list", "create", "get", "upload", "other"})
PLACES: dict[frozenset[Kind], str] = {
    EVERYTHING: "from the first request",
    frozenset({"get"}): "at a get",
    frozenset({"list"}): "at a list",
    frozenset({"create"}): "at a create",
    frozenset({"upload"}): "at an upload",
    EVERYTHING - {"preflight"}: "from the second request",
}
GET, LIST, CREATE, UPLOAD, LATER = list(PLACES)[1:]

MEGABYTE = 2**20
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\x00\r"
SCRIPT = "</details></td><script>alert(1)</script><img src=x onerror=alert(1)>]]>"
SIGNATURE = "5f0c1e77ba5eba11"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Behaviour:
    """A behaviour: when it has its turn, what it does, and how the run has to end.

    `says` is part of the output of the run; `fails` are the requirements that it accuses of, and no others.
    """

    name: str
    what: str
    act: Act
    when: frozenset[Kind]
    code: int
    says: str
    fails: frozenset[str]
    tests: tuple[str, ...]
    never_shown: tuple[str, ...]
    is_there: bool
    has_certificate: bool

    @property
    def place(self) -> str:
        """When it happens, in words."""
        return PLACES[self.when]


BEHAVIOURS: dict[str, Behaviour] = {}


def _hostile(
    when: frozenset[Kind],
    code: int,
    says: str,
    *fails: str,
    tests: Sequence[str] = (),
    never_shown: Sequence[str] = (),
    is_there: bool = True,
    has_certificate: bool = False,
) -> Callable[[Act], Act]:
    def keep(act: Act) -> Act:
        name = act.__name__.strip("_").replace("_", "-")
        what = " ".join((act.__doc__ or "").split())
        ran = tuple(tests) or ((LONG_AGO,) if when == LIST else (GUIDE,))
        BEHAVIOURS[name] = Behaviour(
            name, what, act, when, code, says, frozenset(fails), ran, tuple(never_shown), is_there, has_certificate
        )
        return act

    return keep


def unasked(when: frozenset[Kind], says: str, **more: Any) -> Callable[[Act], Act]:
    """A behaviour under which the question cannot be asked."""
    return _hostile(when, INCONCLUSIVE, says, **more)


def broken(when: frozenset[Kind], says: str, *fails: str, **more: Any) -> Callable[[Act], Act]:
    """A behaviour that breaks promises."""
    return _hostile(when, NONCONFORMANT, says, *fails, **more)


def legal(when: frozenset[Kind], **more: Any) -> Callable[[Act], Act]:
    """A behaviour that is odd and breaks nothing."""
    return _hostile(when, CONFORMANT, "CONFORMANT", **more)


# --- the connection ---


@unasked(EVERYTHING, "does not answer: connection refused", is_there=False)
def refuses_the_connection(_talk: Talk) -> None:
    """Nobody listens."""


@unasked(GET, "no answer from")
def goes_away(talk: Talk) -> None:
    """The server ends in the middle of the run."""
    talk.server.leave()


@unasked(EVERYTHING, "it takes the connection and is silent for 2 s")
def never_answers(talk: Talk) -> None:
    """A connection is accepted, and nothing is said on it."""
    talk.hold()


@unasked(GET, "no whole answer within 2 s")
def falls_silent(talk: Talk) -> None:
    """A request in the middle of the run is never answered."""
    talk.hold()


@unasked(LATER, "passed without a usable answer", tests=("suites/scenarios/test_input.py",))
def falls_silent_for_good(talk: Talk) -> None:
    """Nothing is answered any more, in a run of many tests."""
    talk.hold()


@unasked(EVERYTHING, "it takes the connection and is silent for 2 s")
def dribbles_header_bytes_at_once(talk: Talk) -> None:
    """The first answer comes as header bytes, one by one, for ever."""
    talk.dribble(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")


@unasked(GET, "no whole answer within 2 s")
def dribbles_header_bytes(talk: Talk) -> None:
    """Header bytes come one by one, for ever."""
    talk.dribble(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")


@unasked(GET, "no whole answer within 2 s")
def dribbles_body_bytes(talk: Talk) -> None:
    """After the headers the body comes byte by byte, for ever."""
    talk.send(http(b"", length=10**6))
    talk.dribble(b'{"id": "', b"a")


@unasked(CREATE, "the connection broke")
def resets_half_way(talk: Talk) -> None:
    """The connection is reset in the middle of an answer."""
    talk.send(http(b'{"id":', length=100))
    talk.reset()


@unasked(UPLOAD, "the answer is not a complete HTTP response")
def hangs_up(talk: Talk) -> None:
    """The connection is closed without an answer."""
    talk.socket.shutdown(1)


@unasked(LIST, "the answer is not a complete HTTP response")
def closes_without_a_body(talk: Talk) -> None:
    """Headers announce a body, and the connection is closed instead."""
    talk.send(http(b"", length=100))
    talk.socket.shutdown(1)


@legal(LATER)
def closes_after_each_answer(talk: Talk) -> None:
    """Each answer says that the connection is closed, and it is."""
    genuine = talk.genuine
    talk.send(http(genuine.body, genuine.status, (*genuine.headers, ("Connection", "close"))))
    talk.socket.shutdown(1)


@legal(LATER, tests=(GUIDE, LONG_AGO))
def answers_late(talk: Talk) -> None:
    """Each answer takes a third of a second, which is within bounds."""
    talk.server.stopped.wait(0.3)
    talk.send(talk.genuine.wire)


@unasked(EVERYTHING, "the certificate of 127.0.0.1 is for another address", has_certificate=True)
def shows_the_certificate_of_another(talk: Talk) -> None:
    """The TLS certificate is for another name."""
    talk.send(talk.genuine.wire)


# --- HTTP ---


@unasked(EVERYTHING, "answers with something other than HTTP")
def speaks_no_http(talk: Talk) -> None:
    """A banner with terminal sequences comes in the place of an answer."""
    talk.send(f"SSH-2.0-{ESCAPES}{talk.headers.get('Authorization')}\r\n\r\n".encode("latin-1"))
    talk.socket.shutdown(1)


@legal(LATER, tests=(GUIDE, LONG_AGO))
def speaks_http_1_0(talk: Talk) -> None:
    """Each answer is HTTP/1.0, and its end is the end of the connection."""
    genuine = talk.genuine
    talk.send(http(genuine.body, genuine.status, genuine.headers, version="1.0"))
    talk.socket.shutdown(1)


@unasked(GET, "no whole answer within 2 s")
def says_a_content_length_too_long(talk: Talk) -> None:
    """The Content-Length is longer than the body, and the connection stays."""
    body = talk.genuine.body
    talk.send(http(body, length=len(body) + 10))
    talk.hold()


@broken(GET, "a body that is not JSON", "success-is-json")
def says_a_content_length_too_short(talk: Talk) -> None:
    """The Content-Length is shorter than the body, which the rest follows."""
    body = talk.genuine.body
    talk.send(http(body, length=len(body) - 10))


@unasked(GET, "the body is longer than 8,388,608 bytes")
def sends_chunks_for_ever(talk: Talk) -> None:
    """A chunked body has no end."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    talk.flood(head, b"10000\r\n" + b"[" * 65536 + b"\r\n", 16 * 1024)


@unasked(LIST, "the body is longer than 8,388,608 bytes")
def sends_a_gigabyte(talk: Talk) -> None:
    """A list is a gigabyte of JSON."""
    talk.flood(http(b"", length=1024 * MEGABYTE), b'{"a": 1234567890}' * 4096, 15 * 1024)


@unasked(GET, "the answer is not a complete HTTP response")
def sends_huge_headers(talk: Talk) -> None:
    """A header has a megabyte."""
    talk.send(http(headers=(*JSON, ("X-Huge", "x" * MEGABYTE))))


@legal(GET)
def sends_large_headers(talk: Talk) -> None:
    """Headers have sixty kilobytes."""
    more = tuple((f"X-Large-{number}", "x" * 1000) for number in range(60))
    talk.send(http(talk.genuine.body, talk.genuine.status, (*JSON, *more)))


@legal(LATER)
def informs_first(talk: Talk) -> None:
    """Each answer comes after a 100 and two 103."""
    talk.send(b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 2)
    talk.send(talk.genuine.wire)


@unasked(GET, "no whole answer within 2 s")
def informs_for_ever(talk: Talk) -> None:
    """A 103 follows the other, and no answer."""
    talk.dribble(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")


@unasked(GET, "the answer is not a complete HTTP response")
def switches_protocols(talk: Talk) -> None:
    """A 101 comes that nobody asked for."""
    talk.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    talk.socket.shutdown(1)


@legal(GET)
def sends_two_content_types(talk: Talk) -> None:
    """The Content-Type stands there twice, first as JSON and then as HTML."""
    genuine = talk.genuine
    talk.send(http(genuine.body, genuine.status, (*JSON, ("Content-Type", "text/html"))))


@legal(LATER)
def sets_cookies(talk: Talk) -> None:
    """Each answer sets cookies, some of them nonsense."""
    cookies = ("a=b; Path=/", ";;;=", "x=y; Expires=Thu, 99 Foo 9999 99:99:99 GMT; Max-Age=" + "9" * 400)
    genuine = talk.genuine
    talk.send(http(genuine.body, genuine.status, (*genuine.headers, *(("Set-Cookie", each) for each in cookies))))


@broken(GET, "get-returns-requested-batch", "get-returns-requested-batch")
def answers_for_another_batch(talk: Talk) -> None:
    """A get brings a batch of another id."""
    talk.send(talk.genuine.with_fields(id="bat-of-somebody-else"))


@broken(GET, "get-returns-requested-batch", "get-returns-requested-batch")
def answers_twice(talk: Talk) -> None:
    """A second answer, to no request, follows on the same connection and is taken for that of the next."""
    talk.send(talk.genuine.wire + talk.genuine.with_fields(id="bat-of-somebody-else"))


@unasked(GET, "a redirect was not followed")
def redirects_in_a_circle(talk: Talk) -> None:
    """A get is redirected to itself."""
    talk.send(http(b"", 307, (("Location", talk.path),)))


@unasked(GET, "a redirect was not followed")
def redirects_to_another_host(talk: Talk) -> None:
    """A get is redirected to another server, which never receives the key."""
    talk.send(http(b"", 302, (("Location", f"{talk.server.elsewhere}{talk.path}"),)))


@unasked(LIST, "a redirect was not followed")
def redirects_the_list(talk: Talk) -> None:
    """The list is redirected to another server."""
    talk.send(http(b"", 308, (("Location", f"{talk.server.elsewhere}{talk.path}"),)))


@_hostile(
    LIST,
    CONFORMANT,
    "CONFORMANT",
    tests=("suites/property/test_operations.py::test_list",),
)
def redirects_what_is_generated(talk: Talk) -> None:
    """Each list that a generator asks for is redirected to another server, which never receives the key."""
    talk.send(http(b"", 307, (("Location", f"{talk.server.elsewhere}{talk.path}"),)))


@unasked(GET, "the answer is not a complete HTTP response")
def redirects_to_nonsense(talk: Talk) -> None:
    """A get is redirected to what is not a URL."""
    talk.send(http(b"", 302, (("Location", "http://[/:x\x7f"),)))


# --- encodings ---


def packed(body: bytes, encoding: str) -> bytes:
    """An answer with a Content-Encoding."""
    return http(body, headers=(*JSON, ("Content-Encoding", encoding)))


@cache
def bomb() -> bytes:
    """Two megabytes of gzip that unpack to two gigabytes of spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    head = packer.compress(b"{") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 16 * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * 128


@legal(LATER, tests=(GUIDE, LONG_AGO))
def packs_with_gzip(talk: Talk) -> None:
    """Each answer comes as gzip."""
    genuine = talk.genuine
    packed_body = gzip.compress(genuine.body) if genuine.body else b""
    talk.send(http(packed_body, genuine.status, (*genuine.headers, ("Content-Encoding", "gzip"))))


@legal(LATER)
def packs_with_a_bare_deflate(talk: Talk) -> None:
    """Each answer comes as deflate without its frame."""
    genuine = talk.genuine
    packed_body = zlib.compress(genuine.body)[2:-4] if genuine.body else b""
    talk.send(http(packed_body, genuine.status, (*genuine.headers, ("Content-Encoding", "deflate"))))


@unasked(GET, "the body unpacks to more than 8,388,608 bytes")
def sends_a_bomb(talk: Talk) -> None:
    """Two megabytes of gzip unpack to two gigabytes."""
    talk.send(packed(bomb(), "gzip"))


@unasked(GET, "the body is encoded as 'gzip, gzip'")
def sends_a_bomb_in_a_bomb(talk: Talk) -> None:
    """Gzip holds gzip that unpacks to gigabytes."""
    talk.send(packed(gzip.compress(bomb()), "gzip, gzip"))


@unasked(GET, "the body is not the gzip that its Content-Encoding says")
def sends_corrupt_gzip(talk: Talk) -> None:
    """A body that is declared as gzip is not."""
    talk.send(packed(talk.genuine.body, "gzip"))


@unasked(GET, "the body is not the gzip that its Content-Encoding says")
def sends_half_a_gzip(talk: Talk) -> None:
    """Gzip ends in the middle."""
    talk.send(packed(gzip.compress(talk.genuine.body)[:-12], "gzip"))


@unasked(GET, "the body is encoded as")
def sends_an_unknown_encoding(talk: Talk) -> None:
    """A body is encoded in a way that nobody asked for."""
    talk.send(packed(talk.genuine.body, "zstd;\x9b31m"))


# --- JSON ---


@legal(GET)
def nests_a_hundred_lists(talk: Talk) -> None:
    """A field of its own has a hundred lists in each other."""
    talk.send(talk.genuine.with_raw(b'"x": ' + b"[" * 100 + b"]" * 100))


@unasked(GET, "an answer is nested too deeply to be read")
def nests_a_hundred_thousand_lists(talk: Talk) -> None:
    """A field of its own has a hundred thousand lists in each other."""
    talk.send(talk.genuine.with_raw(b'"x": ' + b"[" * 10**5 + b"]" * 10**5))


@unasked(LIST, "an answer is nested too deeply to be read")
def nests_a_list_of_batches(talk: Talk) -> None:
    """A page has a hundred thousand lists in each other."""
    talk.send(talk.genuine.with_raw(b'"x": ' + b"[" * 10**5 + b"]" * 10**5))


@broken(GET, "a body that is not JSON", "success-is-json")
def sends_invalid_utf_8(talk: Talk) -> None:
    """A string is not UTF-8."""
    talk.send(talk.genuine.with_raw(b'"x": "\xff\xfe\xc0\x80"'))


@broken(GET, "NaN is not JSON", "success-is-json")
def sends_not_a_number(talk: Talk) -> None:
    """A field is NaN."""
    talk.send(talk.genuine.with_raw(b'"x": NaN'))


@legal(GET)
def sends_long_numbers(talk: Talk) -> None:
    """Fields of its own have numbers of 400 and of 5,000 digits, and one beyond every float."""
    long = b'"x": ' + b"9" * 400 + b', "y": -' + b"9" * 5000 + b', "z": 1e999, "w": 0.' + b"1" * 5000
    talk.send(talk.genuine.with_raw(long))


@legal(GET)
def repeats_keys(talk: Talk) -> None:
    """Each key stands there twice, with the same value."""
    body = talk.genuine.body
    talk.send(http(body and body[:-1] + b"," + body[1:], talk.genuine.status))


@legal(GET)
def sends_half_characters(talk: Talk) -> None:
    """A string of a field of its own, and the name of another, have lone surrogates."""
    talk.send(talk.genuine.with_raw(rb'"x": "\ud800 \udfff", "\udc00": 1'))


@legal(GET)
def sends_a_huge_string(talk: Talk) -> None:
    """A field of its own has five megabytes of text."""
    talk.send(talk.genuine.with_raw(b'"x": "' + b"\xc3\xa9" * 2_500_000 + b'"'))


@unasked(LATER, "its large answers fill the memory", tests=("suites/scenarios/test_create.py",))
def sends_a_huge_string_each_time(talk: Talk) -> None:
    """Each answer has five megabytes of text in a field of its own."""
    talk.send(talk.genuine.with_raw(b'"x": "' + b"\xc3\xa9" * 2_500_000 + b'"'))


@legal(GET)
def begins_with_a_byte_order_mark(talk: Talk) -> None:
    """A byte order mark stands before the JSON."""
    body = talk.genuine.body
    talk.send(http(body and b"\xef\xbb\xbf" + body, talk.genuine.status))


@broken(GET, "text/html", "success-is-json")
def sends_another_media_type(talk: Talk) -> None:
    """JSON comes as text/html."""
    talk.send(http(talk.genuine.body, headers=(("Content-Type", "text/html"),)))


@broken(GET, "a body that is not JSON", "success-is-json")
def sends_no_content(talk: Talk) -> None:
    """A get is answered with 204 and nothing."""
    talk.send(b"HTTP/1.1 204 No Content\r\n\r\n")


@unasked(LIST, "the body has more than 150,000 values")
def sends_a_page_of_millions(talk: Talk) -> None:
    """A page has two million batches without anything in them."""
    talk.send(http(b'{"items": [' + b"{}," * 2_000_000 + b"{}]}"))


@broken(LIST, "as the schema says", "list-answers-with-page", "list-shows-created-batch")
def sends_a_page_of_many(talk: Talk) -> None:
    """A page has forty thousand batches without anything in them."""
    talk.send(http(b'{"items": [' + b"{}," * 40_000 + b"{}]}"))


@broken(GET, "as the schema says", "results-well-formed", "results-cover-every-file", "result-has-outcome")
def sends_many_empty_results(talk: Talk) -> None:
    """A batch has forty thousand results without anything in them."""
    if "expand" not in talk.path:
        talk.send(talk.genuine.wire)
        return
    talk.send(talk.genuine.with_fields(results=[{}] * 40_000))


# --- what is shown ---

EVERY_STRING = (
    *("get-answers-with-batch", "timestamps-are-date-times", "config-never-changes"),
    *("source-directory-never-changes", "project-never-changes"),
)
"""What breaks with every string of a batch but its id and its status."""


def everywhere(value: Any, text: str) -> Any:
    """JSON with a text behind each of its strings."""
    if isinstance(value, dict):
        return {f"{name}": everywhere(inner, text) for name, inner in value.items()}
    if isinstance(value, list):
        return [everywhere(inner, text) for inner in value]
    return value + text if isinstance(value, str) else value


def _tell_everywhere(talk: Talk, text: str) -> None:
    """Answers a plain get with a text behind every string but the id and the status."""
    if "expand" in talk.path:
        talk.send(talk.genuine.wire)
        return
    whole = talk.genuine.json
    talk.send(http(json.dumps({**everywhere(whole, text), "id": whole["id"], "status": whole["status"]}).encode()))


@broken(CREATE, "expected a 2xx, got 400", "create-accepts-parse")
def puts_terminal_sequences_into_an_error(talk: Talk) -> None:
    """A create is refused in words that control a terminal."""
    talk.send(http(f'{{"detail": "{ESCAPES}"}}'.encode(), 400, (("Content-Type", f"text/plain; {chr(0x9B)}31m"),)))


@broken(GET, "as the schema says", *EVERY_STRING)
def puts_terminal_sequences_into_every_string(talk: Talk) -> None:
    """Every string of a batch ends in a sequence that controls a terminal."""
    _tell_everywhere(talk, ESCAPES + "\n::error::owned\n")


@broken(GET, "as the schema says", *EVERY_STRING)
def puts_markup_into_every_string(talk: Talk) -> None:
    """Every string of a batch ends in HTML and a script."""
    _tell_everywhere(talk, SCRIPT)


@broken(GET, "created_at as the schema says", "timestamps-are-date-times", never_shown=(SIGNATURE,))
def shows_a_presigned_url(talk: Talk) -> None:
    """A batch that breaks a promise shows a presigned URL, whose signature is shown nowhere."""
    signed = f"https://files.example/a.pdf?X-Amz-Credential={SIGNATURE}&X-Amz-Signature={SIGNATURE}"
    talk.send(
        talk.genuine.with_fields(created_at=f"at {signed}", url=signed, other=f"https://x.example/?sig={SIGNATURE}")
    )


# --- the service ---


@broken(GET, "any status but a 5xx", "no-server-error", "get-returns-requested-batch")
def fails_once(talk: Talk) -> None:
    """The first get fails with 500, all others work."""
    talk.send(talk.genuine.wire if talk.turns else http(b"{}", 500))


@broken(GET, "get-returns-requested-batch", "get-returns-requested-batch")
def refuses_the_key_for_gets(talk: Talk) -> None:
    """A get refuses the key that makes and lists batches."""
    talk.send(http(b"{}", 401))


@unasked(LATER, "the key is refused with 401")
def refuses_the_key_from_then_on(talk: Talk) -> None:
    """The key, which was good for some requests, is refused for all others."""
    is_over = talk.turns >= 5
    talk.send(http(b"{}", 401) if is_over else talk.genuine.wire)


@unasked(LIST, "the key is refused with 401")
def refuses_the_key_for_the_list(talk: Talk) -> None:
    """The list, which the key opened at the first look, refuses it."""
    talk.send(http(b"{}", 401))


@broken(LIST, "next_page_token", "walk-over-pages-ends", tests=(f"{PAGES}[None]",))
def has_always_another_page(talk: Talk) -> None:
    """Each page has a next_page_token."""
    talk.send(http(json.dumps({"items": [], "next_page_token": f"page-{talk.turns}"}).encode()))


@unasked(CREATE, "the next try being due in 31536000 s")
def asks_to_come_back_in_a_year(talk: Talk) -> None:
    """A create is to be tried again in a year."""
    talk.send(http(b"{}", 429, (*JSON, ("Retry-After", str(YEAR)))))


@unasked(CREATE, "the next try being due in 31536000 s")
def asks_to_come_back_on_a_day(talk: Talk) -> None:
    """A create is to be tried again at a date that is a year after the server's own."""
    dates = (("Date", "Mon, 01 Jan 2001 00:00:00 GMT"), ("Retry-After", "Tue, 01 Jan 2002 00:00:00 GMT"))
    talk.send(http(b"{}", 503, (*JSON, *dates)))


@unasked(CREATE, "still refuses requests as too many")
def asks_to_come_back_at_once(talk: Talk) -> None:
    """A create is refused with 429 again and again, to be retried at once."""
    talk.send(http(b"{}", 429, (*JSON, ("Retry-After", "0"))))


@legal(CREATE)
def turns_away_once(talk: Talk) -> None:
    """The first create is to be tried again in a second."""
    talk.send(talk.genuine.wire if talk.turns else http(b"{}", 429, (*JSON, ("Retry-After", "1"))))
