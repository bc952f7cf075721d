"""Whole commands, timed: each ends by itself within a bound, or nothing is said of its speed."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from spec.text import end_of

ROOT: Final = Path(__file__).parent.parent.parent
SUITE: Final = "batches_conformance"
LONGEST: Final = 1800.0
"""Seconds after which a command is given up."""
LAST_WORDS: Final = 300
"""Characters of the output of a command that failed."""


class Unmeasured(Exception):
    """A command that was to be measured did not do its work; the message says which, and why."""


def seconds_of(
    module: str,
    words: Sequence[str],
    *,
    folder: Path = ROOT,
    may_fail: bool = False,
    longest: float = LONGEST,
    variables: Mapping[str, str] | None = None,
) -> float:
    """Measure how long `python -m MODULE WORDS` takes. Raises `Unmeasured`."""
    began = time.perf_counter()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=longest,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unmeasured(f"{module} {' '.join(words)} had not ended after {longest:g} s, and was stopped.") from None
    if ended.returncode and not may_fail:
        last = end_of(" ".join(ended.stdout.split()), LAST_WORDS)
        raise Unmeasured(f"{module} {' '.join(words)} ended with {ended.returncode}: {last}")
    return time.perf_counter() - began
