"""Stands in for `python3` where an example calls it.

`in_place.py PYTHON RECORD -m venv DIR` makes an environment right here, which has that Python. Its `pip install` takes
no package registry: the suite is installed already. Its `batches-conformance` is that of the checkout, and notes in the
file RECORD what it was given. Anything else is left to Python.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "batches-conformance"


def main(python: str, record: Path, arguments: list[str]) -> int:
    """Do what the arguments say, and return the exit code for the shell."""
    match arguments:
        case ["-m", "venv", *_, folder]:
            make_environment(python, record, Path(folder))
            return 0
        case ["-m", "pip", *words]:
            return install(record, words)
        case [name, *words] if name == COMMAND:
            return run(python, record, words)
    return subprocess.call([python, *arguments])


def make_environment(python: str, record: Path, folder: Path) -> None:
    """Put the commands of an environment into its folder."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    for name, words in (("python", []), ("pip", ["-m", "pip"]), (COMMAND, [COMMAND])):
        script = folder / "bin" / name
        line = shlex.join([sys.executable, __file__, python, str(record), *words])
        script.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
        script.chmod(0o755)


def install(record: Path, words: list[str]) -> int:
    """Note what pip is to install."""
    note(record, ["pip", *words])
    return 0


def run(python: str, record: Path, words: list[str]) -> int:
    """Run the command in the folder in which it was called."""
    note(record, words)
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.call([python, "-m", "batches_conformance", *words], env=variables)


def note(record: Path, words: list[str]) -> None:
    """Add a line to the record."""
    with record.open("a", encoding="utf-8") as file:
        print(json.dumps(words), file=file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
