"""Locks the clients of the table that have no lock: `python -m suites.clients.lock`, in the environment with uv.

A lock is made once; to renew one, delete it. Locks of clients that left the table are deleted.
"""

from spec import process  # isort: split

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from spec.codes import INCONCLUSIVE
from suites.clients.table import LOCKS, NPMRC, Release, load

UV: Final = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-emit-index-url", "-"),
)
NOT_LOCKED: Final = INCONCLUSIVE


def lock_python(client: Release) -> str:
    """Return the lock of a client from PyPI, as pip reads it with `--require-hashes`."""
    return _run(UV, input=f"{client.package}=={client.version}")


def lock_node(client: Release) -> str:
    """Return the `package-lock.json` of a client from npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not there")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "package.json").write_text(json.dumps(client.manifest), encoding="utf-8")
        shutil.copy(NPMRC, Path(folder, ".npmrc"))
        _run([npm, "install", "--package-lock-only", "--loglevel=error"], cwd=folder)
        return Path(folder, "package-lock.json").read_text(encoding="utf-8")


def _run(command: Sequence[str], *, input: str | None = None, cwd: str | None = None) -> str:
    """Return what a command prints. Raises `CalledProcessError` with its complaint when it fails."""
    done = subprocess.run(command, input=input, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def main() -> int:
    """Make and delete locks until they are those of the table, and give the exit code for the shell."""
    clients = load()
    LOCKS.mkdir(parents=True, exist_ok=True)
    for stale in set(LOCKS.iterdir()) - {client.lock for client in clients}:
        stale.unlink()
    failed = False
    for client in clients:
        if client.lock.exists():
            continue
        try:
            text = lock_node(client) if client.registry == "npm" else lock_python(client)
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or error
            print(f"{client.name} was not locked: {reason}", file=sys.stderr)
            failed = True
            continue
        client.lock.write_text(text, encoding="utf-8")
        print(f"Locked {client.name}.")
    return NOT_LOCKED if failed else 0


if __name__ == "__main__":
    process.run(main)
