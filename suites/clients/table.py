"""The table of released clients, `clients.toml`. Needs nothing but Python, since locking reads it too."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from spec.usage import WrongUsage, no_such

ROOT: Final = Path(__file__).parents[2]
FILE: Final = Path(__file__).with_name("clients.toml")
LOCKS: Final = ROOT / "requirements" / "clients"
API_TESTS_LOCK: Final = ROOT / "requirements" / "api-tests.lock"
"""What the official client's own tests need beside the client."""
NPMRC: Final = ROOT / "spec" / "lint" / ".npmrc"
"""How npm locks and installs in this project."""

Registry = Literal["pypi", "npm"]
PACKAGES: Final[dict[Registry, str]] = {"pypi": "llama-cloud", "npm": "@llamaindex/llama-cloud"}
"""The package of the client in each registry."""


@dataclass(frozen=True)
class Release:
    """One release of a client, and the generation of the API that it was made for."""

    registry: Registry
    version: str
    generation: str

    @property
    def name(self) -> str:
        """What the command line, the lock and the reports call it."""
        return f"{self.registry}-{self.version}"

    @property
    def package(self) -> str:
        """What its registry calls it."""
        return PACKAGES[self.registry]

    @property
    def lock(self) -> Path:
        """The file with the exact versions and hashes of it and of all that it needs."""
        return LOCKS / f"{self.name}.{'json' if self.registry == 'npm' else 'lock'}"

    @property
    def manifest(self) -> dict[str, object]:
        """The `package.json` that a lock of npm belongs to."""
        return {
            "name": self.name,
            "version": "0.0.0",
            "private": True,
            "dependencies": {self.package: self.version},
        }


def load(file: Path = FILE) -> list[Release]:
    """Return the clients in the order of the table. Raises `ValueError` when one stands there twice."""
    clients = [Release(**entry) for entry in tomllib.loads(file.read_text(encoding="utf-8"))["clients"]]
    for client in clients:
        if clients.count(client) > 1 or client.registry not in PACKAGES:
            raise ValueError(f"{file.name} has {client.name} twice, or from a registry that is not known")
    return clients


def chosen(names: Iterable[str]) -> list[Release]:
    """Return the clients of these names, or all of them. Raises `WrongUsage` for the first unknown one."""
    known = {client.name: client for client in load()}
    for name in names:
        if name not in known:
            raise WrongUsage(no_such("client", name, known))
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())
