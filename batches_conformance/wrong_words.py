"""The pytest plugin that says in one sentence what is wrong with the command line of a run.

It is registered as an object: pytest reads the names of plugins off the command line only after this begins.
"""

import re
from collections.abc import Generator
from typing import Final

import pytest

from batches_conformance.options import groups
from spec.usage import suggestion

PASSED_ON: Final = (
    "--collect-only",
    "--lf",
    "--ff",
    "--maxfail",
    "--numprocesses",
    "--showlocals",
    "--tb",
    "--verbose",
)
"""Options of pytest that are suggested beside those of the suite."""
_CHOICE: Final = re.compile(
    r"argument (?P<option>\S+): invalid choice: '?(?P<word>.*?)'? \(choose from (?P<known>.*)\)"
)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_parse() -> Generator[None, pytest.Config, pytest.Config]:
    """Put one sentence in the place of the usage of pytest, which is that of another command."""
    try:
        return (yield)
    except pytest.UsageError as error:
        raise pytest.UsageError(_sentence(str(error))) from None


def _sentence(message: str) -> str:
    found = re.search(r"(?m)^\S+: error: (.*)", message)
    if not found:
        return message
    if choice := _CHOICE.match(found[1]):
        known = choice["known"].replace("'", "")
        return (
            f"{choice['option']} takes {known}, and not {choice['word']}{suggestion(choice['word'], known.split(', '))}"
        )
    return found[1]


def refuse_options(words: list[str]) -> None:
    """Refuse options that neither the suite nor pytest has. Raises `pytest.UsageError`."""
    if words:
        name = words[0].partition("=")[0]
        known = [*(option.name for options in groups().values() for option in options), *PASSED_ON]
        hint = suggestion(name, known) or "; batches-conformance run --help shows which there are"
        raise pytest.UsageError(f"There is no option {name}{hint}")
