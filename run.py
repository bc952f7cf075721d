#!/usr/bin/env python3
"""The command of the suite for a machine that has Python and nothing else: `python3 run.py COMMAND ...`.

The first call makes a virtual environment with the locked packages in `.venv-suite`; then each call becomes the
command `batches-conformance` in that environment, in the folder where it was called.

Exit code 4 means that the command never started, 130 that the set-up was interrupted.

The file is read by Pythons as old as 3.6 so that they can be told that they are too old.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements" / "suite.lock"
ENVIRONMENT = ROOT / ".venv-suite"
OLDEST = (3, 11)
NOT_STARTED = 4
INTERRUPTED = 130


class SetupError(Exception):
    """The environment could not be made; the message is for the person who called."""


def refusal(version: "tuple[int, int]") -> "str | None":
    """Say why a Python of this version cannot run the project, or None if it can."""
    if version >= OLDEST:
        return None
    return (
        f"This is Python {version[0]}.{version[1]}, and the project needs "
        f"{OLDEST[0]}.{OLDEST[1]} or newer: call run.py with a newer one."
    )


def state() -> str:
    """Name what an environment is made for: this interpreter, this place and the bytes of the lock."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}".encode())
    digest.update(LOCK.read_bytes())
    return digest.hexdigest()


def interpreter(environment: Path) -> Path:
    """Tell where a virtual environment keeps its Python."""
    if sys.platform == "win32":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def is_made(environment: Path, mark: str) -> bool:
    """Tell whether a virtual environment was completed for the state that `mark` names."""
    note = environment / ".complete"
    return note.is_file() and note.read_text() == mark and interpreter(environment).exists()


def build(command: "list[str]") -> None:
    """Run one step of a set-up in silence.

    Raises SetupError with everything that the step printed if it fails.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        output = done.stdout.decode(errors="replace")
        raise SetupError(f"{output}\nThe set-up failed, see above: {' '.join(command)}")


def ensure_environment() -> None:
    """Make the environment with the locked packages unless it is there.

    Raises SetupError if Python lacks what that takes, if the folder cannot be written, or if a step fails.
    """
    mark = state()
    if is_made(ENVIRONMENT, mark):
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError(
            "This Python lacks venv or ensurepip: install them (on Debian and Ubuntu the package "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv)."
        )
    print(f"Setting up {ENVIRONMENT.name} (once) ...", file=sys.stderr, flush=True)
    build([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    pip = [str(interpreter(ENVIRONMENT)), "-m", "pip", "install", "--disable-pip-version-check"]
    build([*pip, "--require-hashes", "--requirement", str(LOCK)])
    try:
        (ENVIRONMENT / ".complete").write_text(mark)
    except OSError as error:
        raise SetupError(f"{ENVIRONMENT} cannot be written ({error.strerror}): make {ROOT} writable.") from None


def become(command: "list[str]", environment: "dict[str, str]") -> int:
    """Go on as another command; where a process cannot do that, wait for it and return its exit code."""
    if sys.platform != "win32":
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)


def main(arguments: "list[str]") -> int:
    """Set up what is missing, and go on as the command; return the exit code for the shell."""
    reason = refusal(sys.version_info[:2])
    if reason:
        print(reason, file=sys.stderr)
        return NOT_STARTED
    try:
        ensure_environment()
    except SetupError as error:
        print(error, file=sys.stderr)
        return NOT_STARTED
    except KeyboardInterrupt:
        print("Interrupted during the set-up; the next call starts it again.", file=sys.stderr)
        return INTERRUPTED
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    python = str(interpreter(ENVIRONMENT))
    return become([python, "-m", "batches_conformance", *arguments], {**os.environ, "PYTHONPATH": path})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
