"""Finds out whether the command line selects the whole suite."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

SUITES = "suites"
"""Folder below the root directory whose tests are the conformance suite."""


def narrowed_by(config: pytest.Config) -> list[str]:
    """List the options and paths of this session that leave tests out, as one would type them."""
    return [shlex.join(words) for words in (*_options(config), *_paths(config))]


def addresses_suites(config: pytest.Config) -> bool:
    """Tell whether the paths of the command line, or the defaults, lead to the suites."""
    suites = _suites(config)
    paths = [_path(config, argument) for argument in config.args]
    return any(_leads_to(path, suites) for path in paths)


def _options(config: pytest.Config) -> Iterator[list[str]]:
    for flag, name in (("-k", "keyword"), ("-m", "markexpr")):
        if value := config.getoption(name, ""):
            yield [flag, value]
    for flag, name in (
        ("--deselect", "deselect"),
        ("--requirement", "requirement"),
        ("--ignore", "ignore"),
        ("--ignore-glob", "ignore_glob"),
    ):
        for value in config.getoption(name, None) or ():
            yield [flag, str(value)]
    for flag, name in (("--lf", "lf"), ("--sw", "stepwise")):
        if config.getoption(name, False):
            yield [flag]


def _paths(config: pytest.Config) -> Iterator[list[str]]:
    suites = _suites(config)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        return
    chosen = [argument for argument in config.args if _leads_to(_path(config, argument), suites)]
    if not any(_covers(config, argument, suites) for argument in chosen):
        for argument in chosen:
            yield [argument]


def _suites(config: pytest.Config) -> Path:
    return (config.rootpath / SUITES).resolve()


def _leads_to(path: Path, suites: Path) -> bool:
    return path.is_relative_to(suites) or suites.is_relative_to(path)


def _covers(config: pytest.Config, argument: str, suites: Path) -> bool:
    return "::" not in argument and suites.is_relative_to(_path(config, argument))


def _path(config: pytest.Config, argument: str) -> Path:
    return (config.invocation_params.dir / argument.partition("::")[0]).resolve()
