"""Exchanges read as calls of the contract's operations, and the batches that they show.

Nothing here assumes that an answer is well formed: what cannot be read is left out, and the schema oracle says so.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from fixtures.exchange import QUERIES_REMEMBERED, SHORT, Exchange, json_of, pairs_of, remembered
from fixtures.lazy import lazy
from spec.enumerations import statuses, terminal_statuses
from spec.openapi import Operation, match, operations
from suites.alike import alike
from suites.moments import Moment, moment
from suites.products import JOB_TYPES
from suites.shapes import shape_of, token

T = TypeVar("T")

EXPAND = ("expand", "results")
"""The parameter of a get that asks for results."""

CREATE = "createBatch"
GET = "getBatch"
LIST = "listBatches"
CANCEL = "cancelBatch"
UPLOAD = "uploadFile"
CREATE_DIRECTORY = "createDirectory"
DELETE_DIRECTORY = "deleteDirectory"
DELETE_FILE = "deleteFile"
DELETE_FILES = "deleteFiles"
LIST_FILES = "listFiles"
DELETIONS = frozenset({DELETE_DIRECTORY, DELETE_FILE, DELETE_FILES})
"""The operations by which the source files of a batch may go."""

CORE = frozenset(operation.id for operation in operations().values() if operation.is_core)
"""The operations that every service has to have."""
SHOW_BATCHES = frozenset(operation.id for operation in operations().values() if not operation.is_setup)
"""The operations whose answers show batches."""

STATUSES = statuses()
TERMINAL = frozenset(terminal_statuses())
COMPLETED = "COMPLETED"

NOT_FOUND = 404
ABOUT_FORM = frozenset({400, 422})
"""Statuses by which a server refuses the form of what it was asked, and nothing else."""
ABOUT_KEY = frozenset({401, 403})
"""Statuses by which a server refuses a key, or what it may do."""
ABOUT_HEADERS = frozenset({406, 412, 415, 416, 417, 421, 426, 428, 431})
"""Statuses by which a server refuses the headers of a request, and not what it asks for."""


class Seen(NamedTuple):
    """A batch as one answer shows it: what most oracles ask of it, read once for all of them.

    `traits` are what stays as it is: the job, the directory, the project and the creation, `None` where it shows none;
    `is_whole` says that it shows them all.
    """

    id: str
    status: str | None
    created: Moment | None
    updated: Moment | None
    traits: tuple[Any, ...]
    is_whole: bool
    fields: dict[str, Any]


class Call:
    """An exchange that is a call of a known operation.

    `name` is the operation id, and `caller` says whose key was sent. It `succeeded` with a 2xx, or was `refused` where
    the request itself was, with a 4xx. It `asks_for_results` if any spelling of its query may be read so, and
    `surely_asks_for_results` in the one spelling that the contract has.
    """

    def __init__(self, exchange: Exchange, operation: Operation, path: Mapping[str, str]) -> None:
        self.exchange = exchange
        self.operation = operation
        self.path = path
        self.name = operation.id
        self.caller = exchange.caller
        self.succeeded = exchange.response is not None and exchange.response.is_success
        self.refused = exchange.response is not None and exchange.response.is_refusal
        self.asks_for_results, self.surely_asks_for_results = _expansion(exchange.request.query)

    @property
    def refuses_key(self) -> bool:
        """Whether it was the key that was refused, or what it may do."""
        return self.exchange.response is not None and self.exchange.response.status in ABOUT_KEY

    @property
    def refuses_form(self) -> bool:
        """Whether it was the form of what was asked that was refused."""
        return self.exchange.response is not None and self.exchange.response.status in ABOUT_FORM

    @property
    def refuses_headers(self) -> bool:
        """Whether it was a header that was refused."""
        return self.exchange.response is not None and self.exchange.response.status in ABOUT_HEADERS

    @property
    def may_not_find(self) -> bool:
        """Whether what was asked for may not be there: by which 4xx a service says so is left open."""
        return self.refused and not self.refuses_key and not self.refuses_headers

    @lazy
    def answer(self) -> dict[str, Any]:
        """The body of a 2xx as a JSON object; empty when it is not one."""
        if not self.succeeded or self.exchange.response is None:
            return {}
        try:
            body = self.exchange.response.json
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @lazy
    def sent_body(self) -> dict[str, Any]:
        """The body of the request as a JSON object; empty when it is not one."""
        return json_object(self.exchange.request.body)

    @lazy
    def shape(self) -> object:
        """What the body of the answer has in common with others that look alike."""
        response = self.exchange.response
        if response is None or not response.body:
            return None
        try:
            return _shape_of(response.body)
        except ValueError:
            return ValueError, response.media_type

    @lazy
    def like(self) -> dict[object, Any]:
        """What was found out about all calls of one caller that ask for the same and are answered the same.

        Whoever finds something out keeps it under a key of its own. Of the headers the media type alone counts, and of
        times nothing.
        """
        request, response = self.exchange.request, self.exchange.response
        if response is None or len(request.body) > SHORT:
            return {}
        answered = response.body, response.status, response.header("content-type")
        return _like(*answered, self.caller, request.method, request.path, request.query, request.body)

    def made_for_like(self, key: object, make: Callable[[], T]) -> T:
        """Return what is known under a key about all calls that are alike, which is made now if it was nothing."""
        known: T | None = self.like.get(key)
        if known is None:
            known = self.like[key] = make()
        return known

    @lazy
    def batches(self) -> list[dict[str, Any]]:
        """The batches that the answer of a contract operation shows, each with an id that is text."""
        return [seen.fields for seen in self.seen]

    @lazy
    def seen(self) -> tuple[Seen, ...]:
        """The same batches, read."""
        response = self.exchange.response
        if self.operation.is_setup or response is None or not response.is_success:
            return ()
        try:
            return listed(response.body) if self.name == LIST else _alone(response.body)
        except ValueError:
            return ()

    def forget(self) -> None:
        """Give back the memory of what was read of the bodies; it is read again when it is asked for."""
        known = vars(self)
        for name in ("answer", "sent_body", "shape", "like", "batches", "seen"):
            known.pop(name, None)
        vars(self.exchange.request).pop("params", None)
        if self.exchange.response is not None:
            vars(self.exchange.response).pop("json", None)

    def is_after(self, other: "Call") -> bool:
        """Whether this was surely sent when the answer to the other had already come."""
        return self.exchange.seconds_after(other.exchange) >= 0

    def seconds_after(self, other: "Call") -> float:
        """How many seconds surely went by between the answer to the other and this; negative where none did."""
        return self.exchange.seconds_after(other.exchange)


@lru_cache(maxsize=QUERIES_REMEMBERED)
def _expansion(query: str) -> tuple[bool, bool]:
    """Whether a query may be read as asking for results, and whether it surely does."""
    params = pairs_of(query)
    values = {value for key, value in params if key.startswith("expand")}
    return any("results" in value for value in values), values == {"results"} and EXPAND in params


@remembered
def _alone(body: bytes) -> tuple[Seen, ...]:
    return _seen([json_of(body)], _read)


@remembered
def listed(body: bytes) -> tuple[Seen, ...]:
    """Return the batches of a page, read. Raises `ValueError` for what is not JSON."""
    page = json_of(body)
    return _seen(as_list(page.get("items")) if isinstance(page, dict) else [], _read_in_list)


def _seen(shown: Iterable[object], as_seen: Callable[[dict[str, Any]], Seen]) -> tuple[Seen, ...]:
    return tuple(as_seen(batch) for batch in shown if isinstance(batch, dict) and isinstance(batch.get("id"), str))


def _read_in_list(batch: dict[str, Any]) -> Seen:
    facts = alike(batch)
    seen: Seen | None = facts.get(Seen)
    if seen is None:
        seen = facts[Seen] = _read(batch)
    return seen


def _read(batch: dict[str, Any]) -> Seen:
    created = moment(batch.get("created_at"))
    job = job_of(batch) if batch.get("config") is not None else None
    traits = job, batch.get("source_directory_id"), batch.get("project_id"), created
    updated, is_whole = moment(batch.get("updated_at")), None not in traits
    return Seen(batch["id"], status_of(batch), created, updated, traits, is_whole, batch)


@remembered
def _like(_body: bytes, *_more: object) -> dict[object, Any]:
    return {}


@remembered
def _shape_of(body: bytes) -> object:
    return token(shape_of(json_of(body)))


def read(exchange: Exchange) -> Call | None:
    """Return the call that an exchange is; `None` when it belongs to no operation that the project knows."""
    found = match(exchange.request.method, exchange.request.path)
    return Call(exchange, *found) if found else None


def call_of(exchange: Exchange) -> Call:
    """Return an exchange that is known to be a call. Raises `ValueError` when it is not."""
    call = read(exchange)
    if call is None:
        raise ValueError(f"{exchange} is not a call of a known operation")
    return call


def json_object(body: bytes) -> dict[str, Any]:
    """Return a body as a JSON object; empty when it is not one."""
    if not body:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def status_of(batch: dict[str, Any]) -> str | None:
    """Return the status of a batch, if it is text."""
    status = batch.get("status")
    return status if isinstance(status, str) else None


def job_of(batch: dict[str, Any]) -> tuple[object, object]:
    """Return the job type and the configuration id of a batch or of a create body; `None` for what is not there."""
    config = batch.get("config")
    job = config.get("job") if isinstance(config, dict) else None
    return (job.get("type"), job.get("configuration_id")) if isinstance(job, dict) else (None, None)


def is_whole_create(body: dict[str, Any]) -> bool:
    """Whether a create body has a directory, a job type of the contract and a configuration."""
    job_type, configuration_id = job_of(body)
    named = (body.get("source_directory_id"), configuration_id)
    return job_type in JOB_TYPES and all(isinstance(value, str) for value in named)


def echoes(call: Call, batch: dict[str, Any]) -> bool:
    """Whether the batch in the answer to a create names the directory, type and configuration that were asked for."""
    asked = call.sent_body
    return batch.get("source_directory_id") == asked.get("source_directory_id") and job_of(batch) == job_of(asked)


def entries(batch: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the readable entries of a batch's results; `None` when there are no results."""
    results = batch.get("results")
    return None if results is None else [entry for entry in as_list(results) if isinstance(entry, dict)]


def file_of(entry: dict[str, Any]) -> str | None:
    """Return the source file of an entry, if it can be read."""
    file_id = entry.get("source_directory_file_id")
    return file_id if isinstance(file_id, str) else None


def reference_of(entry: dict[str, Any]) -> tuple[str, str] | None:
    """Type and id of the job that an entry refers to; `None` when it refers to none that can be read."""
    reference = entry.get("job_reference")
    if isinstance(reference, dict) and isinstance(reference.get("id"), str):
        return str(reference.get("type")), reference["id"]
    return None


def repeated(values: Iterable[T]) -> list[T]:
    """Return the values that stand there more than once, each once."""
    return [value for value, count in Counter(values).items() if count > 1]


def jobs_by_file(results: list[dict[str, Any]]) -> Iterator[tuple[str, str | None]]:
    """Each file of some results with the id of its job, `None` where there is none yet."""
    for entry in results:
        file_id, reference = file_of(entry), reference_of(entry)
        if file_id is not None:
            yield file_id, reference[1] if reference else None
