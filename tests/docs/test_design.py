"""What docs/design.md says of folders, imports and words holds."""

import re
from typing import get_args

from reports.model import Level, RequirementVerdict, RunVerdict
from tests.docs.pages import ROOT
from tests.spec.test_imports import MAY_IMPORT

PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
WRITTEN = {"report.json"}
"""Files that are named, and written by runs."""
IN_SPEC = {"openapi.yaml", "requirements.yaml"}
CODE = ("batches_conformance", "spec", "fixtures", "suites", "reports")


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[2:]]


def test_every_path_that_is_named_exists() -> None:
    named = set(re.findall(r"`([\w./-]+(?:/|\.(?:py|ini|yaml|json)))`", PAGE)) - WRITTEN
    assert len(named) > 15
    missing = {name for name in named if not (ROOT / ("spec" if name in IN_SPEC else "") / name).exists()}
    assert not missing


def test_every_package_of_the_code_is_named() -> None:
    packages = {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for folder in CODE
        for path in [*(ROOT / folder).glob("__init__.py"), *(ROOT / folder).glob("*/__init__.py")]
    }
    assert len(packages) > 8
    assert packages - {"spec/lint/"} <= set(re.findall(r"`([\w/]+/)`", PAGE))


def test_the_imports_are_those_that_are_enforced() -> None:
    shown = {cells[0].strip("`/"): set(re.findall(r"`(\w+)`", cells[2])) for cells in rows("What depends on what")}
    assert shown.pop("tests") == shown.pop("batches_conformance") == set()
    enforced = {
        folder: {name for name in may if name != folder.replace("/", ".")} for folder, may in MAY_IMPORT.items()
    }
    assert shown == enforced


def test_every_word_is_used_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8").lower()
        for folder in (*CODE, "tests/prove")
        for path in (ROOT / folder).rglob("*.py")
    )
    words = [word for cells in rows("The words") for word in cells[0].split(", ")]
    assert len(words) == len(set(words)) > 12
    assert not [word for word in words if not re.search(rf"\b{word}s?\b", code)]


def test_the_verdicts_are_those_of_the_report() -> None:
    meanings = dict(rows("The words"))
    assert set(re.findall(r"`([\w-]+)`", meanings["verdict"])) == {*get_args(RequirementVerdict), *get_args(RunVerdict)}
    assert set(re.findall(r"`(\w+)`", meanings["requirement"])) == set(get_args(Level))
