"""Exchanges become lines for the shell."""

import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.target import NEVER_ISSUED
from reports.curl import curl_line, quote
from tests.reports import samples

URL = "http://127.0.0.1:8000/api/v2/batches"


def line(**changes: Any) -> str:
    caller = changes.pop("caller", "main")
    exchange = samples.exchange(caller=caller, request=samples.request(url=URL, **changes))
    (violation,) = samples.findings({"violations": [samples.violation(exchanges=[exchange])]}).violations
    return curl_line(violation.exchanges[0])


@pytest.mark.parametrize(
    ("caller", "header"),
    [
        ("main", ' -H "Authorization: Bearer $LLAMA_CLOUD_API_KEY"'),
        ("other", ' -H "Authorization: Bearer $LLAMA_CLOUD_OTHER_API_KEY"'),
        ("unknown", ' -H "Authorization: Bearer wrong-key"'),
        ("anonymous", ""),
    ],
)
def test_the_caller_decides_about_the_key(caller: str, header: str) -> None:
    assert line(caller=caller) == f"curl -i {URL}{header}"


def test_a_key_that_nobody_issued_is_a_wrong_one() -> None:
    assert all("wrong-key" in line(caller=caller) for caller in NEVER_ISSUED)
    assert "$LLAMA_CLOUD_API_KEY" in line(caller="key 1, project_id prj-1")


def test_a_json_body_is_repeated_with_its_content_type() -> None:
    command = line(
        method="POST",
        headers=[["Content-Type", "application/json"], ["Content-Length", "13"]],
        body='{"a": "it\'s"}',
        caller="anonymous",
    )
    body = """'{"a": "it'"'"'s"}'"""
    assert command == (f"curl -i -X POST {URL} -H 'Content-Type: application/json' --data-raw {body}")


def test_a_multipart_body_is_named_in_a_comment() -> None:
    command = line(
        method="POST",
        headers=[["content-type", "multipart/form-data; boundary=x"], ["content-length", "512"]],
        body="--x\r\n…",
    )
    assert command.endswith("  # and a multipart body of 512 bytes, left out here")
    assert "multipart/form-data" not in command
    assert "--data-raw" not in command


def test_a_body_that_was_cut_is_not_passed_off_as_whole() -> None:
    headers = [["content-type", "application/json"], ["content-length", "9000"]]
    command = line(method="POST", headers=headers, body='{"a": "bbbb')
    assert command.endswith("  # and a body of 9000 bytes, of which 11 were recorded, left out here")


@pytest.mark.parametrize(
    ("url", "switch"),
    [
        (f"{URL}?a[]=1", "--globoff"),
        (f"{URL}/../x", "--path-as-is"),
        (f"{URL}/..", "--path-as-is"),
    ],
)
def test_curl_is_kept_from_rewriting_the_url(url: str, switch: str) -> None:
    exchange = samples.exchange(request=samples.request(url=url))
    record = {"violations": [samples.violation(exchanges=[exchange])]}
    assert switch in curl_line(samples.findings(record).violations[0].exchanges[0])


def test_a_header_cannot_smuggle_a_command_in() -> None:
    command = line(headers=[["x-note", "Bearer $(touch /tmp/x)"]], caller="anonymous")
    assert command.endswith(" -H 'x-note: Bearer $(touch /tmp/x)'")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=20))
def test_the_shell_reads_back_what_was_quoted(words: list[str]) -> None:
    script = "printf '%s\\0' " + " ".join(quote(word) for word in ["", *words])
    shell = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert shell.stdout.decode().split("\0")[:-1] == ["", *words]
    assert script.isprintable() or not any(ord(character) < 32 for character in script)
