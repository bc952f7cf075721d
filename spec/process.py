"""How a command of the project ends, whatever goes wrong. To be imported before anything else, and left by `run`.

Python ends a crash with 1, which is a verdict here: a `must` is violated. From this import on, also while the imports
after it are under way, a crash ends with `INCONCLUSIVE` and one sentence; `python -X dev` shows the traceback instead.
An interrupt by Ctrl-C or one of the other `spec.signals` ends with `INTERRUPTED` and one sentence.
What is printed breaks nothing: neither a reader that leaves early, nor a full disk, nor an encoding without the
character.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, TextIO

from spec import signals
from spec.codes import INCONCLUSIVE, INTERRUPTED, WRONG_USAGE

STOPPED: Final = "Interrupted, and nothing is said for or against a service."
OLDEST: Final = (3, 11)
ROOT: Final = Path(__file__).resolve().parent.parent
STDOUT: Final = 1
STDERR: Final = 2


def run(main: Callable[[], int | None]) -> NoReturn:
    """Do what a command does, and end the process with the exit code that it gives.

    The code holds also where nobody reads what is printed. Where it could not be printed for another reason, that is
    said, and no 0 is given.
    """
    output = tolerant_output()
    code: object
    try:
        code = main() or 0
    except SystemExit as end:
        code = end.code or 0
    except KeyboardInterrupt:
        _say(STOPPED)
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(INTERRUPTED)  # Threads that wait for an answer are not waited for.
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
    code = whole(output, code)
    exec("")  # Else Python ends by SIGINT where that interrupted a text that was executed, as dataclasses do.
    raise SystemExit(code)


class _Output(io.FileIO):
    """An output that takes whatever it is given, and remembers why it could not be written."""

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        """Write what can be written."""
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            return len(data)
        except OSError as error:
            self.failure = error
            return len(data)


def tolerant_output() -> _Output | None:
    """Let standard output and standard error take whatever is printed, and return the former.

    One of which somebody else has taken the place already is left alone, and not returned.
    """
    sys.stdout, output = _tolerant(sys.stdout, STDOUT)
    sys.stderr, _ = _tolerant(sys.stderr, STDERR)
    return output


def whole(output: _Output | None, code: object) -> object:
    """Return the exit code of a command; where standard output could not be written, that is said, and it is no 0."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    if output is None or output.failure is None:
        return code
    _say(f"Standard output could not be written ({output.failure.strerror}): the output is not complete.")
    return code or INCONCLUSIVE


def _tolerant(given: TextIO, descriptor: int) -> tuple[TextIO, _Output | None]:
    if type(given) is not io.TextIOWrapper:
        return given, None
    if sys.platform == "win32":
        given.reconfigure(errors="backslashreplace")
        return given, None
    with suppress(OSError):
        given.flush()
    raw = _Output(descriptor, "w", closefd=False)
    text = _Text(
        io.BufferedWriter(raw),
        encoding=given.encoding,
        errors="backslashreplace",
        line_buffering=given.line_buffering,
    )
    return text, raw


class _Text(io.TextIOWrapper):
    """Known by its class, so that it is not put in its own place."""


def _broken(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> NoReturn:
    """End a crash: what `sys.excepthook` raises is how Python ends."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    if issubclass(kind, KeyboardInterrupt):
        _say(STOPPED)
        raise SystemExit(INTERRUPTED)
    if sys.version_info < OLDEST:
        _say(f"This is Python {sys.version.split()[0]}, and the project needs {'.'.join(map(str, OLDEST))} or newer.")
        raise SystemExit(WRONG_USAGE)
    if sys.flags.dev_mode:
        sys.__excepthook__(kind, error, traceback)
    if issubclass(kind, FileNotFoundError) and (missing := _missing_folder()):
        _say(missing)
        raise SystemExit(INCONCLUSIVE)
    what = (
        "Something that the suite needs failed" if issubclass(kind, OSError | ImportError) else "The suite itself broke"
    )
    message = " ".join(f"{kind.__name__}: {error}".split())
    _say(
        f"{what}, and nothing is said for or against a service: {message}{_place(traceback)}; "
        "python -X dev shows the traceback."
    )
    raise SystemExit(INCONCLUSIVE)


def _missing_folder() -> str | None:
    """Return what to do where a folder is missing that every process needs; `None` where none is."""
    import tempfile  # Not needed by a command that goes well.

    try:
        os.getcwd()
    except FileNotFoundError:
        return "The working directory was deleted: change to one that exists."
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return "No folder for temporary files can be written: let TMPDIR name one that can."
    return None


def _place(traceback: TracebackType | None) -> str:
    """Return the last line of ours on the way to the crash."""
    place = ""
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(ROOT) and not file.name.startswith("<"):
            place = f" (at {file.relative_to(ROOT).as_posix()}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return place


def _say(sentence: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        print(sentence, file=sys.stderr, flush=True)


with suppress(OSError):
    while (spare := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass  # The number of a stream that was closed would be given to the next file.
    os.close(spare)
if sys.stdout is None:
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
if sys.stderr is None:
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
sys.excepthook = _broken
signals.take()
