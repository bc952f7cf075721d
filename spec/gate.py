"""Sees to it that no change of the contract goes without a version and a note."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from spec.usage import WrongUsage

CHANGELOG: Final = "CHANGELOG.md"
FOLDERS: Final = ("spec/", "spec/profiles/")
"""Where the documents of the contract are."""
VERSION_FILE: Final = "spec/__init__.py"
"""Where the version of the contract stands, which is that of each document without a version of its own."""


class NotCompared(WrongUsage):
    """The question could not be asked; the message is a sentence that says why and what to do."""


def complaints(base: str) -> list[str]:
    """Compare the work tree that this process is in with a commit. Raises `NotCompared`."""
    root = Path(_git(Path.cwd(), "rev-parse", "--show-toplevel").strip())
    return list(unannounced(root, _git(root, "merge-base", base, "HEAD").strip()))


def unannounced(root: Path, base: str) -> Iterator[str]:
    """List what a change of the documents in the work tree at `root` lacks, seen from the commit `base`.

    A change of comments or layout is none. Raises `NotCompared` when git or a document is no help.
    """
    changed = [
        name for name in _documents(root, base) if _document(_old(root, base, name)) != _document(_new(root, name))
    ]
    for name in changed:
        place, old, new = _versions(root, base, name)
        if new == old:
            yield f"{name} was changed and the version in {place} is still {old}: give it a new one."
        elif old and new and _numbers(new) < _numbers(old):
            yield f"{name} was changed and the version in {place} went back from {old} to {new}: give it a higher one."
    if changed and _old(root, base, CHANGELOG) == _new(root, CHANGELOG):
        names = ", ".join(changed)
        yield f"{names} changed and {CHANGELOG} does not say so: write what is new in the contract."


def _documents(root: Path, base: str) -> list[str]:
    old = _git(root, "ls-tree", "--name-only", base, *FOLDERS).splitlines()
    new = [path.relative_to(root).as_posix() for folder in FOLDERS for path in (root / folder).glob("*.yaml")]
    return sorted({*(name for name in old if name.endswith(".yaml")), *new})


def _versions(root: Path, base: str, name: str) -> tuple[str, str | None, str | None]:
    """Where the version of a document stands, and what it was and is."""
    own = [_own_version(_document(text)) for text in (_old(root, base, name), _new(root, name))]
    if any(own) and name != "spec/openapi.yaml":
        return name, own[0], own[1]
    old, new = (_contract_version(text) for text in (_old(root, base, VERSION_FILE), _new(root, VERSION_FILE)))
    return VERSION_FILE, old, new


def _own_version(document: Any) -> str | None:
    info = document.get("info") if isinstance(document, dict) else None
    return str(info["version"]) if isinstance(info, dict) and "version" in info else None


def _contract_version(source: str | None) -> str | None:
    for node in ast.parse(source or "").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return str(ast.literal_eval(node.value))
    return None


def _numbers(version: str) -> list[int]:
    return [int(part) if part.isdecimal() else 0 for part in version.split(".")]


def _document(text: str | None) -> Any:
    try:
        return None if text is None else yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise NotCompared(
            f"A document of the contract is not valid YAML ({' '.join(str(error).split())}): fix it first."
        ) from None


def _new(root: Path, name: str) -> str | None:
    path = root / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _old(root: Path, base: str, name: str) -> str | None:
    if not _git(root, "ls-tree", "--name-only", base, name).strip():
        return None
    return _git(root, "show", f"{base}:{name}")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError:
        raise NotCompared("The contract cannot be compared, as git is not there: install it.") from None
    if done.returncode:
        words = " ".join(done.stderr.split()) or f"git {arguments[0]} failed"
        raise NotCompared(f"The contract cannot be compared with the base ({words}): name a commit that is there.")
    return done.stdout
