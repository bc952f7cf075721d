"""The pytest plugin by which a run finds the suite from whatever folder it is started in."""

from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pytest

from batches_conformance import wrong_words
from batches_conformance.location import ROOT
from batches_conformance.plugins import NEEDED

SUITES: Final = ROOT / "suites"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept the place of the cache also where `-p no:cacheprovider` leaves nobody to use it."""
    if pluginmanager.is_blocked("cacheprovider"):
        parser.addini("cache_dir", "not used")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Select the suites where the command line names no path, and find in the tree those paths that are not here.

    pytest itself looks for tests in the folder where it was started. An unknown option or path ends the run, and so
    does a plugin that is left out and needed.
    """
    for plugin in NEEDED:
        if not early_config.pluginmanager.has_plugin(plugin):
            raise pytest.UsageError(f"A run needs the plugin {plugin} of pytest; leave out -p no:{plugin}")
    wrong_words.refuse_options(parser.parse_known_and_unknown_args(args)[1])
    given = early_config.known_args_namespace.file_or_dir
    found = [_found(path, early_config.invocation_params.dir) for path in given] or [str(SUITES)]
    if not given:
        args += found
    for path, meant in zip(given, found, strict=False):
        args[args.index(path)] = meant
    early_config.known_args_namespace.file_or_dir = found


def _found(argument: str, here: Path) -> str:
    path, separator, test = argument.partition("::")
    if (here / path).exists():
        return argument
    if (ROOT / path).exists():
        return f"{ROOT / path}{separator}{test}"
    known = {each.name: each.relative_to(ROOT).as_posix() for each in SUITES.rglob("*") if _is_selectable(each)}
    like = get_close_matches(Path(path).name, known, 1)
    hint = f"did you mean {known[like[0]]}?" if like else "the tests are below suites"
    raise pytest.UsageError(f"There is no test {path}; {hint}")


def _is_selectable(path: Path) -> bool:
    return path.match("test_*.py") or (path.is_dir() and next(path.rglob("test_*.py"), None) is not None)
