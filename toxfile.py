"""What the tasks of tox.ini need of tox beyond its settings."""

import logging
import signal
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from tox.config.cli.parser import ToxParser
from tox.execute.api import Outcome
from tox.plugin import impl
from tox.tox_env.api import ToxEnv

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
"""The signals that end a command, as far as this system has them."""


@impl
def tox_add_option(parser: ToxParser) -> None:  # noqa: ARG001
    """Take each signal that ends a command for Ctrl-C, once: then tox interrupts the task and waits for its end."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


DEFAULT_VERBOSITY = 2
"""The verbosity of tox where neither `-v` nor `-q` is given."""


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Leave out the exit code after the only command of the only task, whose own output ends with it."""
    if _is_alone(tox_env):
        for handler in logging.getLogger().handlers:
            handler.addFilter(_is_no_exit)


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: Sequence[Outcome]) -> None:  # noqa: ARG001
    """Leave out the summary of tox after that command."""
    if _is_alone(tox_env) and exit_code >= 0:
        tox_env.options.quiet = tox_env.options.verbose


@impl
def tox_env_teardown(tox_env: ToxEnv) -> None:
    """Forget which task the environment was last used for.

    tox builds an environment anew when another task uses it, and here all share one.
    """
    with tox_env.cache.compare(None, ToxEnv.__name__):
        pass


def _is_alone(tox_env: ToxEnv) -> bool:
    """Return whether one task with one command was named, and neither `-v` nor `-q`."""
    options = tox_env.options
    return len(list(options.env)) == len(tox_env.conf["commands"]) == 1 and options.verbosity <= DEFAULT_VERBOSITY


def _is_no_exit(record: logging.LogRecord) -> bool:
    """Return whether a line of tox is another than the exit code of a command that was not killed."""
    is_exit = str(record.msg).startswith("exit %s (")
    return not (is_exit and isinstance(record.args, tuple) and isinstance(record.args[0], int) and record.args[0] >= 0)
