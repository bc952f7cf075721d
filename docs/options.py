"""Prints the page of all options of a run: `python -m docs.options > docs/options.md`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

import pytest

from conftest import pytest_plugins
from fixtures.settings import BASE_URL, KEY, OTHER_KEY
from reports import exit_codes

COMMAND = "python -m docs.options > docs/options.md"
TITLES = {"batches-conformance": "What is checked, and how", "conformance": "What is reported, and asked for"}
"""The groups of options, as the plugins name them, each with its heading."""
VARIABLES = {
    KEY: "the key of the target; wanted with a URL, and not read for the mock",
    OTHER_KEY: "a key of another project; lets the suite check that neither project sees anything of the other",
    BASE_URL: "the base URL of the target where `--target` is not given",
}
VERDICTS = {code: verdict for verdict, code in exit_codes.OF_VERDICT.items()}
OTHER_CODES = {
    exit_codes.WRONG_USAGE: "wrong usage",
    exit_codes.REGRESSED: "worse than asked for",
}
ENDED_BY_HAND = 2
"""How pytest ends after Ctrl-C."""


@dataclass(frozen=True)
class Option:
    """One option as a plugin declares it: its name, and what it gives to `addoption` beside."""

    name: str
    declared: dict[str, Any]

    @property
    def written(self) -> str:
        """The option with the name of its value."""
        choices = "/".join(self.declared.get("choices", ()))
        return " ".join(filter(None, [self.name, self.declared.get("metavar") or choices]))

    @property
    def meaning(self) -> str:
        """The help, with the default in it."""
        text: str = self.declared["help"]
        return text.replace("%(default)s", str(self.declared.get("default"))).replace("|", "\\|")


@dataclass
class Group:
    """A group of options, which notes what is added to it."""

    options: list[Option] = field(default_factory=list)

    def addoption(self, name: str, **declared: Any) -> None:
        """Note an option."""
        self.options.append(Option(name, declared))


@dataclass
class Groups:
    """Stands in for the parser of pytest, and notes the groups of options by name."""

    by_name: dict[str, Group] = field(default_factory=dict)

    def getgroup(self, name: str, _description: str = "") -> Group:
        """Give the group of a name, always the same one."""
        return self.by_name.setdefault(name, Group())


def groups() -> dict[str, list[Option]]:
    """The options of every plugin that the root `conftest.py` loads, by group."""
    noted = Groups()
    for plugin in pytest_plugins:
        if add_options := getattr(import_module(plugin), "pytest_addoption", None):
            add_options(cast(pytest.Parser, noted))
    return {name: group.options for name, group in noted.by_name.items()}


def page() -> Iterator[str]:
    """The lines of the page."""
    yield from (
        "# Every option",
        "",
        f"Written by `{COMMAND}` out of the code.",
        "",
        "These are the options of `python3 run.py conformance`. What follows the task goes to pytest, so pytest's own",
        "options, such as `-k`, `-x`, `--lf`, `-n 2` and `--collect-only`, work as they always do. The other tasks",
        "have options of their own, which they tell themselves:",
        "",
        "```sh",
        *(f"python3 run.py {task} --help" for task in ("mock", "reports", "contract", "prove", "bench")),
        "```",
    )
    for name, options in groups().items():
        yield from ("", f"## {TITLES[name]}", "", "| option | meaning |", "| --- | --- |")
        yield from (f"| `{option.written}` | {option.meaning} |" for option in options)
    yield from ("", "## Environment variables", "", "| variable | meaning |", "| --- | --- |")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items())
    yield from ("", "Keys are read from the environment alone: there is no option that takes one.")
    yield from ("", "## Exit codes", "", "| code | | what to do |", "| --- | --- | --- |")
    for code, advice in exit_codes.ADVICE.items():
        yield f"| {code} | {VERDICTS.get(code) or OTHER_CODES[code]} | {advice} |"
    yield f"| {ENDED_BY_HAND} | ended by Ctrl-C | The report has what was known by then. |"


if __name__ == "__main__":
    print("\n".join(page()))
