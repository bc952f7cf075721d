"""What is compared: a file, or a file as a git revision has it."""

import subprocess
from pathlib import Path
from typing import Any, Final

from spec import given_file
from spec.diff.document import Document, Unasked
from spec.diff.places import objections
from spec.diff.source import NotPlain, plain

VERSIONS: Final = "3.1"
"""The line of OpenAPI that is understood."""


def content(name: str, *others: str) -> Any:
    """Return what a file says, YAML or JSON; `REV:PATH` is the file as a git revision has it.

    Raises `Unasked` when there is none, with what may be named: a file, or one of `others`.
    """
    try:
        return plain(_text(name, others))
    except NotPlain as error:
        raise Unasked(f"{name} {error}: fix it first.") from None


def as_document(name: str, raw: Any) -> Document:
    """Return a mapping as a document to compare. Raises `Unasked` with every place where it is not OpenAPI 3.1."""
    if not isinstance(raw, dict):
        raise Unasked(f"{name} is not a document: name an OpenAPI document, requirements or a generation.")
    version = raw.get("openapi", raw.get("swagger"))
    if not f"{version}.".startswith(f"{VERSIONS}."):
        raise Unasked(f"{name} is OpenAPI {version or 'of no version'}, not {VERSIONS}: name a document that is.")
    document = Document(name, raw)
    if found := objections(document):
        count = f"{len(found)} places" if len(found) > 1 else "one place"
        raise Unasked("\n  ".join([f"{name} cannot be compared as OpenAPI {VERSIONS}, fix {count} first:", *found]))
    return document


def _text(name: str, others: tuple[str, ...]) -> str:
    path = Path(name)
    revision, colon, inside = name.partition(":")
    try:
        if path.is_file() or not (revision and colon):
            return given_file.read(path).decode("utf-8-sig")
        return _shown(f"{revision}:./{inside}" if not inside.startswith(("/", ".")) else name)
    except UnicodeDecodeError:
        raise Unasked(f"{name} is not UTF-8: save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        *first, last = ("a file", "REVISION:PATH", *others)
        raise Unasked(f"{name} cannot be read ({reason}): name {', '.join(first)} or {last}.") from None


def _shown(entry: str) -> str:
    done = subprocess.run(["git", "show", entry], capture_output=True, encoding="utf-8-sig", check=False)
    if done.returncode:
        raise OSError(" ".join(done.stderr.split()) or "git does not know it")
    return done.stdout
