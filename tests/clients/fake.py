"""Small stand-ins: types as a client tells them, and replies as it gives them."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, cast

from fixtures.exchange import Exchange, Request, Response
from spec.elements import parameters_of
from spec.openapi import operations
from suites.clients.driver import Driver, Reply
from suites.clients.models import METHODS, Sent
from suites.clients.scenario import ClientScenario
from suites.clients.shapes import of_schema


def faithful() -> tuple[dict[str, Any], dict[str, Sent]]:
    """What a client says, and where it puts it, that agrees with the contract in everything."""
    description: dict[str, Any] = {}
    sent: dict[str, Sent] = {}
    for method, id_ in METHODS.items():
        operation = operations()[id_]
        query = {
            name: {**of_schema(schema, "pypi"), "required": False, "path": False}
            for name, (element, schema) in parameters_of(operation).items()
            if "?" in element
        }
        fields = of_schema(operation.body_schema, "pypi")["fields"] if operation.body_schema else {}
        body = {name: {**field, "path": False} for name, field in fields.items()}
        path = {"batch_id": {"type": "string", "null": False, "required": True, "path": True}}
        assert operation.success_schema
        description[method] = deepcopy(
            {
                "parameters": {**(path if "{" in operation.template else {}), **query, **body},
                "answer": of_schema(operation.success_schema, "pypi"),
            }
        )
        line = f"{operation.method} {operation.template.replace('batch_id', '')}"
        sent[method] = Sent(line, frozenset(query), frozenset(body))
    return description, sent


def reply(status: int | None, *classes: str, value: Any = None, body: Any = None) -> Reply:
    """What a client gives or raises after an answer with a status, or after none."""
    exchanges = () if status is None else (exchange(status, body),)
    return Reply(value, classes, "a message" if classes else "", exchanges)


def exchange(status: int, body: Any) -> Exchange:
    return Exchange(
        number=1,
        worker="a client",
        caller="main",
        request=Request("GET", "http://127.0.0.1/api/v2/batches", "/api/v2/batches", "", (), b""),
        response=Response(status, (("content-type", "application/json"),), json.dumps(body).encode()),
        error=None,
        sent_at=datetime.now(UTC),
        sent=0.0,
        received=1.0,
    )


def scenario() -> ClientScenario:
    """A scenario that has nobody to ask."""
    nothing = cast(Any, None)
    return ClientScenario(cast(Driver, None), nothing, nothing, "0", faithful()[0], "npm")
