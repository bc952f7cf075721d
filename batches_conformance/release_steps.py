"""Commands that are run beside each other, one after the other, and ended together."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from batches_conformance.location import own_command
from reports import exit_codes
from spec.text import end_of
from spec.usage import WrongUsage

NOTE: Final = "part.json"
"""What is kept of a part that has an answer, so that it need not be run again."""
OUTPUT: Final = "output.txt"
ERRORS: Final = "errors.txt"
SHOWN: Final = 2_000
"""Characters of the output of a part that are shown where it did not come to its end."""


class PartFailed(Exception):
    """A part did not come to its end: its exit code, and what it printed last."""

    def __init__(self, step: "ReleaseStep", code: int) -> None:
        printed = "\n".join(each.read_text(encoding="utf-8", errors="replace") for each in (step.output, step.errors))
        super().__init__(f"The part {step.name} ended with {code}: {end_of(printed.strip(), SHOWN)}")
        self.code = code


@dataclass(frozen=True)
class ReleaseStep:
    """One command: the words after `batches-conformance`, and the folder that takes its output."""

    name: str
    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    @property
    def digest(self) -> str:
        """What tells its words from others; they may hold a secret."""
        return sha256("\0".join(self.words).encode(errors="surrogateescape")).hexdigest()

    @property
    def output(self) -> Path:
        """The file that has what the command printed."""
        return self.folder / OUTPUT

    @property
    def errors(self) -> Path:
        """The file that has what the command and Python said besides."""
        return self.folder / ERRORS


@dataclass
class ReleaseSteps:
    """Runs commands beside each other, and ends them together."""

    resume: bool
    seconds: float = 0.0
    """How long the commands took that were run, added up."""
    _running: set["subprocess.Popen[bytes]"] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_ending: bool = False

    def carry_out(self, chains: Sequence[Sequence[ReleaseStep]]) -> dict[str, int]:
        """Run chains beside each other, and the steps of a chain one after the other. Return the exit codes by name.

        Raises `PartFailed` for a step that did not come to its end.
        """
        pool = ThreadPoolExecutor(max(len(chains), 1))
        try:
            chosen = [pool.submit(self._chain, chain) for chain in chains]
            wait(chosen, return_when=FIRST_EXCEPTION)
            for each in chosen:
                if each.done():
                    each.result()
            return {name: code for each in chosen for name, code in each.result().items()}
        except BaseException:
            self._end()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _chain(self, steps: Sequence[ReleaseStep]) -> dict[str, int]:
        return {step.name: self._code_of(step) for step in steps}

    def _code_of(self, step: ReleaseStep) -> int:
        code = self._known(step) if self.resume else None
        if code is None:
            return self._run(step)
        print(f"{step.name}: taken from {step.folder}, where it ended with {code}", flush=True)
        return code

    def _known(self, step: ReleaseStep) -> int | None:
        """Return how the same step has ended before, if it had an answer."""
        with suppress(OSError, ValueError):
            note: dict[str, Any] = json.loads((step.folder / NOTE).read_text(encoding="utf-8"))
            return int(note["code"]) if note["words"] == step.digest else None
        return None

    def _run(self, step: ReleaseStep) -> int:
        try:
            step.folder.mkdir(parents=True, exist_ok=True)
            (step.folder / NOTE).unlink(missing_ok=True)
        except OSError as error:
            raise WrongUsage(
                f"{step.folder} could not be written ({error.strerror}); name another with --out."
            ) from None
        print(f"{step.name}: batches-conformance {' '.join(step.words)}", flush=True)
        began = monotonic()
        with step.output.open("wb") as output, step.errors.open("wb") as errors:
            process = self._start(step, output, errors)
            code = process.wait()
        with self._lock:
            self._running.discard(process)
            self.seconds += monotonic() - began
        if code not in exit_codes.RANKED:
            raise PartFailed(step, code)
        print(f"{step.name}: ended with {code} after {monotonic() - began:.0f} s", flush=True)
        if code != exit_codes.INCONCLUSIVE:
            (step.folder / NOTE).write_text(json.dumps({"words": step.digest, "code": code}), encoding="utf-8")
        return code

    def _start(self, step: ReleaseStep, output: IO[bytes], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
        command = own_command(*step.words)
        environment = dict(step.environment)
        with self._lock:
            if self._is_ending:
                raise CancelledError
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment)
            self._running.add(process)
        return process

    def _end(self) -> None:
        """Interrupt what runs and wait for it, for it deletes what it has created; pass every further interrupt on."""
        with self._lock:
            self._is_ending = True
            running = list(self._running)
        while running:
            for process in running:
                with suppress(OSError):
                    process.send_signal(signal.SIGTERM)
            with suppress(KeyboardInterrupt):
                for process in running:
                    process.wait()
                break
