"""`--plan`, and the question before a run that bills: what would be done and spent, by a rehearsal on the mock."""

import pytest

from reports.exit_codes import CONFORMANT
from reports.model import Report
from reports.plan import RehearsalFailed, plan_lines, rehearse, total


def plan(config: pytest.Config, rate: float | None) -> int:
    """Print what the run would do and spend at a rate of requests a second, and return the exit code."""
    if config.getoption("--clean-up"):
        raise pytest.UsageError("--clean-up spends nothing that could be planned; leave out --plan")
    print("\n".join(plan_lines(_rehearsed(config), rate)))
    return CONFORMANT


def totals(config: pytest.Config, rate: float | None) -> str:
    """Sum up in one line what the run would do and spend."""
    return total(_rehearsed(config), rate)


def _rehearsed(config: pytest.Config) -> Report:
    arguments = [argument for argument in config.invocation_params.args if argument != "--plan"]
    try:
        return rehearse(arguments, config.rootpath, config.invocation_params.dir)
    except RehearsalFailed as error:
        raise pytest.UsageError(f"the run cannot be planned: {error}") from None
