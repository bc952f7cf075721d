"""Oracles on single answers: no server error, JSON, and the form that the reference gives."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from fixtures.exchange import TooDeep, json_of, remembered
from spec.openapi import components, operations
from suites.oracles.oracle import Look, oracle
from suites.traffic import CANCEL, CORE, CREATE, GET, LIST, Call, entries
from suites.verify import ANY_OPERATION, Check, Observation

FORM = {
    CREATE: "create-answers-with-batch",
    GET: "get-answers-with-batch",
    LIST: "list-answers-with-page",
    CANCEL: "cancel-answers-with-batch",
}
BY_FIELD = {
    "status": "status-is-documented",
    "created_at": "timestamps-are-date-times",
    "updated_at": "timestamps-are-date-times",
    "results": "results-well-formed",
}
"""The fields whose form is a requirement of its own."""
KIND_OF_FIELD = {"status-is-documented": "status-unknown"}

NO_SERVER_ERROR = Check("no-server-error", check="answer-is-no-server-error", kind="server-error")
IS_JSON = Check("success-is-json", check="answer-is-json", kind="malformed")
MATCHES = {
    requirement: Check(
        requirement,
        check="answer-matches-schema",
        kind=KIND_OF_FIELD.get(requirement, "malformed"),
    )
    for requirement in (*FORM.values(), *BY_FIELD.values())
}

LISTS = ("items", "results")
FULLY_REPORTED = 100
"""Entries of a list of which every error is reported; of the others only the first."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Half a character, as JSON may write it; validators want whole ones."""


@oracle("no-server-error", looks_at=CORE)
def no_server_error() -> Look:
    """Every contract operation answers without a 5xx; a 503 that says when to come back is a rate limit."""

    def look(call: Call) -> Iterator[Observation]:
        response = call.exchange.response
        if response is None or response.is_busy:
            return
        if response.status < 500:
            yield NO_SERVER_ERROR.held
        else:
            yield NO_SERVER_ERROR.violated(
                expected="any status but a 5xx", actual=response.status, exchanges=[call.exchange], case=call.name
            )

    return look


@oracle("success-is-json", looks_at=CORE)
def success_is_json() -> Look:
    """Check that a 2xx of a contract operation is JSON by its media type and by its body."""

    def look(call: Call) -> Iterator[Observation]:
        response = call.exchange.response
        if response is None or not call.succeeded:
            return
        is_json = response.is_json
        try:
            _ = response.json
            found = response.media_type or "no content type"
        except TooDeep:
            return
        except ValueError as error:
            is_json, found = False, f"a body that is not JSON: {error}"
        if is_json:
            yield IS_JSON.held
        else:
            yield IS_JSON.violated(
                expected="a JSON body with the media type application/json",
                actual=found,
                exchanges=[call.exchange],
                case=call.name,
            )

    return look


@cache
def _errors_by(operation_id: str) -> Callable[[bytes], list[jsonschema_rs.ValidationError]]:
    """Return what finds the errors of a body by the schema, and raises `ValueError` for no JSON, or too deep a one."""
    schema = {**(operations()[operation_id].success_schema or {}), "components": components()}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    @remembered
    def errors(body: bytes) -> list[jsonschema_rs.ValidationError]:
        try:
            return _errors_in(validator, json_of(body))
        except UnicodeEncodeError:
            return _errors_in(validator, json.loads(_SURROGATE.sub(b"?", body)))

    return errors


def _errors_in(validator: jsonschema_rs.Draft202012Validator, body: Any) -> list[jsonschema_rs.ValidationError]:
    if validator.is_valid(body):
        return []
    if errors := list(validator.iter_errors(_shortened(body))):
        return errors
    try:
        validator.validate(body)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _shortened(body: Any) -> Any:
    """Return a body whose lists are cut, so that there is an end to what is wrong with it."""
    if not isinstance(body, dict):
        return body
    short = {name: body[name][:FULLY_REPORTED] for name in LISTS if isinstance(body.get(name), list)}
    return {**body, **{name: [_shortened(item) for item in items] for name, items in short.items()}}


def _requirement_of(call: Call, path: list[str | int]) -> str:
    of_batch = path[2:] if call.name == LIST and path[:1] == ["items"] else path
    return BY_FIELD.get(str(of_batch[0]), FORM[call.name]) if of_batch else FORM[call.name]


def _gives(batches: list[dict[str, Any]]) -> Mapping[str, bool]:
    return {
        "status-is-documented": bool(batches),
        "timestamps-are-date-times": any(batch.get("created_at") or batch.get("updated_at") for batch in batches),
        "results-well-formed": any(batch.get("results") and entries(batch) for batch in batches),
    }


@oracle(*FORM.values(), *dict.fromkeys(BY_FIELD.values()), looks_at=FORM)
def answer_matches_schema() -> Look:
    """Check that a 2xx of a contract operation matches the schema, formats included."""

    def look(call: Call) -> Iterator[Observation]:
        response = call.exchange.response
        if response is None or not call.succeeded:
            return
        try:
            errors = _errors_by(call.name)(response.body)
        except ValueError:
            return
        wrong: dict[str, jsonschema_rs.ValidationError] = {}
        for error in errors:
            wrong.setdefault(_requirement_of(call, error.instance_path), error)
        for requirement, error in wrong.items():
            where = "/".join(map(str, error.instance_path)) or "the whole body"
            yield MATCHES[requirement].violated(
                expected=f"{where} as the schema says",
                actual=error.instance,
                difference=f"{where}: {error.message}",
                operation=ANY_OPERATION if requirement in BY_FIELD.values() else None,
                exchanges=[call.exchange],
                case=call.name,
            )
        gives = _gives(call.batches)
        for requirement in (FORM[call.name], *gives):
            if requirement not in wrong and gives.get(requirement, True):
                yield MATCHES[requirement].held

    return look
