"""What the tasks of tox.ini need of tox beyond its settings."""

import logging
from collections.abc import Sequence

from tox.execute.api import Outcome
from tox.plugin import impl
from tox.tox_env.api import ToxEnv

DEFAULT_VERBOSITY = 2
"""How much tox says where neither `-v` nor `-q` is given."""


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Let the task have the last word where it is the only one, and one command: what it printed says how it ended."""
    if _is_alone(tox_env):
        for handler in logging.getLogger().handlers:
            handler.addFilter(_is_no_exit)


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: Sequence[Outcome]) -> None:  # noqa: ARG001
    """Note the exit code of the task for run.py: after Ctrl-C tox itself always answers 1."""
    (tox_env.env_dir / ".exit-code").write_text(str(int(exit_code)))
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
    """Whether one task with one command was asked for, and no more of tox than it says by itself."""
    options = tox_env.options
    return len(list(options.env)) == len(tox_env.conf["commands"]) == 1 and options.verbosity <= DEFAULT_VERBOSITY


def _is_no_exit(record: logging.LogRecord) -> bool:
    """Whether a line of tox is another than the one that tells the exit code of a command, which was not killed."""
    is_exit = str(record.msg).startswith("exit %s (")
    return not (is_exit and isinstance(record.args, tuple) and isinstance(record.args[0], int) and record.args[0] >= 0)
