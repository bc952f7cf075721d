"""`lint`: format, rules, types and documents of a checkout."""

import subprocess
import sys
from typing import Final

import click

from batches_conformance.location import ROOT

STEPS: Final = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("spec.lint",),
    ("docs.generated", "--check"),
)
FAILED: Final = 7
"""The exit code of a checkout that does not pass."""


@click.command(name="lint")
def command() -> int:
    """Check format, rules, types and, where Node is there, the OpenAPI documents; every step runs."""
    codes = [subprocess.call([sys.executable, "-m", *step], cwd=ROOT) for step in STEPS]
    return FAILED if any(codes) else 0
