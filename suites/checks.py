"""How a requirement is checked: by which oracles, and by which tests."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from suites.oracles import ORACLES, WAITING
from suites.selection import MARK

SUITES = Path(__file__).parent


def oracles_of(requirement: str) -> list[tuple[str, str]]:
    """Return the oracles for a requirement, by where they look, each with the first line of what it does."""
    live = [(f"in all traffic, the oracle {oracle.name}", oracle) for oracle in ORACLES]
    timed = [(f"in traffic by the clock on the wall, the oracle {oracle.name}", oracle) for oracle in WAITING]
    return [(name, _first_line(oracle.begin)) for name, oracle in live + timed if requirement in oracle.requirements]


def tests_of(requirement: str) -> list[tuple[str, str]]:
    """The tests that say they exercise a requirement, each with the first line of what it does."""
    return [(name, _first_line(test)) for name, test in _tests() if requirement in _marked(test)]


def _tests() -> Iterator[tuple[str, object]]:
    for path in sorted(SUITES.rglob("test_*.py")):
        place = path.relative_to(SUITES.parent)
        module = import_module(".".join(place.with_suffix("").parts))
        for name, thing in vars(module).items():
            if name.startswith("test_") and callable(thing):
                yield f"{place.as_posix()}::{name}", thing


def _marked(test: object) -> set[str]:
    """Return the requirements of the markers of a test, and of those that some of its parameters have."""
    marks = list(getattr(test, "pytestmark", ()))
    for parameters in [mark.args[1] for mark in marks if mark.name == "parametrize"]:
        marks += [mark for values in parameters for mark in getattr(values, "marks", ())]
    return {id_ for mark in marks if mark.name == MARK for id_ in mark.args}


def _first_line(thing: object) -> str:
    return (inspect.getdoc(getattr(thing, "func", thing)) or "").partition("\n")[0]
