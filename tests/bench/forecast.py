"""What a run takes at the limits that the service publishes for its smallest plan, beside what its plan forecasts.

The clock of the mock, by which it counts these limits and its batches take minutes, goes many times as fast as that of
the machine, and whatever the run waits for is as much shorter.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from fixtures.embedded import running_mock
from fixtures.settings import KEY, POLL_INTERVAL, SETTLE_TIMEOUT
from suites.load import limits
from tests.bench.timed import LONGEST, ROOT, SUITE, Unmeasured, seconds_of

FASTER: Final = 30.0
"""How many times as fast as the machine's the clock of the mock goes."""
LIMITS: Final = (
    f"--situation=upload-rate-limit={limits.UPLOADS.most / limits.UPLOADS.seconds:g}",
    f"--situation=request-rate-limit={limits.REQUESTS.most}",
)
PACE: Final = 60.0
"""Seconds that a batch stays in each of its two statuses before its end."""
RATE: Final = 0.33
"""Requests a second that a run sends where 20 a minute are taken."""
FILES: Final = "--max-billable-files=20"
WAITS: Final = {"--poll-interval": POLL_INTERVAL, "--poll-timeout": 1800.0, "--settle-timeout": SETTLE_TIMEOUT}
"""What a run waits for at most, in seconds of the service."""
TOTAL: Final = re.compile(r"^In total ([\d,]+) requests", re.MULTILINE)
SECONDS_BETWEEN_LOOKS: Final = 0.1


def figures(*selected: str) -> tuple[float, float]:
    """Return how many seconds of the service a run takes, from its first request to its last, and its forecast."""
    with running_mock("--control", f"--pace={PACE}", *LIMITS) as mock:
        words = ["run", f"--target={mock.base_url}", FILES, *selected]
        keys = {KEY: mock.api_key}
        forecast = _planned([*words, "--plan"], keys) / RATE
        journal = f"{mock.control_url}/requests"
        httpx.put(f"{mock.control_url}/clock", json={"rate": FASTER}).raise_for_status()
        waits = [f"{option}={seconds / FASTER}" for option, seconds in WAITS.items()]
        with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
            first = pool.submit(_first, journal)
            faster = [*words, "-q", f"--rate={RATE * FASTER}", f"--report-dir={folder}", *waits]
            seconds_of(SUITE, faster, variables=keys)
        return (_requests(journal)[-1] - first.result()).total_seconds(), forecast


def _planned(words: list[str], keys: dict[str, str]) -> int:
    """Return how many requests a run is to send."""
    command = [sys.executable, "-m", SUITE, *words]
    shown = subprocess.run(command, cwd=ROOT, env={**os.environ, **keys}, capture_output=True, text=True, check=False)
    found = TOTAL.search(shown.stdout)
    if found is None:
        raise Unmeasured(f"{SUITE} {' '.join(words)} gave no plan: {shown.stderr.strip()}")
    return int(found[1].replace(",", ""))


def _first(journal: str) -> datetime:
    """Wait for the first request, and return when it was sent."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if requests := _requests(journal):
            return requests[0]
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise Unmeasured("the run sent nothing")


def _requests(journal: str) -> list[datetime]:
    """Return when the latest requests were sent, by the clock of the service."""
    answer: Any = httpx.get(journal).raise_for_status().json()
    return [datetime.fromisoformat(each["at"]) for each in answer["requests"]]
