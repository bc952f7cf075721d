#!/usr/bin/env python3
"""Runs a task of tox.ini where there is nothing but Python: `python3 run.py conformance`.

tox goes into a private virtual environment, once and again when its lock changes; tox then makes
the environment of the tasks. What follows the task's name goes to the task. The exit code is the
task's own; 4 means that the task never started, 2 that it was ended before its time: by Ctrl-C, by
SIGTERM as CI sends it, or with its terminal.

The file is read by Pythons as old as 3.6 so that they can be told that they are too old.
"""

import configparser
import hashlib
import importlib.util
import itertools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOX_LOCK = ROOT / "requirements" / "tox.lock"
TOX_DIR = ROOT / ".venv-tox"
OLDEST = (3, 11)
NOT_STARTED = 4
INTERRUPTED = 2
SECONDS_TO_STOP = 10
"""What a step of the set-up has to end when it is told to."""


class SetupError(Exception):
    """What the task needs could not be made; the message is for the person who called."""


def refusal(version: "tuple[int, int]") -> "str | None":
    """Say why a Python of this version cannot run the project, or None if it can."""
    if version >= OLDEST:
        return None
    return (
        f"This is Python {version[0]}.{version[1]}, and the project needs "
        f"{OLDEST[0]}.{OLDEST[1]} or newer: call run.py with a newer one."
    )


def tasks(tox_ini: Path) -> "dict[str, str]":
    """Read the names and descriptions of the tasks from a tox.ini."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(str(tox_ini), encoding="utf-8")
    prefix = "testenv:"
    return {
        name: parser[section].get("description", "")
        for section in parser.sections()
        if section.startswith(prefix)
        for name in expanded(section[len(prefix) :])
    }


def expanded(name: str) -> "list[str]":
    """Give the names that tox makes of one with alternatives in braces."""
    pieces = re.split(r"\{(.*?)\}", name)
    choices = [piece.split(",") if is_choice else [piece] for piece, is_choice in zip(pieces, itertools.cycle([0, 1]))]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


def environment_of(task: str) -> str:
    """Name the virtual environment that a task runs in, as tox.ini has it."""
    _, found, version = task.partition("-py")
    return "locking" if task == "lock" else "suite" + found + version


def fingerprint(files: "list[Path]") -> str:
    """Name the state that a set-up was made for: this interpreter and the bytes of these files."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def interpreter(environment: Path) -> Path:
    """Tell where a virtual environment keeps its Python."""
    if sys.platform == "win32":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def is_made(environment: Path, mark: str) -> bool:
    """Tell whether a virtual environment was completed for the state that `mark` names."""
    note = environment / ".complete"
    return note.is_file() and note.read_text(encoding="utf-8") == mark and interpreter(environment).exists()


def build(command: "list[str]") -> None:
    """Run one step of a set-up in silence.

    Raises SetupError with everything that the step printed if it fails.
    """
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
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
        told = output.decode(errors="replace")
        raise SetupError(f"{told}\nThe set-up failed, see above: {' '.join(command)}")


def ensure_place() -> None:
    """See to it that environments can be kept. Raises SetupError where they cannot."""
    for place in (TOX_DIR, ROOT / ".tox"):
        if not os.access(str(place if place.exists() else ROOT), os.W_OK):
            raise SetupError(
                f"{place} cannot be written, and run.py keeps there what tasks need: call the run.py of a copy of the "
                "project that can be written, or install requirements/suite.lock elsewhere and call python -m suites."
            )


def ensure_tox() -> None:
    """Make the private environment with tox unless it is there.

    Raises SetupError if Python lacks what that takes or if a step fails.
    """
    mark = fingerprint([TOX_LOCK])
    if is_made(TOX_DIR, mark):
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError(
            "This Python lacks venv or ensurepip: install them (on Debian and Ubuntu the package "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv)."
        )
    print(f"Setting up {TOX_DIR.name} (once) ...", file=sys.stderr, flush=True)
    build([sys.executable, "-m", "venv", "--clear", str(TOX_DIR)])
    pip = [str(interpreter(TOX_DIR)), "-m", "pip", "install", "--disable-pip-version-check"]
    build([*pip, "--require-hashes", "--requirement", str(TOX_LOCK)])
    (TOX_DIR / ".complete").write_text(mark, encoding="utf-8")


