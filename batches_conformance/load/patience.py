"""How long a worker waits for its master: until that answers for the first time, and where it falls silent.

Locust would wait for five minutes in the first case, and for ever where a master is lost before its first heartbeat.
"""

import signal
import sys
import time
from typing import Any, Final

from locust import __version__, runners
from locust.rpc import Message

from batches_conformance.load.ending import end
from spec.codes import INCONCLUSIVE, INTERRUPTED
from spec.process import STOPPED

SECONDS_FOR_A_MASTER: Final = 60.0
SECONDS_BETWEEN_GREETINGS: Final = 5.0


def greet(runner: Any) -> None:
    """Greet the master until it answers; where it does not in time, or at Ctrl-C, end the process by a sentence.

    What a signal raises may be lost among greenlets, so it is noted as well.
    """
    interrupts: list[int] = []

    def note(number: int, _frame: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        seconds = runner.environment.parsed_options.master_timeout
        runners.MASTER_HEARTBEAT_TIMEOUT = seconds
        until = time.monotonic() + seconds
        while not (runner.connected or interrupts):
            _greet_once(runner, seconds, until - time.monotonic())
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGINT, before)
    if interrupts:
        end(STOPPED, INTERRUPTED)
    runner.last_heartbeat_timestamp = time.time()


def _greet_once(runner: Any, seconds: float, left: float) -> None:
    if left <= 0:
        end(
            f"No master answered at {_address(runner)} within {seconds:g} s: start one there, or name another with "
            "--master-host and --master-port; with --master-timeout a worker waits longer.",
            INCONCLUSIVE,
        )
    if runner.retry == 1:
        print(f"Waiting {left:.0f} s more for a master at {_address(runner)}.", file=sys.stderr, flush=True)
    runner.retry += 1
    runner.client.send(Message("client_ready", __version__, runner.client_id))
    runner.connected = runner.connection_event.wait(min(SECONDS_BETWEEN_GREETINGS, left))


def said_of_silence(runner: Any) -> str | None:
    """Say that the master has been silent for too long; nothing where it has not."""
    if time.time() - runner.last_heartbeat_timestamp < runners.MASTER_HEARTBEAT_TIMEOUT:
        return None
    return (
        f"The master at {_address(runner)} is gone, so there is no report, and nothing is said for or against a "
        "service: start it and its workers again."
    )


def _address(runner: Any) -> str:
    return f"{runner.master_host}:{runner.master_port}"
