"""The suite's own `report.json`, as a recording of the exchanges that it shows."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from suites.passive.recorded import NO_ANSWER, PART_OF_BODY, CutOff, Recorded

MARK = b'"kind": "batches-conformance report"'
"""What such a report begins with, behind its bracket."""

_CUT = re.compile(r"… \(\d+ bytes\)\Z")
SLACK = 0.000_002
"""Seconds that its times may be off."""


def read(file: BinaryIO, name: str) -> Iterator[Recorded]:
    """The exchanges that stand as evidence in a report, each once. Raises `CutOff`."""
    try:
        report = json.load(file)
        found = {
            (exchange["worker"], exchange["number"]): exchange
            for result in report["requirements"]
            for violation in result["violations"]
            for exchange in violation["exchanges"]
        }
        told = [_recorded(number, each) for number, each in enumerate(found.values(), start=1)]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CutOff(f"{name} is a report that is cut off or damaged; take a whole copy.") from error
    yield from told


def _recorded(number: int, exchange: dict[str, Any]) -> Recorded:
    request, response = exchange["request"], exchange["response"]
    body = response["body"] if response else ""
    sent_body = request["body"] or ""
    return Recorded(
        number=number,
        method=request["method"],
        url=request["url"],
        sent_headers=tuple((name, value) for name, value in request["headers"]),
        sent_body=b"" if _CUT.search(sent_body) else sent_body.encode("utf-8", "surrogatepass"),
        status=response["status"] if response else 0,
        headers=tuple((name, value) for name, value in response["headers"]) if response else (),
        body=body.encode("utf-8", "surrogatepass"),
        started=datetime.fromisoformat(exchange["sent_at"]).timestamp(),
        seconds=exchange["seconds"],
        slack=SLACK,
        caller=exchange["caller"],
        lack=NO_ANSWER if response is None else PART_OF_BODY if _CUT.search(body) else None,
    )
