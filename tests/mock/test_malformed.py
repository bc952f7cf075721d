"""Whatever is sent, the answer is a 4xx in the usual shape, and nothing has changed."""

import json
import socket
from typing import Any

import pytest

from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, PDF, SAVED_WEBHOOKS, Api

DEEP = "[" * 100_000
HUGE = "1" + "0" * 400
VALID: dict[str, Any] = {
    "source_directory_id": "DIRECTORY",
    "config": {"job": {"type": "parse_v2", "configuration_id": "cfg-PARSE_AGENTIC"}},
}
JOB = VALID["config"]["job"]

NOT_JSON = [
    b"",
    b"{",
    b"nonsense",
    b"\x00",
    b"\xff\xfe",
    b'{"a": "\xff"}',
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": "\\ud800"}',
    b'{"\\udc00": 1}',
    DEEP.encode(),
    b'{"a":' * 100_000,
    b"1" * 5000,
    json.dumps(VALID).encode("utf-16"),
    json.dumps(VALID).encode() + b"x",
]
NO_OBJECT = [b"null", b"[]", b'"text"', b"1", b"true", HUGE.encode(), b"{}"]
NO_BATCH: list[dict[str, Any]] = [
    {**VALID, "source_directory_id": None},
    {**VALID, "source_directory_id": 1},
    {**VALID, "source_directory_id": ["DIRECTORY"]},
    {**VALID, "source_directory_id": {"id": "DIRECTORY"}},
    {**VALID, "source_directory_id": ""},
    {**VALID, "source_directory_id": "dir-none"},
    {**VALID, "source_directory_id": "DIRECTORY\0"},
    {**VALID, "source_directory_id": int(HUGE)},
    {**VALID, "source_directory_id": True},
    {**VALID, "config": None},
    {**VALID, "config": "parse_v2"},
    {**VALID, "config": [JOB]},
    {**VALID, "config": {}},
    {**VALID, "config": {"job": None}},
    {**VALID, "config": {"job": "parse_v2"}},
    {**VALID, "config": {"job": [JOB]}},
    {**VALID, "config": {"job": {**JOB, "type": "split_v1"}}},
    {**VALID, "config": {"job": {**JOB, "type": "PARSE_V2"}}},
    {**VALID, "config": {"job": {**JOB, "type": None}}},
    {**VALID, "config": {"job": {**JOB, "type": ["parse_v2"]}}},
    {**VALID, "config": {"job": {**JOB, "configuration_id": 7}}},
    {**VALID, "config": {"job": {**JOB, "configuration_id": None}}},
    {**VALID, "config": {"job": {**JOB, "configuration_id": ""}}},
    {**VALID, "config": {"job": {"type": "parse_v2"}}},
    {**VALID, "config": {"job": {"configuration_id": "cfg-PARSE_AGENTIC"}}},
    {"config": VALID["config"]},
    {"source_directory_id": "DIRECTORY"},
]


COUNTED = {"include_total": "true"}


def refused(status: int) -> bool:
    return 400 <= status < 500


@pytest.mark.parametrize("body", [*NOT_JSON, *NO_OBJECT], ids=lambda body: str(body[:20]))
@pytest.mark.parametrize("path", [BATCHES, DIRECTORIES, CONFIGURATIONS])
def test_bodies_that_are_no_such_object(api: Api, path: str, body: bytes) -> None:
    before = api.ok("GET", path, params=COUNTED)["total_size"]
    headers = {"Content-Type": "application/json"}
    assert refused(api.status("POST", path, content=body, headers=headers))
    assert api.ok("GET", path, params=COUNTED)["total_size"] == before


@pytest.mark.parametrize("body", NO_BATCH, ids=lambda body: json.dumps(body)[:80])
def test_bodies_that_are_no_batch(api: Api, body: dict[str, Any]) -> None:
    before = api.batches(**COUNTED)["total_size"]
    directory_id = api.directory()
    content = json.dumps(body).replace("DIRECTORY", directory_id)
    headers = {"Content-Type": "application/json"}
    assert refused(api.status("POST", BATCHES, content=content, headers=headers))
    assert api.batches(**COUNTED)["total_size"] == before


