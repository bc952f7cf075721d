"""Sends the request again that showed a violation, and judges the answer."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from fixtures.client import Client
from fixtures.exchange import CUT, SECRET_HEADERS, Exchange, Request, Response
from fixtures.settings import KEY, OTHER_KEY, Settings
from fixtures.target import MAIN, OTHER, open_target
from spec.openapi import match
from suites.oracles import ORACLES, of_recordings
from suites.oracles.panel import Panel
from suites.traffic import CREATE
from suites.verify import Observation, Verify

ReplayResult = Literal["still violated", "no longer violated", "inconclusive"]
Plain = Mapping[str, Any]

READING = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""
LEFT_TO_THE_CLIENT = SECRET_HEADERS | {
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
}
MAY_BE_FRUITLESS = frozenset(
    {
        "create-refuses-unknown-directory",
        "create-refuses-unknown-configuration",
        "create-refuses-mismatched-configuration",
        "create-refuses-foreign-configuration",
        "create-refuses-foreign-directory",
    }
)
"""Requirements that an accepted create may still keep, if its batch comes to nothing."""

_ID = re.compile(r'"id":\s*"([^"]+)"')


@dataclass(frozen=True)
class ShownViolation:
    """What a report has of a violation: what its fingerprint is made of, and its exchanges as the report has them."""

    requirement: str
    check: str
    kind: str
    exchanges: Sequence[Plain]
    deciding: int

    @property
    def request(self) -> Plain:
        """The request that showed the fault."""
        request: Plain = self.exchanges[self.deciding]["request"]
        return request


@dataclass(frozen=True)
class Replay:
    """The result of a replay, the reason, and the new exchange as a report would have it, if there was one."""

    word: ReplayResult
    why: str
    exchange: Plain | None = None


def reason_not_to_send(
    shown: ShownViolation, base_url: str, *, may_create: bool, given: frozenset[str] = frozenset()
) -> str | None:
    """Say why the request of a violation is not to be sent to a target again; `None` where it can be.

    `given` names, in lower case, the hidden headers whose values are known again.
    """
    exchange, request = shown.exchanges[shown.deciding], shown.request
    method, body = request["method"], request["body"] or ""
    path = _below(request["url"], base_url)
    if path is None:
        return f"the request went to another place than {base_url}, and the key is for that alone"
    found = match(method, path.partition("?")[0])
    is_create = found is not None and found[0].id == CREATE and method == "POST"
    if method not in READING and not is_create:
        return f"a {method} of this path changes something, and only requests that read are sent again"
    if is_create and not may_create:
        return "a create may be billed: --create sends it anyway"
    if CUT.search(body) or _is_multipart(request):
        return "the report has only a part of the body that was sent"
    known, hidden = LEFT_TO_THE_CLIENT | given, (name for name, value in request["headers"] if value == "***")
    if unknown := next((name for name in hidden if name.lower() not in known), None):
        return f"the header {unknown} is hidden in the report: give it again with --secret-header"
    return None if exchange["caller"] else "the report does not say with whose key it was sent"


def replay(shown: ShownViolation, settings: Settings) -> Replay:
    """Send the request of a violation again and judge the answer. Raises `RunError` when no answer comes.

    Oracles look at the answer after the exchanges that the report has from before it; where none of them makes the
    check, the status decides, or whether the answer is the same as before.
    """
    with (
        open_target(settings) as target,
        Client(target, settings.request_timeout, settings.request_timeout, "main") as client,
    ):
        caller = shown.exchanges[shown.deciding]["caller"]
        if caller not in target.keys or (caller == OTHER and target.keys[OTHER] is None):
            return Replay("inconclusive", f"the key that it was sent with, the one of {caller}, was not given")
        new = client.forward(_again(shown.request), caller)
    word, why = _refused_key(shown, new) or _observed(shown, new, settings.target) or _compared(shown, new)
    found = match(new.request.method, new.request.path)
    return Replay(word, why, new.as_json(found[0].id if found else None))


def _again(request: Plain) -> httpx.Request:
    headers = [(name, value) for name, value in request["headers"] if name.lower() not in LEFT_TO_THE_CLIENT]
    return httpx.Request(request["method"], request["url"], headers=headers, content=(request["body"] or "").encode())


class _Notes(Verify):
    """Keeps whatever is observed of one check, whether it holds or not."""

    def __init__(self, shown: ShownViolation) -> None:
        super().__init__()
        self._asked = (shown.requirement, shown.check)
        self.made: list[Observation] = []

    def record(self, *observations: Observation) -> None:
        """Keep the observations of the check."""
        self.made += (each for each in observations if (each.requirement, each.check) == self._asked)


def _refused_key(shown: ShownViolation, new: Exchange) -> tuple[ReplayResult, str] | None:
    """Return that a key is refused with which such a request was not refused then; `None` where nothing says so."""
    exchange = shown.exchanges[shown.deciding]
    variable = {MAIN: KEY, OTHER: OTHER_KEY}.get(exchange["caller"])
    then = exchange["response"]
    if variable is None or new.response is None or new.response.status != 401:
        return None
    if then is not None and then["status"] == 401:
        return None
    return "inconclusive", f"the key is refused with a 401: set {variable} to one of the target"


def _observed(shown: ShownViolation, new: Exchange, base_url: str) -> tuple[ReplayResult, str] | None:
    """Return what the oracles say of the answer, `None` where none of them makes the check."""
    known = {oracle.name: oracle for oracle in (*of_recordings(), *ORACLES)}
    notes = _Notes(shown)
    panel = Panel(list(known.values()), notes)
    for exchange in shown.exchanges[: shown.deciding]:
        if (earlier := _recorded(exchange, base_url)) is not None:
            panel.on_exchange(earlier)
    notes.made.clear()
    panel.on_exchange(new)
    beside = " beside what the report has from before" if shown.deciding else ""
    if broken := next((each for each in notes.made if not each.holds), None):
        detail = f": {broken.difference}" if broken.difference else ""
        return "still violated", f"the oracle {broken.oracle} finds the answer wrong{beside}{detail}"
    if notes.made and _is_of_other_things(shown, new):
        return "inconclusive", "the answer shows nothing of what it showed then, which may be gone"
    if notes.made:
        return "no longer violated", f"the same check holds for the answer{beside}"
    return None


def _is_of_other_things(shown: ShownViolation, new: Exchange) -> bool:
    """Whether an answer that showed something then shows nothing of it now, where that is not what had to change."""
    then = shown.exchanges[shown.deciding]["response"]
    if then is None or new.response is None or shown.kind == "disclosed":
        return False
    ids, others = set(_ID.findall(then["body"])), set(_ID.findall(new.response.body.decode(errors="replace")))
    return bool(ids) and not ids & others


def _compared(shown: ShownViolation, new: Exchange) -> tuple[ReplayResult, str]:
    """Return what can be said of an answer by its status alone, or because it is the same as before."""
    assert new.response is not None
    status = new.response.status
    if shown.kind == "server-error":
        return ("still violated" if status >= 500 else "no longer violated"), f"the answer is a {status}"
    if shown.kind == "accepted" and new.response.is_refusal:
        return "no longer violated", f"the request is refused with a {status}"
    if shown.kind == "accepted" and new.response.is_success:
        if shown.requirement in MAY_BE_FRUITLESS:
            return "inconclusive", f"the request is accepted with a {status}, and its batch may still come to nothing"
        return "still violated", f"the request is accepted with a {status}"
    if shown.kind == "refused" and (new.response.is_success or new.response.is_refusal):
        word: ReplayResult = "no longer violated" if new.response.is_success else "still violated"
        return word, f"the answer is a {status}"
    then = shown.exchanges[shown.deciding]["response"]
    is_same = then is not None and status == then["status"] and new.as_json(None)["response"]["body"] == then["body"]
    if is_same and len(shown.exchanges) == 1:
        return "still violated", "the answer is the same as before"
    if len(shown.exchanges) > 1:
        compared = "the same as before" if is_same else "different from before"
        return "inconclusive", (
            f"the answer is {compared}, and it takes {len(shown.exchanges)} exchanges or more to judge it: "
            "run the tests of the requirement"
        )
    return (
        "inconclusive",
        "the answer is different from before, and no oracle makes this check: run the tests of the requirement",
    )


def _recorded(exchange: Plain, base_url: str) -> Exchange | None:
    """Return an exchange of a report, timed by this process's clock; `None` where the report has only a part."""
    request, response = exchange["request"], exchange["response"]
    path = _below(request["url"], base_url)
    bodies = (request["body"] or "", response["body"] if response else "")
    if path is None or response is None or any(CUT.search(body) for body in bodies):
        return None
    sent_at = datetime.fromisoformat(exchange["sent_at"])
    sent = sent_at.timestamp() - time.time() + time.monotonic()
    raw, _, query = path.partition("?")
    return Exchange(
        number=exchange["number"],
        worker=exchange["worker"],
        caller=exchange["caller"],
        request=Request(
            request["method"],
            request["url"],
            raw,
            query,
            _pairs(request["headers"]),
            bodies[0].encode("utf-8", "replace"),
        ),
        response=Response(response["status"], _pairs(response["headers"]), bodies[1].encode(errors="replace")),
        error=None,
        sent_at=sent_at.astimezone(UTC),
        sent=sent,
        received=sent + exchange["seconds"],
    )


def _pairs(headers: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers)


def _below(url: str, base_url: str) -> str | None:
    """Return the path and the query of a URL below a base URL, `None` where it is elsewhere."""
    base = base_url.rstrip("/")
    return url[len(base) :] if url.startswith(f"{base}/") else None


def _is_multipart(request: Plain) -> bool:
    return any(
        name.lower() == "content-type" and value.lower().startswith("multipart/") for name, value in request["headers"]
    )
