"""No answer, however odd, breaks an oracle; what cannot be read is the schema oracle's matter."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fixtures.target import ANONYMOUS, MAIN, OTHER, UNKNOWN
from spec.openapi import operations
from suites.oracles.oracle import oracle
from suites.oracles.panel import Panel
from suites.verify import Verify
from tests.oracles.history import EXPAND, PARSE, History
from tests.oracles.timeline import BATCHES, DIRECTORIES, exchange, observed

IDS = st.sampled_from(["bat-1", "bat-2", "dfl-1", "dir-1", ""])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | IDS
    | st.sampled_from(["COMPLETED", "PENDING", "parse_v2", "2030-01-01T00:00:05Z", "9999-12-31T23:59:59-12:00"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with some of the fields as they should be, and others as they should not."""
    return st.fixed_dictionaries({}, optional={name: JSON | good for name, good in fields.items()})


ENTRIES = st.lists(
    JSON | some(source_directory_file_id=IDS, job_reference=some(id=IDS, type=JSON), error_message=JSON),
    max_size=3,
)
BATCH = some(
    id=IDS,
    project_id=IDS,
    source_directory_id=IDS,
    config=some(job=some(type=JSON, configuration_id=IDS)),
    status=st.sampled_from(["COMPLETED", "RUNNING"]),
    results=ENTRIES,
    created_at=JSON,
    updated_at=JSON,
).map(lambda shown: {"id": "bat-1", **shown} if isinstance(shown, dict) else shown)
PAGE = some(items=st.lists(BATCH | JSON, max_size=3), next_page_token=IDS, total_size=JSON)
ANSWERS = JSON | BATCH | PAGE

REQUESTS = st.sampled_from(
    [
        ("POST", BATCHES, ()),
        ("GET", BATCHES, ()),
        (
            "GET",
            BATCHES,
            (
                ("status", "COMPLETED"),
                ("created_at_on_or_after", "2030-01-01T00:00:05Z"),
                ("created_at_on_or_before", "\x00"),
                ("page_size", "\u0663"),
            ),
        ),
        ("GET", BATCHES, (("source_directory_id", "dir-1"), ("page_size", "9" * 5000))),
        ("GET", f"{BATCHES}/bat-1", ()),
        ("GET", f"{BATCHES}/bat-1", EXPAND),
        ("GET", f"{BATCHES}/bat-1", EXPAND),
        ("GET", f"{BATCHES}/%FF", EXPAND),
        ("POST", f"{BATCHES}/bat-1/cancel", ()),
        ("POST", f"{BATCHES}/bat-7/cancel", ()),
        ("POST", DIRECTORIES, ()),
        ("POST", f"{DIRECTORIES}/dir-1/files/upload", ()),
        ("GET", f"{DIRECTORIES}/dir-1/files", ()),
    ]
)
BODIES = st.none() | JSON | st.just({"source_directory_id": "dir-1", "config": {"job": PARSE}})
CALLERS = st.sampled_from([MAIN, MAIN, OTHER, ANONYMOUS, UNKNOWN])
CALLS = st.tuples(REQUESTS, BODIES, ANSWERS | st.binary(max_size=8), CALLERS, st.sampled_from([200, 200, 404, 500]))

quick = settings(
    max_examples=100,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@quick
@given(st.lists(CALLS, min_size=1, max_size=5))
def test_no_answer_breaks_an_oracle(calls: list[Any]) -> None:
    further = []
    for number, ((method, path, params), body, answer, caller, status) in enumerate(calls):
        further.append(
            exchange(
                method,
                path,
                status,
                answer,
                params=params,
                body=body,
                caller=caller,
                sent=number,
                received=number + 0.5,
            )
        )
    observed([*History().exchanges.values(), *further])


def nested(levels: int) -> bytes:
    return b'{"id": "bat-1", "extra": ' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"\x00",
        b'"',
        b"[" * 100_000,
        nested(200),
        nested(300),
        nested(5000),
        b"9" * 5000,
        b'{"id": "bat-1", "total": ' + b"9" * 400 + b"}",
        b'{"id": "bat-1", "progress": 1e999}',
        b'{"id": "bat-1", "status": "\\ud800"}',
        b'{"\\ud800": 1, "id": "bat-1"}',
        b'{"id": "\\udfff"}',
        b'{"items": [{"id": "\\udfff", "status": []}], "total_size": 1.0}',
        "\ufeff{}".encode(),
        json.dumps({"id": "bat-1"}).encode("utf-16"),
    ],
    ids=lambda body: ascii(body[:30]),
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", BATCHES), ("GET", BATCHES), ("GET", f"{BATCHES}/bat-1"), ("POST", f"{BATCHES}/bat-1/cancel")],
)
def test_no_body_breaks_an_oracle(method: str, path: str, body: bytes) -> None:
    odd = exchange(method, path, 200, body, sent=100, received=101, params=EXPAND)
    observed([*History().exchanges.values(), odd, odd])


@pytest.mark.parametrize("field", ["status", "results", "config", "created_at", "project_id"])
@pytest.mark.parametrize("value", [[], {}, [[]], True, 1.5, "\ud800", 10**30])
def test_no_field_breaks_an_oracle(field: str, value: Any) -> None:
    batch = {"id": "bat-1", field: value}
    reads = [
        exchange("GET", f"{BATCHES}/bat-1", 200, batch, sent=100, received=101, params=EXPAND),
        exchange("GET", BATCHES, 200, {"items": [batch]}, sent=100, received=101),
    ]
    observed([*History().exchanges.values(), *reads])


@pytest.mark.parametrize("type_", [[], {}, 1, None])
def test_no_job_type_breaks_an_oracle(type_: Any) -> None:
    entries = [
        {"source_directory_file_id": file_id, "job_reference": {"type": type_, "id": "job-1"}}
        for file_id in ("dfl-1", "dfl-2")
    ]
    batch = {"id": "bat-5", "config": {"job": {"type": type_}}, "status": "COMPLETED", "results": entries}
    path = f"{BATCHES}/bat-5"
    observed([exchange("GET", path, 200, batch, sent=1, received=2, params=EXPAND)])


@pytest.mark.parametrize("id_", [[], {}, 1, None])
def test_no_listed_file_breaks_an_oracle(id_: Any) -> None:
    path = f"{DIRECTORIES}/dir-1/files"
    listed = exchange("GET", path, 200, {"items": [{"id": id_}, id_]}, sent=100, received=101)
    observed([*History().exchanges.values(), listed])


def test_a_witness_of_error_would_notice() -> None:
    """The proof that `observed` sees an oracle break."""

    @oracle("no-server-error", looks_at=operations())
    def broken() -> Any:
        def look(_call: Any) -> Any:
            raise ZeroDivisionError

        return look

    verify = Verify()
    panel = Panel([broken], verify)
    for one in list(History().exchanges.values())[:2]:
        panel.on_exchange(one)
    errors = verify.take("x")["errors"]
    assert len(errors) == 1
    assert "broken" in errors[0]
    assert "ZeroDivisionError" in errors[0]