def test_what_is_not_known_is_ignored(api: Api) -> None:
    body = api.batch_body(api.directory()) | {"extra": int(HUGE), "results": [], "id": "bat-x"}
    content = json.dumps(body)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert api.ok("POST", BATCHES, content=content, headers=headers)["id"] != "bat-x"


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"],
)
def test_other_media_types(api: Api, media_type: str) -> None:
    content = json.dumps(api.batch_body(api.directory()))
    headers = {"Content-Type": media_type}
    assert refused(api.status("POST", BATCHES, content=content, headers=headers))


@pytest.mark.parametrize(
    "body",
    [
        {"type": "user"},
        {"name": ""},
        {"name": 1},
        {"name": "a\0b"},
        {"name": "n", "type": "index"},
        {"name": "n", "type": ["user"]},
        {"name": "n", "description": 5},
        {"name": "n", "type": "ephemeral", "expires_at": "soon"},
        {"name": "n", "type": "ephemeral", "expires_at": 5},
        {"name": "n", "type": "ephemeral", "expires_at": "2031-01-01T00:00:00"},
        {"name": "n", "type": "ephemeral", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "n", "type": "ephemeral", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"name": "n", "system_metadata": []},
        {"name": "n", "system_metadata": {"a": [{"b": "\0"}]}},
    ],
    ids=str,
)
def test_bodies_that_are_no_directory(api: Api, body: dict[str, Any]) -> None:
    assert api.status("POST", DIRECTORIES, json=body) == 422


@pytest.mark.parametrize(
    "parameters",
    [
        '"parse_v2"',
        "{}",
        '{"product_type": 1}',
        '{"product_type": "magic_v9"}',
        '{"product_type": "parse_v2"}',
        '{"product_type": "parse_v2", "tier": "best", "version": "latest"}',
        '{"product_type": "extract_v2"}',
        '{"product_type": "extract_v2", "data_schema": "object"}',
        '{"product_type": "extract_v2", "data_schema": {"a": 1e999}}',
        '{"product_type": "extract_v2", "data_schema": {"a": "\\u0000"}}',
    ],
)
def test_bodies_that_are_no_configuration(api: Api, parameters: str) -> None:
    content = f'{{"name": "n", "parameters": {parameters}}}'
    headers = {"Content-Type": "application/json"}
    assert api.status("POST", CONFIGURATIONS, content=content, headers=headers) == 422


PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
FILE = PART % (b"upload_file", b'; filename="a.pdf"', PDF)
END = b"--b--\r\n"


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"nonsense"),
        ("multipart/form-data; boundary=b", END),
        ("multipart/form-data; boundary=b", FILE),
        ("multipart/form-data; boundary=b", FILE[:-30]),
        ("multipart/form-data; boundary=b", FILE[:-3] + END),
        ("multipart/form-data; boundary=c", FILE + END),
        ("multipart/form-data", FILE + END),
        ("multipart/form-data; boundary=", FILE + END),
        ("application/json", FILE + END),
        ("application/octet-stream", PDF),
        ("", FILE + END),
        ("multipart/form-data; boundary=b", PART % (b"upload_file", b"", b"text") + END),
        ("multipart/form-data; boundary=b", PART % (b"file", b'; filename="a"', b"x") + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"display_name", b"", b"\xff") + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"unique_id", b"", b"\0") + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"\xff", b"", b"x") + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"metadata", b"", b"[]") + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"metadata", b"", b'{"a":{}}') + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"metadata", b"", b'{"a":NaN}') + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"metadata", b"", b'{"a":1e999}') + END),
        ("multipart/form-data; boundary=b", FILE + PART % (b"metadata", b"", DEEP.encode()) + END),
        ("multipart/form-data; boundary=b", b"--b\r\nX: y\r\n\r\nz\r\n" + END),
        ("multipart/form-data; boundary=b", b"--b\r\n\xff\xff: \0\r\n\r\nz\r\n" + END),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\nz\r\n" + END),
        ("multipart/form-data; boundary=" + "b" * 2000, FILE + END),
    ],
    ids=lambda value: str(value[-60:]),
)
def test_bad_uploads(api: Api, media_type: str, body: bytes) -> None:
    directory_id = api.directory()
    path = f"{DIRECTORIES}/{directory_id}/files"
    headers = {"Content-Type": media_type}
    assert refused(api.status("POST", f"{path}/upload", content=body, headers=headers))
    assert api.ok("GET", path)["items"] == []


def test_good_raw_upload(api: Api) -> None:
    path = f"{DIRECTORIES}/{api.directory()}/files/upload"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert api.status("POST", path, content=FILE + END, headers=headers) == 201


