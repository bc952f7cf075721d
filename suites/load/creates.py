"""The creates of all processes together: no two of them return one id, wherever they were sent."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fixtures.exchange import Exchange, Headers, Request, Response
from suites.oracles.creation import batch_id_is_unique
from suites.oracles.panel import Panel
from suites.verify import Verify


class Creates:
    """Lets the oracle of ids look at the creates that all workers report."""

    def __init__(self) -> None:
        self._verify = Verify()
        self._panel = Panel([batch_id_is_unique], self._verify)

    def look(self, reported: Iterable[dict[str, Any]], cause: str) -> dict[str, Any]:
        """Look at some creates, and return what was found as plain data."""
        for each in reported:
            self._panel.on_exchange(_read(each))
        return self._verify.take(cause)


def plain(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as data that can be sent to another process."""
    return {**asdict(exchange), "sent_at": exchange.sent_at.isoformat()}


def _read(sent: dict[str, Any]) -> Exchange:
    request, response = sent["request"], sent["response"]
    return Exchange(
        **{
            **sent,
            "request": Request(**{**request, "headers": _headers(request)}),
            "response": response and Response(**{**response, "headers": _headers(response)}),
            "sent_at": datetime.fromisoformat(sent["sent_at"]),
        }
    )


def _headers(part: dict[str, Any]) -> Headers:
    return tuple((name, value) for name, value in part["headers"])
