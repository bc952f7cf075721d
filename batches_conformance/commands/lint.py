"""`lint`: format, rules, types and documents of a checkout."""

import subprocess
import sys
from typing import Final

import click

from batches_conformance.location import ROOT
from spec.codes import CONFORMANT, REGRESSED

STEPS: Final = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("spec.lint",),
    ("docs.generated", "--check"),
)


@click.command(name="lint")
def command() -> int:
    """Check format, rules, types and, where Node is there, the OpenAPI documents; every step runs."""
    codes = [subprocess.call([sys.executable, "-m", *step], cwd=ROOT) for step in STEPS]
    return REGRESSED if any(codes) else CONFORMANT
