"""An environment for each client, made once from its lock: a virtual environment, or a folder with node_modules."""

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from fixtures.errors import ClientFailed
from spec.lint.__main__ import OLDEST_NODE, find_node
from spec.text import end_of
from suites.clients.table import NPMRC, ROOT, Release

PLACE: Final = (
    ROOT / ".tox" / "clients"
    if (ROOT / "tox.ini").is_file()
    else platformdirs.user_cache_path("batches-conformance", appauthor=False) / "clients"
)
"""In a checkout beside its other environments, and for an installation in the cache of the user."""
DRIVERS: Final = Path(__file__).parent / "drivers"
BUILD_TIMEOUT: Final = 300.0
"""Seconds that one step of making an environment may take."""
QUIETLY: Final = ("--disable-pip-version-check", "--quiet", "--require-hashes")
ELSEWHERE: Final = frozenset({"PIP_DRY_RUN", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER"})
"""The variables by which pip would put packages into another place than the environment, or into none."""
TEXT_LIMIT: Final = 300
"""Characters of the end of an installer's output that are shown."""

_installers: set["subprocess.Popen[str]"] = set()
"""Those at work, of all threads."""


class NoRuntime(Exception):
    """What the client runs on is not on this machine; the message says what it needs."""


@dataclass(frozen=True)
class Environment:
    """Where a client is installed, and the command that starts a driver with it."""

    client: Release
    folder: Path

    @property
    def command(self) -> list[str]:
        """Starts the driver of the client's language."""
        if self.client.registry == "npm":
            return [_node()[0], str(DRIVERS / "drive.mjs"), str(self.package)]
        return [str(_python(self.folder)), "-I", str(DRIVERS / "drive.py")]

    @property
    def package(self) -> Path:
        """The folder of an installed npm package."""
        return self.folder / "node_modules" / Path(self.client.package)


def prepare(client: Release, place: Path = PLACE) -> Environment:
    """Return the environment of a client, made unless it is there for this very lock.

    Raises `NoRuntime` without a Node for a client that needs one, and `ClientFailed` when it cannot be installed.
    """
    environment = Environment(client, place / client.name)
    if not client.lock.is_file():
        raise ClientFailed(f"{client.name} has no lock: make it with tox -e lock")
    if client.registry == "npm":
        prepare_node(client.name, client.manifest, client.lock, place)
    else:
        prepare_python(client.name, client.lock, place)
    return environment


def prepare_python(name: str, lock: Path, place: Path = PLACE) -> Path:
    """Return the Python of a virtual environment with what a lock names, made unless it is there for this very lock.

    Raises `ClientFailed` when it cannot be installed.
    """
    folder = place / name
    _once(folder, lock, lambda: _install_python(name, folder, lock))
    return _python(folder)


def prepare_node(name: str, manifest: Mapping[str, object], lock: Path, place: Path = PLACE) -> Path:
    """Return the folder of the `node_modules` that a lock names, made unless it is there for this very lock.

    Raises `NoRuntime` without a Node, and `ClientFailed` when it cannot be installed.
    """
    _node()
    folder = place / name
    _once(folder, lock, lambda: _install_node(name, folder, manifest, lock))
    return folder


def _once(folder: Path, lock: Path, install: Callable[[], None]) -> None:
    """Install what a lock names into an empty folder, unless it is there for this Python, this place and this lock."""
    state = f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode() + lock.read_bytes()
    note, mark = folder / ".complete", hashlib.sha256(state).hexdigest()
    if note.is_file() and note.read_text(encoding="utf-8") == mark:
        return
    print(f"Setting up {folder.name} (once) ...", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    install()
    note.write_text(mark, encoding="utf-8")


def _python(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def _node() -> tuple[str, str]:
    found = find_node()
    if found is None:
        raise NoRuntime(f"needs Node {'.'.join(map(str, OLDEST_NODE))} or newer with npm")
    return found


def _install_python(name: str, folder: Path, lock: Path) -> None:
    has_pip = importlib.util.find_spec("pip")  # It is not there in an environment that uv made.
    _run(name, [sys.executable, "-m", "venv", *(["--without-pip"] if has_pip else []), str(folder)])
    _run(name, [*_pip(folder), "install", *QUIETLY, "--only-binary=:all:", "--requirement", str(lock)])


def _pip(folder: Path) -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(_python(folder))]
    return [str(_python(folder)), "-m", "pip"]


def download_source(client: Release, python: Path, folder: Path) -> Path:
    """Return the source distribution of a client, downloaded into a folder. Raises `ClientFailed` when it cannot be.

    `python` is that of an environment for pip to work in. What comes has to have a hash of the client's lock.
    """
    wanted = folder / "requirement.txt"
    entries = client.lock.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    (own,) = (entry for entry in entries if entry.startswith(f"{client.package}=="))
    wanted.write_text(own, encoding="utf-8")
    pip = _pip(python.parents[1])
    options = ["--no-deps", f"--no-binary={client.package}", "--requirement", str(wanted), "--dest", str(folder)]
    _run(client.name, [*pip, "download", *QUIETLY, *options])
    return next(folder.glob("*.tar.gz"))


def _install_node(name: str, folder: Path, manifest: Mapping[str, object], lock: Path) -> None:
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    shutil.copy(lock, folder / "package-lock.json")
    shutil.copy(NPMRC, folder / ".npmrc")
    _run(name, [_node()[1], "ci", "--loglevel=error"], folder)


def stop_installing() -> None:
    """End the installers that are at work."""
    for process in tuple(_installers):
        _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    """End an installer, with what it has started in its turn."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _run(name: str, command: list[str], folder: Path = ROOT) -> None:
    with subprocess.Popen(
        command,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in ELSEWHERE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        _installers.add(process)
        try:
            output, _ = process.communicate(timeout=BUILD_TIMEOUT)
            code = process.returncode
        except subprocess.TimeoutExpired:
            _stop(process)
            code, output = 1, f"no end within {BUILD_TIMEOUT:.0f} s"
        finally:
            _installers.discard(process)
    if code:
        shown = end_of(" ".join(output.split()), TEXT_LIMIT)
        raise ClientFailed(f"{name} cannot be installed; see that its registry is reachable, then run again ({shown})")
