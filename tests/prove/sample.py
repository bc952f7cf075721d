"""A part of a proof, drawn by a seed, which always has the variants that a change has touched."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from fixtures.mock.variants import Variant
from tests.prove.runs import ROOT, Order

T = TypeVar("T")

FOLDERS: Final = ("fixtures/mock/faults", "fixtures/mock/variations")
DEFAULT_BRANCHES: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""What a change may be meant for, the first one that exists."""
HUNK: Final = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")
WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class Sample:
    """How much of a proof is drawn, by which seed, and what is in it anyway."""

    size: int
    seed: int
    touched: frozenset[str] = field(default_factory=frozenset)

    def of_faults(self, names: Sequence[str]) -> list[str]:
        """Draw as many faults as were requested, and add those that were touched."""
        return self._drawn(names, self.size, self.touched.__contains__)

    def of_orders(self, orders: Sequence[Order], faults_in_all: int) -> list[Order]:
        """Draw the same share of some runs with variations, at least one, and add those that were touched."""
        size = -(-len(orders) * self.size // max(1, faults_in_all))
        return self._drawn(orders, size, lambda order: bool(self.touched & {*order.variations}))

    def _drawn(self, items: Sequence[T], size: int, is_needed: Callable[[T], bool]) -> list[T]:
        drawn = {*Random(self.seed).sample(range(len(items)), min(size, len(items)))}
        return [item for number, item in enumerate(items) if number in drawn or is_needed(item)]


def touched(root: Path = ROOT) -> frozenset[str]:
    """Name the faults and variations whose lines differ from where the change began; none where git does not know."""
    base = _base(root)
    lines = {} if base is None else _changed_lines(root, base)
    return frozenset(
        chain.from_iterable(
            variants_on_lines((root / path).read_text(encoding="utf-8"), known_in(path), changed)
            for path, changed in lines.items()
            if (root / path).is_file()
        )
    )


def known_in(path: str) -> frozenset[str]:
    """Name the variants that a module of faults or variations defines."""
    module = import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    defined = getattr(module, "VARIANTS", None) or vars(module).values()
    return frozenset(each.name for each in defined if isinstance(each, Variant))


def variants_on_lines(source: str, known: frozenset[str], lines: Iterable[int]) -> frozenset[str]:
    """Name the variants that some lines of a module define, also by way of what these lines define for them."""
    changed = {*lines}
    pieces = list(_pieces(ast.parse(source)))
    affected = {number for number, piece in enumerate(pieces) if changed & {*_lines_of(piece)}}
    while True:
        names = {name for number in affected for name in _bound(pieces[number])}
        further = {number for number, piece in enumerate(pieces) if names & _used(piece)} - affected
        if not further:
            break
        affected |= further
    literal = {number: _named(piece, known) for number, piece in enumerate(pieces)}
    # What is made by a comprehension or a function has its name nowhere in the source.
    made = known - frozenset(chain.from_iterable(literal.values()))
    return frozenset(
        chain.from_iterable(
            literal[number] or (made if isinstance(pieces[number], ast.expr) else ()) for number in affected
        )
    )


def _pieces(module: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """Give the statements of a module that define something, and each element of its tuple of variants."""
    for statement in module.body:
        if isinstance(statement, ast.Assign) and _bound(statement) == ["VARIANTS"]:
            yield from getattr(statement.value, "elts", [statement.value])
        elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr):
            yield statement


def _lines_of(piece: ast.stmt | ast.expr) -> range:
    decorators: list[ast.expr] = getattr(piece, "decorator_list", [])
    first = min([piece.lineno, *(each.lineno for each in decorators)])
    return range(first, (piece.end_lineno or piece.lineno) + 1)


def _bound(piece: ast.stmt | ast.expr) -> list[str]:
    match piece:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _used(piece: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(piece) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _named(piece: ast.stmt | ast.expr, known: frozenset[str]) -> frozenset[str]:
    """Name the variants that a piece is or makes: by the name of its class or function, or by one in quotes."""
    words = ["-".join(WORD.findall(name)).lower() for name in _bound(piece)]
    quoted = [node.value for node in ast.walk(piece) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return known & {*words, *quoted}


def _base(root: Path) -> str | None:
    """Find the commit at which the change began: where it left the default branch, or else the one before it."""
    head = _git(root, "rev-parse", "HEAD")
    bases = (_git(root, "merge-base", "HEAD", branch) for branch in DEFAULT_BRANCHES)
    base = next(filter(None, bases), head)
    return base if base != head else _git(root, "rev-parse", "--verify", "--quiet", "HEAD~1") or head


def _changed_lines(root: Path, base: str) -> Mapping[str, list[int]]:
    """Give the lines, by file, that were changed or added, and those around what was removed."""
    lines: dict[str, list[int]] = {}
    path = ""
    for line in (_git(root, "diff", "--unified=0", "--no-color", "--no-ext-diff", base, "--", *FOLDERS) or "").split(
        "\n"
    ):
        if line.startswith("+++ "):
            path = line.removeprefix("+++ ").removeprefix("b/")
        elif hunk := HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            lines.setdefault(path, []).extend(range(first, first + max(count, 1)))
    return lines


def _git(root: Path, *arguments: str) -> str | None:
    """Give what git prints, or None where it fails or is missing."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
