"""The caller of docs/examples/careful.py copes with every situation, and makes nothing twice."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from runpy import run_path

import httpx
import pytest
from llama_cloud import LlamaCloud

from fixtures.mock.situations import SITUATIONS
from tests.mock.api import BATCHES, DIRECTORIES, PDF, ROOT, Api, running

PROGRAM = ROOT / "docs" / "examples" / "careful.py"
OF_THE_LINE = ("connection-cut=4", "answer-cut=6", "service-unavailable=11", "no-answer=9", "slow-answers=0.01")
LATE = (
    "lists-lag",
    "results-late=1",
    "batches-throttled=0.5",
    "files-fail",
    "upload-rate-limit",
    "request-rate-limit=99",
)
TRIES = 10


def files_of(folder: Path) -> list[Path]:
    """Two files to parse."""
    paths = [folder / name for name in ("a.pdf", "b.pdf")]
    for path in paths:
        path.write_bytes(PDF)
    return paths


def items(api: Api, path: str) -> list[dict[str, str]]:
    """The items of a list, asked for until they come."""
    for _ in range(TRIES):
        with suppress(httpx.TransportError):
            response = api.call("GET", path, timeout=1.0)
            if response.is_success:
                found: list[dict[str, str]] = response.json()["items"]
                return found
    raise AssertionError(f"no answer to GET {path}")


def test_everything_is_made_once_on_a_bad_line(tmp_path: Path) -> None:
    with running("--pace=0.05", *(f"--situation={name}" for name in (*OF_THE_LINE, *LATE))) as api:
        ended = subprocess.run(
            [sys.executable, PROGRAM, "--time-limit=1", *files_of(tmp_path)],
            env={**os.environ, "LLAMA_CLOUD_API_KEY": api.key, "LLAMA_CLOUD_BASE_URL": api.info["base_url"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        [directory] = items(api, DIRECTORIES)
        [batch] = items(api, BATCHES)
        files = [file["display_name"] for file in items(api, f"{DIRECTORIES}/{directory['id']}/files")]
    printed = [line.split()[-1] for line in ended.stdout.splitlines()]
    assert (ended.returncode, ended.stderr, printed) == (1, "", [batch["id"], "FAILED", "COMPLETED"])
    assert sorted(files) == ["a.pdf", "b.pdf"]


def test_a_client_that_repeats_a_create_makes_two_batches() -> None:
    """Which is why the program does not let it."""
    with (
        running("--situation=connection-cut=3") as api,
        LlamaCloud(api_key=api.key, base_url=api.info["base_url"]) as it,
    ):
        directory_id = it.beta.directories.create(name="invoices").id
        it.beta.directories.files.upload(directory_id, upload_file=("a.pdf", PDF))
        job = {"type": "parse_v2", "configuration_id": "cfg-PARSE_FAST"}
        created = it.batches.create(source_directory_id=directory_id, config={"job": job})  # type: ignore[typeddict-item]
        found = [batch.id for batch in it.batches.list(source_directory_id=directory_id)]
    assert created.id in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("situations", "sentence"),
    [
        (["plan-too-small", "connection-cut=3"], "The plan does not allow this"),
        (["batches-fail"], "is FAILED"),
        (["batches-take-long"], "is RUNNING"),
        (["directories-expire=0"], "The directory expires before its batch is created"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said(
    situations: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = run_path(str(PROGRAM))
    with running("--pace=0.05", *(f"--situation={name}" for name in situations)) as api:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", api.key)
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", api.info["base_url"])
        caller = program["Careful"](patience=0.5, time_limit=1.0)
        with pytest.raises(SystemExit, match=sentence), caller.client:
            caller.wait(caller.batch(files_of(tmp_path)))


def test_no_situation_is_left_out() -> None:
    met = (*OF_THE_LINE, *LATE, "plan-too-small", "batches-fail", "batches-take-long", "directories-expire")
    assert {name.partition("=")[0] for name in met} == set(SITUATIONS)
