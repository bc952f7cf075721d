"""A public class has a name that no other module uses for something else; the mock is read apart, as it is written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from tests.docs.pages import ROOT

PACKAGES = ("batches_conformance", "fixtures", "reports", "spec", "suites")
APART = "fixtures/mock/"
"""The mock is a second reading of the sources, and has words of its own."""
DEFINITION = re.compile(r"^(?P<is_class>class )?(?P<name>[A-Z]\w*)(?(is_class)[:(]| = \w+\[)", re.MULTILINE)
"""Where a module makes a public class or a type."""


def homonyms(modules: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The names that are a class in one module and something else in another."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for module, text in modules:
        for definition in DEFINITION.finditer(text):
            found[definition["name"]][module] = bool(definition["is_class"])
    for name, places in sorted(found.items()):
        if len(places) > 1 and any(places.values()):
            yield f"{name}: {', '.join(places)}"


def test_a_class_shares_its_name_with_nothing_else() -> None:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    modules = ((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)
    found = list(homonyms((name, text) for name, text in modules if not name.startswith(APART)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ("class Part:\n    pass", "class Part:\n    pass", True),
        ("class Part:\n    pass", "Part = tuple[int, int]", True),
        ("Pairs = tuple[int, int]", "Pairs = list[int]", False),
        ("class _Part:\n    pass", "class _Part:\n    pass", False),
    ],
)
def test_a_homonym_is_found(one: str, other: str, is_found: bool) -> None:
    assert bool(list(homonyms([("one.py", one), ("other.py", other)]))) is is_found
