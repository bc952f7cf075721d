"""Lets each worker rewrite the assertions of a part of the test modules, where each of them would rewrite all.

pytest keeps a rewritten module beside the module, and rewrites only what it does not find there.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)


def rewrite_part(config: pytest.Config) -> None:
    """Rewrite what falls to this worker of the modules that all workers are about to collect."""
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode or assertstate_key not in config.stash:
        return
    number, workers = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
    rewrite(sorted(_collected(config))[number::workers], config)


def _collected(config: pytest.Config) -> Iterator[Path]:
    for argument in config.args:
        path = Path(config.invocation_params.dir, argument.partition("::")[0])
        yield from path.rglob("test_*.py") if path.is_dir() else filter(Path.is_file, [path])


def rewrite(modules: Iterable[Path], config: pytest.Config) -> None:
    """Rewrite modules as pytest does before it imports them, which reports what is wrong with a module."""
    for module in modules:
        folder = get_cache_dir(module)
        rewritten = folder / f"{module.stem}{PYC_TAIL}"
        if try_makedirs(folder) and _read_pyc(module, rewritten) is None:
            with suppress(SyntaxError, ValueError):
                about, code = _rewrite_test(module, config)
                _write_pyc(config.stash[assertstate_key], code, about, rewritten)
