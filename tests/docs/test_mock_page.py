"""What the page about the mock shows works, block after block, on one mock."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fixtures.embedded import MockAddress, running_mock
from fixtures.mock.situations import SITUATIONS
from fixtures.settings import BASE_URL, KEY
from tests.docs.pages import CURL, ROOT, SHELL, Block, blocks

PAGE = (ROOT / "docs" / "mock.md").read_text(encoding="utf-8")
SEED = ROOT / "docs" / "examples" / "invoices.yaml"
SHOWN = "http://127.0.0.1:8000"
STRICT = "curl -sS --fail-with-body "
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def mock() -> Iterator[MockAddress]:
    with running_mock("--seed", str(SEED)) as address:
        yield address


def of_curl(page: str) -> list[Block]:
    return [block for block in blocks(page) if block.language == SHELL and block.text.startswith(CURL)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_what_is_sent_by_curl_is_answered(mock: MockAddress, tmp_path: Path) -> None:
    (tmp_path / "march.pdf").write_bytes(PDF)
    script = "\n".join(block.text for block in of_curl(PAGE)).replace(CURL, STRICT).replace(SHOWN, mock.base_url)
    ended = subprocess.run(
        ["sh", "-e", "-c", script], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert '"source_directory_id":"dir-invoices"' in ended.stdout
    assert '"batches":3' in ended.stdout


def test_the_official_client_lists_the_batches(
    mock: MockAddress, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(BASE_URL, mock.base_url)
    monkeypatch.setenv(KEY, mock.api_key)
    [code] = [block.text for block in blocks(PAGE) if block.language == "python"]
    exec(code, {})
    assert "bat-first COMPLETED\n" in capsys.readouterr().out


def test_the_seed_is_the_example() -> None:
    [shown] = [block.text for block in blocks(PAGE) if block.language == "yaml"]
    assert yaml.safe_load(shown) == yaml.safe_load(SEED.read_text(encoding="utf-8"))


def test_every_situation_is_in_the_table() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    named = {word.strip("`") for row in rows for word in row.replace(",", " ").split() if word.startswith("`")}
    assert set(SITUATIONS) <= named
