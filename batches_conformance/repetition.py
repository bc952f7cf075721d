"""`run --repeat`: the same run several times over, to find what changes though the target does not."""

import shutil
import signal
import subprocess
import sys
from argparse import ArgumentError, ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from batches_conformance.location import own_command
from reports import exit_codes
from reports.errors import UnsuitableReport
from reports.files import REPORT_DIR
from reports.history import file as history_file
from reports.history.gathering import gather
from reports.history.lines import flaky_lines
from reports.screen import print_lines
from spec.usage import WrongUsage

MOST: Final = 100
"""The most runs."""


@dataclass(frozen=True)
class Repetition:
    """How often to run, with which words, and where the reports go: each run has a folder of its number there."""

    count: int
    words: tuple[str, ...]
    folder: Path


def run_repeatedly(words: Sequence[str]) -> int:
    """Run so many times, each in a process of its own, and show what changed. Return the exit code that counts most.

    A run that did not come to its end is the last one, and its exit code counts. Raises `WrongUsage`.
    """
    wanted = _read(words)
    folders = [wanted.folder / str(number) for number in range(1, wanted.count + 1)]
    codes = []
    for number, folder in enumerate(folders, start=1):
        print(f"\nRun {number} of {wanted.count}", flush=True)
        codes.append(_run([*wanted.words, "--report-dir", str(folder)]))
        if codes[-1] not in exit_codes.RANKED:
            return codes[-1]
    _show(wanted.folder, folders)
    return exit_codes.worst(codes)


def _read(words: Sequence[str]) -> Repetition:
    parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--repeat")
    parser.add_argument("--report-dir", type=Path, default=Path(REPORT_DIR))
    parser.add_argument("--target-version", default=f"repeated since {datetime.now(UTC).isoformat(timespec='seconds')}")
    try:
        given, rest = parser.parse_known_args(words)
        count = int(given.repeat)
    except (ArgumentError, ValueError):
        count = 0
    if not 1 < count <= MOST:
        raise WrongUsage(f"--repeat takes a number of runs from 2 to {MOST}.")
    return Repetition(count, (*rest, "--target-version", given.target_version), given.report_dir)


def _run(words: Sequence[str]) -> int:
    with subprocess.Popen(own_command("run", *words)) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait()
            raise


def _show(folder: Path, runs: Iterable[Path]) -> None:
    try:
        found = gather(runs)
    except UnsuitableReport as error:
        print(error, file=sys.stderr)
        return
    for path in history_file.write(found, folder / history_file.NAME):
        print(path)
    print_lines(flaky_lines(found, width=shutil.get_terminal_size().columns))
