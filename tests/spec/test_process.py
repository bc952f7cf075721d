"""A command ends with the code of what it found, or with a documented one and a sentence; a crash is never a 1."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from spec import codes, process
from tests.docs.pages import ROOT
from tests.quick_python.starting import REAL

COMMAND = """
from spec import process
import signal, sys
def main():
    print("é…" * 9, *range(9), sep="\\n")
    {body}
process.run(main)
"""
FULL = Path("/dev/full")
ELSEWHERE = {
    **dict.fromkeys(("docs/examples/careful.py", "docs/examples/guide.py"), "it is an example of a caller's program"),
    "run.py": "it is read by Pythons of any age, and imports nothing of ours",
    "tests/bench/users.py": "gevent has to change the library before it, and the bench alone reads what it prints",
    "tests/ci/in_place.py": "it stands in for python3",
    "tests/hostile/runs.py": "it is called by a test alone",
    "tests/quick_python/server.py": "its forks end as the commands do that they execute",
    "tests/reports/html/picture.py": "it ends with what it draws",
    "batches_conformance/__main__.py": "it finds the guard only once it knows where the suite lies",
}
"""Modules that end in a way of their own, each with the reason."""
BROKEN = ("rich", "yaml", "uvicorn", "pytest")
"""Packages one of which each command imports."""
ENTRIES = (
    *(
        ("batches_conformance", *words)
        for words in (("report",), ("contract",), ("run",), ("clients",), ("judge",), ("prove",))
    ),
    ("fixtures.mock",),
    ("docs.options",),
)


def run(body: str, *, shell: str = '"$@"', **given: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command in a shell, which can do to its streams what shells do; the path has nothing but Python's."""
    return subprocess.run(
        ["bash", "-c", shell, "bash", sys.executable, "-c", COMMAND.format(body=body)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **given},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("code", [0, 1, 7])
def test_a_command_ends_with_its_code(code: int) -> None:
    ended = run(f"return {code}")
    assert (ended.returncode, ended.stderr) == (code, "")


def test_a_crash_is_one_sentence_and_no_verdict() -> None:
    ended = run("raise RuntimeError('lost\\nits way')")
    assert ended.returncode == codes.INCONCLUSIVE
    assert ended.stdout.startswith("é…"), "what was printed before is lost"
    assert "RuntimeError: lost its way" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    gone = f'mkdir {tmp_path}/gone && cd {tmp_path}/gone && rmdir ../gone && exec "$@"'
    ended = run("import os; os.getcwd()", shell=gone, PYTHONPATH=str(ROOT))
    assert (ended.returncode, "The working directory was deleted" in ended.stderr) == (codes.INCONCLUSIVE, True)
    unwritable = "import tempfile; tempfile._candidate_tempdir_list = list; tempfile.mkdtemp()"
    ended = run(unwritable)
    assert (ended.returncode, "let TMPDIR name one" in ended.stderr) == (codes.INCONCLUSIVE, True)
    assert ended.stderr.count("\n") == 1


def test_the_traceback_of_a_crash_can_be_had() -> None:
    ended = run("raise RuntimeError('lost')", shell='python=$1; shift; "$python" -X dev "$@"')
    assert ended.returncode == codes.INCONCLUSIVE
    assert "Traceback" in ended.stderr


def test_ctrl_c_has_a_code_of_its_own() -> None:
    ended = run("signal.raise_signal(signal.SIGINT)")
    assert (ended.returncode, ended.stderr) == (codes.INTERRUPTED, f"{process.STOPPED}\n")


INTERRUPTED_IN_A_TEXT = """
from spec import codes, process
TEXT = "raise KeyboardInterrupt"
def main():
    try:
        exec(TEXT)
    except KeyboardInterrupt:
        return codes.INTERRUPTED
if __name__ == "__main__":
    {last}
"""


@pytest.mark.parametrize("last", ["process.run(main)", "exec(TEXT)"], ids=["caught", "uncaught"])
def test_an_interrupt_while_a_text_is_executed_is_no_death_by_signal(last: str, tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_IN_A_TEXT.format(last=last), encoding="utf-8")
    ended = subprocess.run(
        [REAL, "-m", "interrupted"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == codes.INTERRUPTED


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize(
    "shell", ['"$@" | head -n 0; exit "${PIPESTATUS[0]}"', '"$@" >&-', '"$@" 2>&-', '"$@" <&-'], ids=str
)
def test_a_stream_that_nobody_has_open_changes_nothing(shell: str, code: int) -> None:
    ended = run(f"return {code}", shell=shell)
    assert (ended.returncode, ended.stderr) == (code, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no full device here")
@pytest.mark.parametrize(("code", "shown"), [(0, codes.INCONCLUSIVE), (1, 1), (7, 7)])
def test_a_full_disk_is_reported_and_is_no_success(code: int, shown: int) -> None:
    ended = run(f"return {code}", shell=f'"$@" > {FULL}')
    assert ended.returncode == shown
    assert ended.stderr.startswith("Standard output could not be written (No space left on device)")
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(not FULL.exists(), reason="there is no full device here")
@pytest.mark.parametrize("code", [0, 1])
def test_standard_error_that_cannot_be_written_changes_nothing(code: int) -> None:
    ended = run(f"print('lost', file=sys.stderr); return {code}", shell=f'"$@" 2> {FULL}')
    assert (ended.returncode, ended.stderr) == (code, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_character_that_an_encoding_lacks_is_escaped(encoding: str) -> None:
    ended = run("print('\\u2192')", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert ended.returncode == 0
    assert ended.stdout.endswith("\n\\u2192\n")


def test_output_that_somebody_else_has_taken_over_is_left_alone() -> None:
    """As pytest does while it captures."""
    before = sys.stdout
    assert process.tolerant_output() is None
    assert sys.stdout is before


def _commands() -> dict[str, ast.Module]:
    """The modules of ours that can be executed."""
    own = [
        ROOT / "run.py",
        *(
            path
            for top in ("batches_conformance", "docs", "spec", "fixtures", "suites", "reports", "tests")
            for path in (ROOT / top).rglob("*.py")
        ),
    ]
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in own
        if "node_modules" not in path.parts and "drivers" not in path.parts
    }
    parsed = {name: ast.parse(source) for name, source in sources.items() if "__main__" in source}
    return {name: module for name, module in parsed.items() if _is_command(module)}


def _is_command(module: ast.Module) -> bool:
    return any(isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'" for node in module.body)


def test_every_command_is_guarded_from_its_first_import_to_its_end() -> None:
    """The first import is that of the guard, and the last statement leaves by it."""
    commands = _commands()
    assert len(commands) > len(ENTRIES)
    assert commands.keys() >= ELSEWHERE.keys()
    for name, module in commands.items():
        if name in ELSEWHERE:
            continue
        first = next(node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom))
        is_mock = name.startswith("fixtures/mock/")
        assert ast.unparse(first) == f"from {'.' if is_mock else 'spec'} import process", name
        assert is_mock or ast.unparse(module.body[-1]).endswith("process.run(main)"), name


@pytest.mark.parametrize("words", ENTRIES, ids=" ".join)
def test_a_package_that_is_broken_is_no_verdict(words: tuple[str, ...], tmp_path: Path) -> None:
    for name in BROKEN:
        (tmp_path / f"{name}.py").write_text("raise ImportError('made to break')\n", encoding="utf-8")
    ended = subprocess.run(
        [REAL, "-m", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ended.returncode == codes.INCONCLUSIVE, ended.stderr
    assert "ImportError: made to break" in ended.stderr
    assert ended.stderr.count("\n") == 1
