"""A command line that cannot be meant ends with 4, whichever command it is for."""

import subprocess
import sys

import pytest

from tests.docs.pages import ROOT

COMMANDS = ("spec", "spec.gate", "reports", "suites.clients", "suites.passive")


@pytest.mark.parametrize("module", COMMANDS)
def test_an_unknown_option_is_wrong_usage(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", module, "--nonsense"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 4
    assert ended.stderr.startswith(f"usage: python -m {module}")


@pytest.mark.parametrize("module", COMMANDS)
def test_help_is_no_wrong_usage(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"usage: python -m {module}")