def test_the_refusal_of_an_unknown_method_names_the_known_ones(api: Api) -> None:
    for path, allowed in (
        (BATCHES, "GET, POST"),
        (f"{BATCHES}/x/cancel", "POST"),
        (DIRECTORIES, "GET, POST"),
        (f"{DIRECTORIES}/x", "DELETE, GET, PATCH"),
        (f"{DIRECTORIES}/x/files", "GET, POST"),
        (f"{DIRECTORIES}/x/files/y", "DELETE, GET, PATCH"),
        (CONFIGURATIONS, "GET, POST"),
        (f"{CONFIGURATIONS}/x", "DELETE, GET, PUT"),
    ):
        for method in {"PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - set(allowed.split(", ")):
            answer = api.call(method, path)
            assert answer.status_code == 405
            named = answer.headers["allow"].split(", ")
            assert named == sorted(named)
            assert set(named) - {"HEAD", "OPTIONS"} == set(allowed.split(", "))
            assert ("HEAD" in named, "OPTIONS" in named) == ("GET" in named, True)


def test_a_refused_input_is_a_validation_error(api: Api) -> None:
    files = f"{DIRECTORIES}/{api.directory()}/files"
    for method, path, more in (
        ("POST", BATCHES, {"json": []}),
        ("POST", BATCHES, {"json": {"source_directory_id": 1, "config": {}}}),
        ("POST", BATCHES, {"content": b"{", "headers": {"Content-Type": "application/json"}}),
        ("GET", f"{BATCHES}?page_size=x", {}),
        ("GET", f"{BATCHES}?page_token=x", {}),
        ("GET", f"{BATCHES}?status=%ff", {}),
        ("POST", DIRECTORIES, {"json": {"name": ""}}),
        ("PATCH", files.removesuffix("/files"), {"json": {"name": ""}}),
        ("POST", files, {"json": {}}),
        ("POST", f"{files}/bulk-delete", {"json": {"directory_file_ids": []}}),
        ("POST", f"{files}/bulk-delete", {"json": {"directory_file_ids": ["x"] * 101}}),
        ("POST", f"{files}/upload", {"data": {"upload_file": "text"}, "files": {"other": b""}}),
        ("POST", f"{files}/upload", {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}),
        ("POST", CONFIGURATIONS, {"json": {"name": "c", "parameters": {"product_type": "x"}}}),
        ("POST", SAVED_WEBHOOKS, {"json": {}}),
    ):
        answer = api.call(method, path, **more)
        assert answer.status_code == 422
        for error in answer.json()["detail"]:
            assert all(isinstance(step, str | int) for step in error["loc"])
            assert isinstance(error["msg"], str)
            assert isinstance(error["type"], str)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v2/batches/",
        "/api/v2/batches/bat-none",
        "/api/v2/batches/%00",
        "/api/v2/batches/%ff",
        "/api/v2/batches/%ED%A0%80",
        "/api/v2/batches/" + "x" * 10_000,
        "/api/v2/batches/a/b",
        "/api/v2/batches/x/cancel/",
        "/api/v2/parse/..",
        "/api/v2/extract/%2e%2e",
        "/docs/",
        "/docs/x",
        "/health/",
    ],
    ids=lambda path: path[:60],
)
def test_unknown_paths(api: Api, path: str) -> None:
    assert api.status("GET", path) == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/v2/batches/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v2/batches?status=\xff HTTP/1.1\r\nHost: x\r\n%s\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v2/batches HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_raw_nonsense(api: Api, raw: bytes) -> None:
    raw = raw.replace(b"%s", f"Authorization: Bearer {api.key}\r\n".encode())
    address = httpx_address(api)
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(raw)
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert api.status("GET", BATCHES) == 200


def test_a_caller_who_leaves_harms_nobody(api: Api) -> None:
    head = (
        f"POST {BATCHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    with socket.create_connection(httpx_address(api), timeout=5) as connection:
        connection.sendall(head.encode())
    assert api.status("GET", BATCHES) == 200


def test_a_refusal_before_the_body_keeps_the_connection(api: Api) -> None:
    path = f"{DIRECTORIES}/x/files/upload"
    large = {"upload_file": ("a.pdf", b"x" * 5_000_000)}
    for _ in range(3):
        assert api.client.post(path, files=large).status_code == 401
    assert api.status("POST", path, files=large) == 404


def httpx_address(api: Api) -> tuple[str, int]:
    url = api.client.base_url
    assert url.port is not None
    return url.host, url.port
