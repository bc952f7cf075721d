"""What tox says after a task that said everything itself is left out; what nobody else says stays."""

import logging
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

TOXFILE = Path(__file__).parents[1] / "toxfile.py"


@pytest.fixture
def toxfile(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as tox loads it; tox itself is in another environment."""
    stubs: dict[str, Any] = {
        "tox.execute.api": SimpleNamespace(Outcome=object),
        "tox.plugin": SimpleNamespace(impl=lambda hook: hook),
        "tox.tox_env.api": SimpleNamespace(ToxEnv=object),
    }
    for name in ("tox", "tox.execute", "tox.tox_env", *stubs):
        monkeypatch.setitem(sys.modules, name, stubs.get(name, ModuleType(name)))
    spec = spec_from_file_location("toxfile_under_test", TOXFILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the one handler of the root logger lets through, as tox has one."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    root.handlers[:] = [handler]
    yield lines
    root.handlers[:] = before


def environment(folder: Path, asked: tuple[str, ...], commands: int, verbose: int = 2, quiet: int = 0) -> Any:
    options = SimpleNamespace(env=asked, verbose=verbose, quiet=quiet, verbosity=verbose - quiet)
    return SimpleNamespace(options=options, conf={"commands": ["x"] * commands}, env_dir=folder)


def end(toxfile: ModuleType, tox_env: Any, code: int) -> None:
    toxfile.tox_before_run_commands(tox_env)
    line = "exit %s (%.2f seconds) %s> %s%s"
    logging.getLogger("tox.execute.api").critical(line, code, 1.0, "/here", "python -m pytest", " pid=7")
    logging.getLogger("tox").critical("%s", "something else")
    toxfile.tox_after_run_commands(tox_env, code, [])


@pytest.mark.parametrize("code", [1, 4, 6, 7])
def test_a_verdict_has_the_last_word(code: int, toxfile: ModuleType, said: list[str], tmp_path: Path) -> None:
    tox_env = environment(tmp_path, ("conformance",), 1)
    end(toxfile, tox_env, code)
    assert said == ["something else"]
    assert tox_env.options.verbose - tox_env.options.quiet == 0
    assert (tmp_path / ".exit-code").read_text() == str(code)


@pytest.mark.parametrize(
    ("asked", "commands", "verbose", "code"),
    [
        (("tests", "conformance"), 1, 2, 1),
        ((), 1, 2, 1),
        (("lint",), 4, 2, 1),
        (("conformance",), 1, 3, 1),
        (("conformance",), 1, 2, -9),
    ],
    ids=["several tasks", "the default tasks", "several commands", "asked for", "killed"],
)
def test_tox_speaks_where_nobody_else_does(
    asked: tuple[str, ...], commands: int, verbose: int, code: int, toxfile: ModuleType, said: list[str], tmp_path: Path
) -> None:
    tox_env = environment(tmp_path, asked, commands, verbose)
    end(toxfile, tox_env, code)
    assert said[0].startswith(f"exit {code} ")
    assert tox_env.options.quiet == 0
