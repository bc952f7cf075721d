"""What many users at once show: each fault that one alone cannot show is noticed, and no variation accused."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.mock import variations
from fixtures.mock.variants import Variant
from fixtures.state_folder import STATE_DIR

ROOT = Path(__file__).parents[2]
USERS = ("--users=20", "--spawn-rate=20", "--pause=0.05-0.2")
SHORT_LAG = ("--settle-timeout=2", "--poll-timeout=10")
"""How long a mock may lag that lags in nothing, and how long a delivery of it may take."""
LOOKS = ("15s", "60s")
"""How long the users work, and how long at the second look."""
VARIATIONS = (
    "slow-under-load",
    "reordered-under-load",
    "limited-under-load",
    "one-request-at-a-time",
    "answers-out-of-order",
    "rate-limit",
    "webhooks-late-under-load",
)
"""What a service may make of many requests."""


@dataclass(frozen=True)
class Loaded:
    """The outcome of a load: its verdict, the requirements that failed, and the errors."""

    verdict: str
    failed: frozenset[str]
    errors: tuple[str, ...]


def words_for(variant: Variant) -> tuple[str, ...]:
    """Return the options without which users would not meet a variant."""
    of_webhooks = any(name.startswith("webhook") for name in (variant.name, *variant.requirements))
    return ("--profile=webhooks",) if of_webhooks else ()


def load(*words: str) -> Loaded:
    """Let users work with the mock, and read the report."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "batches_conformance", "load", *USERS, f"--report-dir={folder}", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), STATE_DIR: folder}
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        path = Path(folder, "report.json")
        if not path.is_file():
            return Loaded("no report", frozenset(), (ended.stderr.strip()[-300:],))
        report = json.loads(path.read_text(encoding="utf-8"))
    failed = frozenset(each["id"] for each in report["requirements"] if each["verdict"] == "fail")
    return Loaded(report["verdict"], failed, tuple(report["errors"]))


def prove(faults: Mapping[str, Variant]) -> Iterator[str]:
    """Put the mock under load with each fault and each variation, print the figures, and name what is wrong."""
    noticed = 0
    looked_at = {name: variant for name, variant in faults.items() if variant.needs_load}
    for name, variant in looked_at.items():
        for seconds in LOOKS:
            loaded = load(f"--fault={name}", f"--run-time={seconds}", *SHORT_LAG, *words_for(variant))
            if set(variant.requirements) <= loaded.failed:
                noticed += 1
                print(f"{name}: noticed within {seconds}, with {', '.join(sorted(loaded.failed))}", flush=True)
                break
        else:
            yield f"{name} went unnoticed in {LOOKS[-1]} ({loaded.verdict}: {', '.join(sorted(loaded.failed))})"
    for name in VARIATIONS:
        loaded = load(f"--variation={name}", f"--run-time={LOOKS[0]}", *words_for(variations.VARIATIONS[name]))
        if loaded.verdict != "conformant":
            yield f"{name} is accused ({loaded.verdict}): {', '.join((*sorted(loaded.failed), *loaded.errors))}"
    print(f"{noticed} of {len(looked_at)} faults noticed under load, {len(VARIATIONS)} variations")
