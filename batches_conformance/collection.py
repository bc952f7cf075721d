"""The pytest plugin by which a run finds the suite from whatever folder it is started in."""

from pathlib import Path

import pytest

from batches_conformance.location import ROOT

SUITES = ROOT / "suites"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Select the suites where the command line names no path, and find in the tree those paths that are not here.

    pytest itself looks for tests in the folder where it was started.
    """
    given = early_config.known_args_namespace.file_or_dir
    found = [_found(path, early_config.invocation_params.dir) for path in given] or [str(SUITES)]
    if not given:
        args += found
    for path, meant in zip(given, found, strict=False):
        args[args.index(path)] = meant
    early_config.known_args_namespace.file_or_dir = found


def _found(argument: str, here: Path) -> str:
    path, separator, test = argument.partition("::")
    is_of_tree = not (here / path).exists() and (ROOT / path).exists()
    return f"{ROOT / path}{separator}{test}" if is_of_tree else argument
