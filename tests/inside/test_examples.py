"""The programs of the page, and the tests of Node that it names; tests/test_wheel.py has those of pytest."""

import os
import shlex
from pathlib import Path

from tests.docs.pages import ROOT, Block, blocks
from tests.inside.programs import ended, language
from tests.inside.stranger import Stranger
from tests.quick_python.starting import REAL

PAGE = [block for block in blocks((ROOT / "docs" / "inside-tests.md").read_text("utf-8")) if block.language == "python"]
TIME_LIMIT = 120


def block_with(text: str) -> Block:
    """The block of the page that has this text."""
    (found,) = (block for block in PAGE if text in block.text)
    return found


def test_the_program_of_the_page_works(stranger: Stranger) -> None:
    with stranger.start(block_with("with running_mock").text) as program:
        output, errors = program.communicate(timeout=TIME_LIMIT)
    assert (program.returncode, output, errors) == (0, "", "")


def test_the_tests_of_the_page_pass(stranger: Stranger) -> None:
    files = {"test_it.py": block_with("def test_").text, "conftest.py": block_with("def batches_mock_settings").text}
    tests = stranger.pytest("-q", files=files)
    assert tests.returncode == 0, tests.stdout
    assert "2 passed" in tests.stdout


def test_there_is_no_other_program_in_the_page() -> None:
    assert len(PAGE) == 3


def test_tests_of_node_use_the_command(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "batches-conformance"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(REAL)} -m batches_conformance "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    node = language("npm", tmp_path)
    variables = {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    code, output, errors = ended(node.start("invoices.test", variables=variables))
    assert (code, errors) == (0, ""), output
    assert "\n# pass 3\n# fail 0\n" in output
