"""The options of a run, read off the plugins that declare them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, cast

import pytest

from batches_conformance.plugins import PLUGINS

TITLES: Final[Mapping[str, str]] = {
    "batches-conformance": "What is checked, and how",
    "conformance": "What is reported, and what decides",
}
"""The groups of options, as the plugins name them, each with its heading."""
_PATHS: Final = frozenset({"DIR", "FILE", "REPORT"})
"""What the value of an option is called when it is a path."""


@dataclass(frozen=True)
class Option:
    """One option as a plugin declares it: its name, and what it gives to `addoption` beside."""

    name: str
    declared: Mapping[str, Any]

    @property
    def written(self) -> str:
        """The option with the name of its value."""
        return " ".join(filter(None, [self.name, self.value]))

    @property
    def value(self) -> str:
        """How the value of the option is called; empty for a switch."""
        return str(self.declared.get("metavar") or "|".join(self.declared.get("choices", ())))

    @property
    def is_path(self) -> bool:
        """Whether the value is a path."""
        return self.value in _PATHS

    @property
    def meaning(self) -> str:
        """The help, with the default in it."""
        text: str = self.declared["help"]
        return text.replace("%(default)s", str(self.declared.get("default")))


@dataclass
class _Group:
    """A group of options, which notes what is added to it."""

    options: list[Option] = field(default_factory=list)

    def addoption(self, name: str, **declared: Any) -> None:
        """Note an option."""
        self.options.append(Option(name, declared))


@dataclass
class _Groups:
    """Stands in for the parser of pytest, and notes the groups of options by name."""

    by_name: dict[str, _Group] = field(default_factory=dict)

    def getgroup(self, name: str, _description: str = "") -> _Group:
        """Give the group of a name, always the same one."""
        return self.by_name.setdefault(name, _Group())


def groups() -> dict[str, list[Option]]:
    """Read the options of every plugin, by group.

    The plugins are imported only here: pytest has to be the first that imports what a run uses.
    """
    noted = _Groups()
    for plugin in PLUGINS:
        module = import_module(plugin)
        if hasattr(module, "pytest_addoption"):
            module.pytest_addoption(cast(pytest.Parser, noted))
    return {name: group.options for name, group in noted.by_name.items()}
