"""Who may import whom, and which requirements the suites name.

import-linter knows packages, and half of these rules are about single modules and about what a process loads.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spec import profiles, requirements
from suites.oracles import ORACLES, of_recordings

ROOT = Path(__file__).parents[2]
OURS = ("batches_conformance", "docs", "spec", "fixtures", "suites", "reports", "tests", "conftest", "run", "toxfile")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "spec": ("spec",),
    "fixtures": ("fixtures", "spec"),
    "fixtures/mock": ("fixtures.mock",),
    "suites": ("suites", "fixtures", "spec"),
    "reports": ("reports", "spec"),
}
"""Which modules of ours the modules of a folder import; the innermost folder counts."""
NEVER = {"fixtures": "fixtures.mock", "suites": "fixtures.mock"}
"""The mock is a process of its own; nobody reaches into it."""


def sources(folder: str) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "node_modules" not in path.parts and innermost(path) == folder
    ]


def innermost(path: Path) -> str:
    inside = [folder for folder in MAY_IMPORT if path.is_relative_to(ROOT / folder)]
    return max(inside, key=len)


def imported(path: Path) -> Iterator[str]:
    """The modules that a module imports, whole names, wherever in it the import stands."""
    package = ".".join(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*above, *([node.module] if node.module else [])]) if node.level else node.module
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    looked_at = sources(folder)
    assert looked_at
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in looked_at
        for module in imported(path)
        if module.partition(".")[0] in OURS and not any(is_in(module, package) for package in MAY_IMPORT[folder])
    ]
    assert not wrong


@pytest.mark.parametrize("folder", NEVER)
def test_nobody_reaches_into_the_mock(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(folder)
        for module in imported(path)
        if is_in(module, NEVER[folder])
    ]
    assert not wrong


# --- requirements that are named ---


PROFILES = [f"--profile={name}" for name in profiles.load()]
NAMING = {"verify", "observe", "refused", "accepted", "refused_or_fruitless", "could_not_ask", "oracle", "requirement"}
"""Calls whose text arguments name requirements: the first one, or all of a marker and of `oracle`."""


def named_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in NAMING:
            continue
        texts = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
        yield from (text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text))


def test_every_id_that_the_suites_name_exists() -> None:
    named = {id_ for path in sources("suites") for id_ in named_in(path)}
    assert len(named) > 50
    assert named <= set(requirements.load())


COLLECTOR = """
import json, os, pytest

def pytest_collection_finish(session):
    found = sorted({id_ for item in session.items for m in item.iter_markers("requirement") for id_ in m.args})
    with open(os.environ["MARKED"], "w") as file:
        json.dump(found, file)
"""


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The requirements that markers of the suites name, as pytest collects them."""
    folder = tmp_path_factory.mktemp("collector")
    (folder / "marks_collector.py").write_text(COLLECTOR, encoding="utf-8")
    output = folder / "marked.json"
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--collect-only",
            "-n0",
            *PROFILES,
            "-p",
            "marks_collector",
            "-p",
            "no:cacheprovider",
        ],
        cwd=ROOT,
        env={**keep, "PYTHONPATH": str(folder), "MARKED": str(output)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return set(json.loads(output.read_text(encoding="utf-8")))


def test_every_requirement_is_exercised_by_a_test(marked: set[str]) -> None:
    """So that each can be selected, also where an oracle makes the observation."""
    assert set(requirements.load()) - marked == set()


def test_oracles_have_names_of_their_own() -> None:
    named = {(oracle.name, oracle.requirements) for oracle in (*ORACLES, *of_recordings())}
    assert len({name for name, _ in named}) == len(named)
