#!/usr/bin/env python3
"""The command of the suite for a machine that has Python and nothing else: `python3 run.py COMMAND ...`.

The first call makes a virtual environment with the locked packages below `.venv-suite`, one for each Python; then each
call becomes the command `batches-conformance` in that environment, in the folder where it was called.

Exit code 4 means that the command never started, 2 that the set-up was ended by Ctrl-C, by SIGTERM as CI sends it, or
with its terminal.

The file can be read by Pythons as old as 3.6, so that it can refuse them with a sentence.
"""

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements" / "suite.lock"
ENVIRONMENT = ROOT / ".venv-suite" / "{}.{}".format(*sys.version_info)
OLDEST = (3, 11)
NOT_STARTED = 4
INTERRUPTED = 2
SECONDS_TO_STOP = 10
"""The time that a step of the set-up has to end after it was interrupted."""
ELSEWHERE = ("PIP_DRY_RUN", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER")
"""The variables by which pip would put packages into another place than the environment, or into none."""


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
    """Return where a virtual environment keeps its Python."""
    if sys.platform == "win32":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def is_made(environment: Path, mark: str) -> bool:
    """Return whether a virtual environment was completed for the state that `mark` names."""
    note = environment / ".complete"
    return note.is_file() and note.read_text(encoding="utf-8") == mark and interpreter(environment).exists()


def build(command: "list[str]") -> None:
    """Run one step of a set-up in silence.

    Raises SetupError with everything that the step printed if it fails.
    """
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        env={name: value for name, value in os.environ.items() if name not in ELSEWHERE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            process.terminate()
            try:
                process.communicate(timeout=SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    if process.returncode:
        printed = output.decode(errors="replace")
        raise SetupError(f"{printed}\nThe set-up failed, see above: {' '.join(command)}")


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
    above = next(folder for folder in ENVIRONMENT.parents if folder.exists())
    if not os.access(str(ENVIRONMENT if ENVIRONMENT.exists() else above), os.W_OK):
        raise SetupError(
            f"{above} cannot be written, and run.py keeps there what the command needs: call the run.py of a copy of "
            "the project that can be written, or install the project and call batches-conformance."
        )
    print(f"Setting up {ENVIRONMENT.relative_to(ROOT).as_posix()} (once) ...", file=sys.stderr, flush=True)
    build([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    pip = [str(interpreter(ENVIRONMENT)), "-m", "pip", "install", "--disable-pip-version-check"]
    build([*pip, "--require-hashes", "--requirement", str(LOCK)])
    (ENVIRONMENT / ".complete").write_text(mark, encoding="utf-8")


def interrupt(_number: int, _frame: object) -> None:
    """Raise `KeyboardInterrupt`, whichever of the signals has come."""
    raise KeyboardInterrupt


def take_signals() -> None:
    """Take each signal that ends a command for Ctrl-C, where nobody has it ignored."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


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
    take_signals()
    try:
        ensure_environment()
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return NOT_STARTED
    except KeyboardInterrupt:
        print("Interrupted during the set-up; the next call starts it again.", file=sys.stderr)
        return INTERRUPTED
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    python = str(interpreter(ENVIRONMENT))
    return become([python, "-P", "-m", "batches_conformance", *arguments], {**os.environ, "PYTHONPATH": path})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
