"""What a mock says of itself: its health, its OpenAPI document, which is the contract in other words, and its page."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from batches_conformance.command import run_command
from fixtures.mock.routes import Operations, public_operations
from tests.mock.api import BATCHES, CONFIGURATIONS, DIRECTORIES, PDF, ROOT, SAVED_WEBHOOKS, Api, running
from tests.reports.html.browser import Browser

SAVED = {"name": "c", "parameters": {"product_type": "parse_v2", "tier": "fast", "version": "latest"}}
PATHS = ("/docs", "/openapi.json", "/health")
EXPLAINED = Path(__file__).with_name("described.yaml")
GENERATION = "2.14"
"""The one that has all operations of the mock."""


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    described: dict[str, Any] = api.client.get("/openapi.json").json()
    return described


# --- health ---


def test_health_tells_the_clock_and_what_is_in_force(api: Api) -> None:
    health = api.client.get("/health").json()
    assert health["status"] == "ok"
    assert health["clock"]["kind"] == "virtual"
    assert health["version"] in (ROOT / "pyproject.toml").read_text("utf-8")
    assert [health[kind] for kind in ("faults", "variations", "situations")] == [[], [], []]


def test_health_and_page_name_faults_and_variations_and_are_not_changed_by_them() -> None:
    names = ("job-type-in-any-case", "page-size-bounded", "slow-answers=1000")
    options = ("--fault", names[0], "--variation", names[1], "--situation", names[2], "--latency", "1000")
    with running(*options) as altered:
        health = altered.client.get("/health").json()
        assert [health[kind] for kind in ("faults", "variations", "situations")] == [[name] for name in names]
        page = altered.client.get("/docs").text
        assert all(name in page for name in names)


# --- methods ---


@pytest.mark.parametrize("path", [*PATHS, BATCHES, "/control/clock"])
def test_head_is_get_without_a_body(api: Api, path: str) -> None:
    got, head = api.call("GET", path), api.call("HEAD", path)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


def test_head_of_what_is_not_there_or_not_allowed(api: Api) -> None:
    for path, status in ((f"{BATCHES}/x", 404), ("/nothing", 404), (f"{BATCHES}/x/cancel", 405)):
        head = api.call("HEAD", path)
        assert (head.status_code, head.content) == (status, b"")
    assert api.client.head(BATCHES).status_code == 401


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (BATCHES, "GET, HEAD, OPTIONS, POST"),
        (f"{BATCHES}/x", "GET, HEAD, OPTIONS"),
        (f"{BATCHES}/x/cancel", "OPTIONS, POST"),
        (f"{DIRECTORIES}/x", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        *((path, "GET, HEAD, OPTIONS") for path in PATHS),
        ("/control/clock", "GET, HEAD, OPTIONS, PUT"),
        ("/control/clock/advance", "OPTIONS, POST"),
    ],
)
def test_options_names_the_methods_without_a_key(api: Api, path: str, allowed: str) -> None:
    answer = api.client.options(path)
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", allowed)
    refused = api.client.request("TRACE", path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)
    assert "detail" in refused.json()


def test_options_of_what_is_not_there(api: Api) -> None:
    answer = api.client.options("/nothing")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


# --- the OpenAPI document ---


def test_the_document_is_one(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_the_document_has_every_operation(document: dict[str, Any]) -> None:
    served = {(method, path) for method, path, _ in public_operations(Operations.__new__(Operations))}
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == served
    assert len(served) > 30


def compared(document: dict[str, Any], folder: Path) -> int:
    """The exit code of a comparison of the contract with a document."""
    file = folder / "mock.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return run_command(["contract", "diff", GENERATION, str(file), "--explained", str(EXPLAINED)])


def test_the_document_is_the_contract_in_other_words(
    document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = compared(document, tmp_path)
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, ""), printed.out
    assert "0 unexplained" in printed.out


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("components", "schemas", "Batch", "required"), ["id"]),
        (("components", "schemas", "BatchStatus", "enum"), ["PENDING", "COMPLETED"]),
        (("paths", BATCHES, "get", "parameters"), []),
        (("paths", BATCHES, "post", "requestBody", "required"), False),
    ],
    ids=lambda place: place[-2] if isinstance(place, tuple) else "",
)
def test_a_mistake_in_the_document_shows(
    document: dict[str, Any], place: tuple[str, ...], value: object, tmp_path: Path
) -> None:
    wrong = json.loads(json.dumps(document))
    inner = wrong
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert compared(wrong, tmp_path) == 7


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with objects that have no fields beside those that it names."""
    whole: dict[str, Any] = json.loads(json.dumps(document))
    for schema in whole["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return whole


def flow(api: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Requests for each operation and each kind of refusal, each with the path of its operation."""
    directory_id = api.directory("a.pdf", type="ephemeral", system_metadata={"a": [1]})
    batch_id = api.create(directory_id)["id"]
    api.upload(directory_id, "b.txt", b"")
    api.advance(10_000)
    late = api.create(directory_id)["id"]
    reference = api.results(batch_id)[0]["job_reference"]["id"]
    extracted = api.create(directory_id, "extract_v2", api.info["extract_configuration_id"])["id"]
    api.advance(10_000)
    extraction = api.results(extracted)[0]["job_reference"]["id"]
    files = f"{DIRECTORIES}/{directory_id}/files"
    (first, *_) = api.ok("GET", files)["items"]
    config_id = saved(api)
    webhook = {"webhook_url": "http://127.0.0.1:9/", "webhook_events": ["batch.success"], "webhook_headers": {"a": "b"}}
    webhook_id = api.ok("POST", SAVED_WEBHOOKS, json=webhook)["id"]
    batches, one = BATCHES, f"{BATCHES}/{{batch_id}}"
    directory, file = f"{DIRECTORIES}/{{directory_id}}", f"{DIRECTORIES}/{{directory_id}}/files/{{directory_file_id}}"
    of_directory, config = f"{directory}/files", f"{CONFIGURATIONS}/{{config_id}}"
    webhook_path = f"{SAVED_WEBHOOKS}/{{config_id}}"
    body = api.batch_body(directory_id)
    yield batches, "POST", {"url": BATCHES, "json": body}
    yield batches, "POST", {"url": BATCHES, "json": {}}
    yield batches, "POST", {"url": BATCHES, "json": body | {"source_directory_id": "x"}}
    yield batches, "GET", {"url": f"{BATCHES}?include_total=true&page_size=1"}
    yield batches, "GET", {"url": f"{BATCHES}?status=x"}
    yield batches, "GET", {"url": BATCHES, "headers": {"Authorization": ""}}
    yield batches, "GET", {"url": f"{BATCHES}?project_id=x"}
    yield one, "GET", {"url": f"{BATCHES}/{batch_id}?expand=results"}
    yield one, "GET", {"url": f"{BATCHES}/{late}?expand=results"}
    yield one, "GET", {"url": f"{BATCHES}/x"}
    yield f"{one}/cancel", "POST", {"url": f"{BATCHES}/{api.create(directory_id)['id']}/cancel"}
    yield f"{one}/cancel", "POST", {"url": f"{BATCHES}/{batch_id}/cancel"}
    yield "/api/v2/parse/{job_id}", "GET", {"url": f"/api/v2/parse/{reference}"}
    yield "/api/v2/extract/{job_id}", "GET", {"url": f"/api/v2/extract/{extraction}"}
    yield DIRECTORIES, "POST", {"url": DIRECTORIES, "json": {"name": "d"}}
    yield DIRECTORIES, "GET", {"url": f"{DIRECTORIES}?include_deleted=true"}
    yield directory, "GET", {"url": f"{DIRECTORIES}/{directory_id}"}
    yield directory, "PATCH", {"url": f"{DIRECTORIES}/{directory_id}", "json": {"description": "e"}}
    yield f"{of_directory}/upload", "POST", {"url": f"{files}/upload", "files": {"upload_file": ("c.pdf", b"")}}
    yield of_directory, "GET", {"url": files}
    yield of_directory, "POST", {"url": files, "json": {"file_id": first["file_id"], "metadata": {"a": None}}}
    yield file, "GET", {"url": f"{files}/{first['id']}"}
    yield file, "PATCH", {"url": f"{files}/{first['id']}", "json": {"display_name": "d.pdf"}}
    yield file, "DELETE", {"url": f"{files}/{api.upload(directory_id)}"}
    yield (
        f"{of_directory}/bulk-delete",
        "POST",
        {
            "url": f"{files}/bulk-delete",
            "json": {"directory_file_ids": [first["id"]]},
        },
    )
    yield directory, "DELETE", {"url": f"{DIRECTORIES}/{api.directory()}"}
    yield CONFIGURATIONS, "POST", {"url": CONFIGURATIONS, "json": SAVED}
    yield CONFIGURATIONS, "GET", {"url": CONFIGURATIONS}
    yield config, "GET", {"url": f"{CONFIGURATIONS}/{config_id}"}
    yield config, "PUT", {"url": f"{CONFIGURATIONS}/{config_id}", "json": {"name": "e"}}
    yield config, "DELETE", {"url": f"{CONFIGURATIONS}/{config_id}"}
    yield SAVED_WEBHOOKS, "POST", {"url": SAVED_WEBHOOKS, "json": webhook}
    yield SAVED_WEBHOOKS, "GET", {"url": SAVED_WEBHOOKS}
    yield "/api/v2/webhook-configs", "GET", {"url": "/api/v2/webhook-configs"}
    yield webhook_path, "GET", {"url": f"{SAVED_WEBHOOKS}/{webhook_id}"}
    yield webhook_path, "PUT", {"url": f"{SAVED_WEBHOOKS}/{webhook_id}", "json": {"webhook_events": None}}
    yield webhook_path, "DELETE", {"url": f"{SAVED_WEBHOOKS}/{webhook_id}"}
    for path in ("/api/v1/projects", "/api/v2/projects"):
        yield path, "GET", {"url": path}


def test_every_operation_answers_as_the_document_says(api: Api, document: dict[str, Any]) -> None:
    strict = closed(document)
    seen = set()
    for path, method, more in flow(api):
        url = more.pop("url")
        answer = api.call(method, url, **more)
        described = strict["paths"][path][method.lower()]
        response = described["responses"][str(answer.status_code)]
        while "$ref" in response:
            response = strict["components"]["responses"][response["$ref"].rpartition("/")[2]]
        seen.add((method, path))
        assert ("content" in response) == bool(answer.content), (method, url)
        if answer.content:
            schema = response["content"]["application/json"]["schema"]
            whole = {**schema, "components": strict["components"]}
            checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
            checker.validate(answer.json())
        for media_type, content in described.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                whole = {**content["schema"], "components": strict["components"]}
                Draft202012Validator(whole).validate(content["example"])
    described_ones = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert seen == described_ones


# --- the page ---


class Outline(HTMLParser):
    """The ids of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [value for value in [found.get("id")] if value]
        self.links += [value for value in [found.get("href")] if tag == "a" and value]


def test_every_link_of_the_page_leads_somewhere(api: Api) -> None:
    page = Outline()
    page.feed(api.client.get("/docs").text)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else api.client.get(f"/{link}").status_code == 200


def test_the_page_shows_each_operation_with_its_curl_lines(api: Api, document: dict[str, Any]) -> None:
    page = api.client.get("/docs").text
    articles = dict(re.findall(r'<article id="(\w+)".*?<pre[^>]*><code>(.*?)</code>', page, flags=re.DOTALL))
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert {*names} <= articles.keys()
    for name in names:
        assert articles[name].startswith(f"curl -sS &quot;{api.info['base_url']}/api/")
        assert f"Bearer {api.key}" in articles[name]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_curl_lines_of_the_page_work(api: Api, tmp_path: Path) -> None:
    directory_id = api.directory("a.pdf")
    batches = [api.create(directory_id), api.create(directory_id, "extract_v2", api.info["extract_configuration_id"])]
    api.advance(10_000)
    parse, extract = (api.results(batch["id"])[0]["job_reference"]["id"] for batch in batches)
    (file,) = api.ok("GET", f"{DIRECTORIES}/{directory_id}/files")["items"]
    webhook = api.ok("POST", SAVED_WEBHOOKS, json={"webhook_url": "http://127.0.0.1:9/"})["id"]
    of_all = {"directory_id": directory_id, "directory_file_id": file["id"], "file_id": file["file_id"]}
    of_one = {
        "getBatch": {"batch_id": batches[0]["id"]},
        "cancelBatch": {"batch_id": api.create(directory_id)["id"]},
        "getParseJob": {"job_id": parse},
        "getExtractJob": {"job_id": extract},
        "deleteFile": {"directory_file_id": api.upload(directory_id)},
        **{f"{verb}Webhook": {"config_id": webhook} for verb in ("get", "change", "delete")},
        **{f"{verb}Configuration": {"config_id": api.info["parse_configuration_id"]} for verb in ("get", "change")},
        "deleteConfiguration": {"config_id": saved(api)},
        "deleteDirectory": {"directory_id": api.directory()},
    }
    (tmp_path / "invoice.pdf").write_bytes(PDF)
    last = {"deleteFiles", "deleteWebhook"}
    page = unescape(api.client.get("/docs").text)
    articles = re.findall(r'<article id="(\w+)".*?<pre[^>]*><code>(curl .*?)</code>', page, flags=re.DOTALL)
    script = "\n".join(
        f"{''.join(f'{variable}={value}; ' for variable, value in (of_all | of_one.get(name, {})).items())}"
        + lines.replace("curl -sS", f"curl -sS -o /dev/null -w '{name} %{{http_code}}\\n'")
        for name, lines in sorted(articles, key=lambda article: article[0] in last)
    )
    ended = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    codes = dict(line.split() for line in ended.stdout.splitlines())
    assert codes.keys() == dict(articles).keys()
    assert {name: code for name, code in codes.items() if not code.startswith("2")} == {}


def saved(api: Api) -> str:
    return str(api.ok("POST", CONFIGURATIONS, json=SAVED)["id"])


def test_the_address_on_the_page_is_that_by_which_it_was_reached(api: Api) -> None:
    headers = {"Host": "mock.example:81"}
    assert "http://mock.example:81/api/" in api.client.get("/docs", headers=headers).text
    assert api.client.get("/openapi.json", headers=headers).json()["servers"][0]["url"] == "http://mock.example:81"
    assert "<script" not in api.client.get("/docs", headers={"Host": '"><script>'}).text


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_shows_the_page_and_loads_nothing_else(
    api: Api, browser: Browser, tmp_path: Path, width: int, dark: bool
) -> None:
    page = tmp_path / "docs.html"
    page.write_text(api.client.get("/docs").text, encoding="utf-8")
    browser.open(page, width=width, dark=dark)
    assert browser.said == []
    assert browser.requested == [page.as_uri()]
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    background = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(20, 23, 28)" if dark else "rgb(255, 255, 255)")
