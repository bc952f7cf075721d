"""What is compared: a file, or a file as a git revision has it."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from spec.diff.document import Document, Unasked
from spec.reading import read_yaml

VERSIONS = "3.1"
"""The line of OpenAPI that is understood."""
_FORM = Path(__file__).with_name("document.schema.yaml")


def content(name: str) -> dict[str, Any]:
    """The mapping in a file, YAML or JSON; `REV:PATH` is the file as a git revision has it.

    Raises `Unasked` when there is none.
    """
    try:
        found = yaml.safe_load(_text(name))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" from line {mark.line + 1} on" if mark else ""
        raise Unasked(f"{name} is neither YAML nor JSON{place}: mend it first.") from None
    if not isinstance(found, dict):
        raise Unasked(f"{name} is no document: name an OpenAPI document, requirements or a generation.")
    try:
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    except (ValueError, RecursionError):
        raise Unasked(f"{name} has itself inside: mend it first.") from None
    return plain


def as_document(name: str, raw: dict[str, Any]) -> Document:
    """A mapping as a document to compare. Raises `Unasked` when it is not OpenAPI 3.1."""
    version = raw.get("openapi", raw.get("swagger"))
    if not isinstance(version, str) or not f"{version}.".startswith(f"{VERSIONS}."):
        raise Unasked(f"{name} is OpenAPI {version or 'of no version'}, not {VERSIONS}: name a document that is.")
    for error in _form().iter_errors(raw):
        place = "/".join(map(str, error.instance_path))
        raise Unasked(f"{name} is not OpenAPI {VERSIONS} in {place or 'its top'}: mend it first.")
    return Document(name, raw)


def _text(name: str) -> str:
    path = Path(name)
    revision, colon, inside = name.partition(":")
    try:
        if path.is_file() or not (revision and colon):
            return path.read_text(encoding="utf-8")
        return _shown(f"{revision}:./{inside}" if not inside.startswith(("/", ".")) else name)
    except (OSError, UnicodeDecodeError) as error:
        raise Unasked(f"{name} cannot be read ({error}): name a file, REVISION:PATH or a generation.") from None


def _shown(entry: str) -> str:
    done = subprocess.run(["git", "show", entry], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise OSError(" ".join(done.stderr.split()) or "git does not know it")
    return done.stdout


@cache
def _form() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(read_yaml(_FORM))