def ensure_environment(environment: Path, lock: Path, command: "list[str]") -> None:
    """Let tox make the environment of a task before the task, so that exit codes stay apart.

    Raises SetupError if tox fails.
    """
    mark = fingerprint([TOX_LOCK, lock, ROOT / "tox.ini"])
    if is_made(environment, mark):
        return
    place = environment.relative_to(ROOT).as_posix()
    print(f"Setting up {place} (once) ...", file=sys.stderr, flush=True)
    build([*command, "--notest"])
    (environment / ".complete").write_text(mark, encoding="utf-8")


def run(command: "list[str]", exit_code: Path) -> int:
    """Let tox run a task to its end and return the task's exit code.

    Ctrl-C goes from the terminal to tox and the task too. What CI sends goes to this process alone,
    which passes it on. The task is given the time that it takes. tox then answers 1 whatever the
    task answered, and the file `exit_code` has the answer.
    """
    if exit_code.exists():
        exit_code.unlink()
    interrupted = []  # type: list[int]
    started = []  # type: list[subprocess.Popen[bytes]]

    def pass_on(number: int, _frame: object) -> None:
        interrupted.append(number)
        if number != signal.SIGINT:
            for process in started:
                process.send_signal(signal.SIGTERM)

    on_ending_signals(pass_on)
    with subprocess.Popen(command, cwd=str(ROOT)) as process:
        started.append(process)
        if interrupted:
            process.send_signal(signal.SIGTERM)
        process.wait()
    if exit_code.exists():
        code = int(exit_code.read_text(encoding="utf-8"))
        return code if code >= 0 else 128 - code
    if interrupted:
        return INTERRUPTED
    print(f"tox ended with {process.returncode} before the task had.", file=sys.stderr)
    return NOT_STARTED


def on_ending_signals(handler: "object") -> None:
    """Let a handler have the signals that end a command, where nobody has them ignored."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)  # type: ignore[arg-type]


def main(arguments: "list[str]") -> int:
    """Run the task that the arguments name and return the exit code for the shell."""
    reason = refusal(sys.version_info[:2])
    if reason:
        print(reason, file=sys.stderr)
        return NOT_STARTED
    known = tasks(ROOT / "tox.ini")
    if not arguments or arguments[0] not in known:
        asked = bool(arguments) and arguments[0] in ("-h", "--help")
        lines = [f"  {name:<17} {description}" for name, description in known.items()]
        print(
            "usage: python3 run.py TASK [ARGUMENT ...]\n\n" + "\n".join(lines),
            file=sys.stdout if asked else sys.stderr,
        )
        return 0 if asked else NOT_STARTED
    on_ending_signals(signal.default_int_handler)
    task, *rest = arguments
    if rest[:1] == ["--"]:
        rest = rest[1:]
    environment = ROOT / ".tox" / environment_of(task)
    lock = ROOT / "requirements" / ("locking.lock" if task == "lock" else "suite.lock")
    tox = [str(interpreter(TOX_DIR)), "-m", "tox", "run", "--root", str(ROOT), "-e", task]
    try:
        ensure_place()
        ensure_tox()
        ensure_environment(environment, lock, tox)
    except SetupError as error:
        print(error, file=sys.stderr)
        return NOT_STARTED
    except KeyboardInterrupt:
        print("Interrupted during the set-up; the next call starts it again.", file=sys.stderr)
        return INTERRUPTED
    return run([*tox, "-qq", "--", *rest], environment / ".exit-code")


def guarded(arguments: "list[str]") -> int:
    """Do what `main` does; a crash ends with one sentence, and never with the 1 that is a verdict of tasks."""
    try:
        code = main(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_STARTED
    except Exception as error:
        print(f"run.py itself broke: {type(error).__name__}: {error}", file=sys.stderr)
        return NOT_STARTED
    return code


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
