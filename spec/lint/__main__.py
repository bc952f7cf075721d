"""Lints the OpenAPI documents: `python -m spec.lint`, with Redocly from npm where Node is there."""

from spec import process  # isort: split

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENTS = ("openapi.yaml", "setup.yaml", "control.yaml")
OLDEST_NODE = (20, 19)
SILENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def is_new_enough(version: str) -> bool:
    """Tell from the output of `node --version` whether Redocly runs on that Node."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def find_node() -> tuple[str, str] | None:
    """Find the commands of a Node that is new enough and of its npm, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, encoding="utf-8", check=False)
    return (node, npm) if is_new_enough(version.stdout) else None


def install(npm: str) -> int:
    """Install Redocly from its lock unless that lock's installation is there; return npm's code."""
    mark = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    note = HERE / "node_modules" / ".complete"
    if note.is_file() and note.read_text() == mark:
        return 0
    code = subprocess.run([npm, "ci", "--loglevel=error"], cwd=HERE, check=False).returncode
    if code == 0:
        note.write_text(mark)
    return code


def lint(node: str) -> int:
    """Lint all documents and return Redocly's exit code; its words are shown if it complains."""
    done = subprocess.run(
        [
            node,
            str(HERE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"),
            "lint",
            "--config",
            str(HERE / "redocly.yaml"),
            *(str(HERE.parent / name) for name in DOCUMENTS),
        ],
        env=os.environ | SILENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stdout.buffer.write(done.stdout)
    else:
        print(f"Redocly has no complaint about {', '.join(DOCUMENTS)}.")
    return done.returncode


def main() -> int:
    """Lint the documents, or say why not, and return the exit code for the shell."""
    commands = find_node()
    if commands is None:
        oldest = ".".join(map(str, OLDEST_NODE))
        print(f"Skipped the OpenAPI linter: it needs Node {oldest} or newer with npm.")
        return 0
    node, npm = commands
    return install(npm) or lint(node)


if __name__ == "__main__":
    process.run(main)
