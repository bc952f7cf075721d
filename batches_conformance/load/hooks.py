"""What is hung into locust: the options, and the part that a process takes."""

import logging
import os
import signal
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import gevent
from gevent.event import AsyncResult
from locust import argument_parser, events
from locust.runners import STATE_STOPPED, LocalRunner, WorkerRunner

from batches_conformance.load import web
from batches_conformance.load.ending import Codes, ends_in_a_sentence, refuse
from batches_conformance.load.master import Master
from batches_conformance.load.options import DECLARED, VARIABLES
from batches_conformance.load.patience import SECONDS_FOR_A_MASTER, greet
from batches_conformance.load.worker import Worker
from spec.codes import CONFORMANT
from spec.signals import ENDING
from suites.load.options import parameter_of
from suites.load.users import GuideUser

__all__ = ["GuideUser"]

OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    **DECLARED,
    "--mock": {"help": "The host is a mock, with these variants."},
    "--run-id": {"help": "The id of the run."},
    "--started-by": {"metavar": "PID", "type": int, "help": "The process without which a load ends."},
    "--master-timeout": {
        "metavar": "SECONDS",
        "type": float,
        "default": SECONDS_FOR_A_MASTER,
        "help": f"How long a worker waits for a master that does not answer ({SECONDS_FOR_A_MASTER:g}).",
    },
}
"""The options of the suite that locust has."""
SECONDS_BETWEEN_LOOKS: Final = 1.0
"""Seconds after which a load notices at the latest that its command was killed."""

# A worker makes a parser for each option of each message that starts users, so it would be busy while others begin.
argument_parser.default_args_dict = cache(argument_parser.default_args_dict)

# A worker would wait for its master for five minutes, or for ever.
WorkerRunner.connect_to_master = greet

_codes = Codes()
_parts: AsyncResult = AsyncResult()


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Add the options to those of locust."""
    for name, declared in OWN.items():
        parser.add_argument(name, include_in_web_ui=False, env_var=VARIABLES.get(name), **declared)
    parser.error = refuse


@events.init.add_listener
@ends_in_a_sentence
def begin(environment: Any, runner: Any, web_ui: Any, **_: Any) -> None:
    """Take the part of a master, of a worker, or of both; other signals end it as SIGTERM does, and in no user."""
    _codes.accept()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Locust shows what is logged of each request.
    for each in set(ENDING) - {signal.SIGTERM}:
        if each == signal.SIGINT or signal.getsignal(each) != signal.SIG_IGN:
            gevent.signal_handler(each, os.kill, os.getpid(), signal.SIGTERM)
    if isinstance(runner, WorkerRunner) and runner.state == STATE_STOPPED:
        raise SystemExit(CONFORMANT)  # Its master has ended it before locust listens to that.
    if (starter := environment.parsed_options.started_by) and not isinstance(runner, WorkerRunner):
        gevent.spawn(_end_without, starter)
    if web_ui:
        web.refuse_taken(web_ui)
    parts: list[Master | Worker] = []
    if not isinstance(runner, WorkerRunner):
        master = Master(environment, _codes.report)
        parts.append(master)
        if web_ui:
            web.keep_to(master.target, {parameter_of(name) for name in OWN}, web_ui)
    if isinstance(runner, WorkerRunner | LocalRunner):
        parts.append(Worker(environment))
    _parts.set(parts)
    # A timer that is set now, such as that of --run-time, would count from before the imports.
    gevent.get_hub().loop.update_now()


@events.test_start.add_listener
@ends_in_a_sentence
def start(**_: Any) -> None:
    """Start a load; a worker may have to before `begin`, since it greets its master before locust calls that."""
    for part in _parts.get():
        part.start()


def _end_without(starter: int) -> None:
    """End as by a signal once the process that has started this one is gone."""
    while os.getppid() == starter:
        gevent.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
