"""A status, a job type and a parameter that the contract gets: judged and shown without another edit, or refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spec.enumerations import InvalidContract, decided, event_of, statuses, terminal_statuses
from suites.products import products
from tests.oracles.history import PARSE, batch, page
from tests.oracles.timeline import BATCHES, exchange
from tests.recordings.recordings import document, entry

ROOT = Path(__file__).parents[2]
TREE = ("batches_conformance", "fixtures", "reports", "spec", "suites", "conftest.py", "pyproject.toml")
STATUS = "EXPIRED"
IN_CONTRACT = ("RUNNING, COMPLETED", f"RUNNING, {STATUS}, COMPLETED")
IS_TERMINAL = ("COMPLETED: true", f"{STATUS}: true, COMPLETED: true")
IN_MOCK = (
    ('    COMPLETED = "COMPLETED"', f'    {STATUS} = "{STATUS}"\n    COMPLETED = "COMPLETED"'),
    ("frozenset({BatchStatus.COMPLETED", f"frozenset({{BatchStatus.{STATUS}, BatchStatus.COMPLETED"),
)


def checkout(folder: Path, *edits: tuple[str, str]) -> Path:
    """A checkout whose contract differs."""
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    contract = folder / "spec" / "openapi.yaml"
    text = contract.read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    contract.write_text(text, encoding="utf-8")
    return folder


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "batches_conformance", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def recording(folder: Path) -> str:
    """Traffic in which the new status is shown, left again, cancelled in, and not kept by its filter."""
    expired, running = batch("bat-1", "dir-1", STATUS), batch("bat-2", "dir-1", "RUNNING")
    answers: list[tuple[str, str, int, Any, dict[str, Any]]] = [
        ("POST", BATCHES, 200, running, {"body": {"source_directory_id": "dir-1", "config": {"job": PARSE}}}),
        ("GET", f"{BATCHES}/bat-1", 200, expired, {}),
        ("GET", BATCHES, 200, page(expired, running), {"params": (("status", STATUS),)}),
        ("POST", f"{BATCHES}/bat-1/cancel", 200, expired, {}),
        ("GET", f"{BATCHES}/bat-1", 200, {**expired, "status": "RUNNING"}, {}),
    ]
    exchanges = [
        exchange(method, path, status, answer, sent=10.0 * number, received=10 * number + 0.5, number=number, **more)
        for number, (method, path, status, answer, more) in enumerate(answers, start=1)
    ]
    (folder / "a.har").write_bytes(document(map(entry, exchanges)))
    return "a.har"


def test_a_new_status_is_judged_and_shown_without_another_edit(tmp_path: Path) -> None:
    folder = checkout(tmp_path, IN_CONTRACT, IS_TERMINAL)
    ended = call(folder, "judge", recording(folder), "--profile", "cancel", "--report-dir", "out", "--settle-timeout=1")
    assert ended.returncode == 1, ended.stderr
    for requirement in ("list-filters-by-status", "terminal-status-is-final", "cancel-refused-in-terminal-status"):
        assert requirement in ended.stdout
    assert "status-is-documented" not in ended.stdout
    outputs = {path.name: path.read_text(encoding="utf-8") for path in (folder / "out").iterdir()}
    for name in ("report.json", "report.html", "summary.md", "junit.xml"):
        assert STATUS in outputs[name], name
    assert f"status-{STATUS}" in outputs["report.html"]
    assert f"BatchStatus={STATUS}" in outputs["report.json"]
    chosen = call(folder, "run", "--collect-only", "-q", "-n0", "-k", STATUS)
    assert f"test_a_status_selects_the_batches_in_it[{STATUS}]" in chosen.stdout
    assert f"PENDING>RUNNING>{STATUS}" in chosen.stdout


def test_the_mock_gets_a_status_in_its_model_alone(tmp_path: Path) -> None:
    folder = checkout(tmp_path, IN_CONTRACT, IS_TERMINAL)
    model = folder / "fixtures" / "mock" / "model.py"
    text = model.read_text(encoding="utf-8")
    for before, after in IN_MOCK:
        assert before in text
        text = text.replace(before, after, 1)
    model.write_text(text, encoding="utf-8")
    ended = call(folder, "run", "-q", "-n0", "-k", STATUS, "--report-dir", "out")
    assert ended.returncode == 0, ended.stdout
    assert "CONFORMANT" in ended.stdout


def test_a_status_of_which_nobody_has_said_whether_it_is_terminal_is_refused(tmp_path: Path) -> None:
    folder = checkout(tmp_path, IN_CONTRACT)
    ended = call(folder, "judge", recording(folder))
    assert ended.returncode not in (0, 1)
    assert f"x-terminal of BatchStatus in spec/openapi.yaml does not say what {STATUS} is" in " ".join(
        ended.stderr.split()
    )
    assert "Traceback" not in ended.stderr


def test_an_entry_of_no_status_is_refused() -> None:
    with pytest.raises(InvalidContract, match="x-status of BatchStatus in here does not say what PENDING is"):
        decided("BatchStatus", "x-status", str, "here")
    with pytest.raises(InvalidContract, match="x-terminal of BatchStatus in here does not say what PENDING is"):
        decided("BatchStatus", "x-terminal", str, "here")


def test_each_terminal_status_has_an_event() -> None:
    assert set(terminal_statuses()) <= event_of().keys() <= set(statuses())


def test_a_job_type_without_a_product_is_refused() -> None:
    with pytest.raises(InvalidContract, match=r"the job type classify_v2; give it a product in suites/products\.py"):
        products(["parse_v2", "classify_v2"])
