"""What the tasks of tox.ini need of tox beyond its settings."""

from collections.abc import Sequence

from tox.execute.api import Outcome
from tox.plugin import impl
from tox.tox_env.api import ToxEnv


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: Sequence[Outcome]) -> None:  # noqa: ARG001
    """Note the exit code of the task for run.py: after Ctrl-C tox itself always answers 1."""
    (tox_env.env_dir / ".exit-code").write_text(str(int(exit_code)))


@impl
def tox_env_teardown(tox_env: ToxEnv) -> None:
    """Forget which task the environment was last used for.

    tox builds an environment anew when another task uses it, and here all share one.
    """
    with tox_env.cache.compare(None, ToxEnv.__name__):
        pass
