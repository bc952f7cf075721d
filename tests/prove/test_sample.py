"""A sample is repeated by its seed, and has what a change touches."""

import subprocess
from pathlib import Path

import pytest

from fixtures.mock.faults import FAULTS
from fixtures.mock.variations import THEMES, VARIATIONS
from tests.prove import plan
from tests.prove.runs import ROOT
from tests.prove.sample import FOLDERS, Sample, known_in, touched, variants_on_lines

COMBINATIONS = plan.combinations(THEMES.values(), black_box=False)
FAULT_MODULE = '''\
"""Faults."""

from somewhere import Batches, fault

LIMIT = 3


@fault("list-filters-by-status")
class StatusFilterIgnored(Batches):
    """A list ignores the status."""


def cut(text):
    return text[:LIMIT]


@fault("batch-id-is-unique")
class IdsCut(Batches):
    """Ids are cut."""

    def id(self):
        return cut(super().id())
'''
VARIATION_MODULE = """\
from somewhere import variation

class Capitals:
    pass

def numbered(status):
    return variation(f"refusals-are-{status}", "Another status.")

VARIANTS = (
    variation("ids-in-capitals", "Ids are in capitals.", Capitals),
    variation("ids-are-long", "Ids are long."),
    *map(numbered, (400, 404)),
)
"""
OF_FAULTS = frozenset({"status-filter-ignored", "ids-cut"})
OF_VARIATIONS = frozenset({"ids-in-capitals", "ids-are-long", "refusals-are-400", "refusals-are-404"})


def test_a_seed_draws_the_same_sample_again() -> None:
    drawn = Sample(20, 5).of_faults(list(FAULTS))
    assert len(drawn) == 20
    assert drawn == Sample(20, 5).of_faults(list(FAULTS)) != Sample(20, 6).of_faults(list(FAULTS))


def test_the_same_share_of_the_variations_is_drawn() -> None:
    assert len(Sample(len(FAULTS) // 2, 5).of_orders(COMBINATIONS, len(FAULTS))) == -(-len(COMBINATIONS) // 2)
    assert len(Sample(1, 5).of_orders(COMBINATIONS, len(FAULTS))) == 1
    assert Sample(2 * len(FAULTS), 5).of_orders(COMBINATIONS, len(FAULTS)) == COMBINATIONS


@pytest.mark.parametrize("seed", range(5))
def test_what_was_touched_is_in_every_sample(seed: int) -> None:
    fault, variation = list(FAULTS)[-1], list(VARIATIONS)[-1]
    sample = Sample(1, seed, frozenset({fault, variation}))
    assert fault in sample.of_faults(list(FAULTS))
    assert any(variation in order.variations for order in sample.of_orders(COMBINATIONS, len(FAULTS)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"""Faults."""', set()),
        ("from somewhere", set()),
        ("LIMIT = 3", {"ids-cut"}),
        ('@fault("list-filters-by-status")', {"status-filter-ignored"}),
        ("A list ignores the status.", {"status-filter-ignored"}),
        ("return text", {"ids-cut"}),
        ("return cut", {"ids-cut"}),
    ],
)
def test_a_changed_line_touches_the_faults_that_it_defines(line: str, expected: set[str]) -> None:
    assert variants_on_lines(FAULT_MODULE, OF_FAULTS, [number(FAULT_MODULE, line)]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("class Capitals", {"ids-in-capitals"}),
        ("Ids are long", {"ids-are-long"}),
        ("return variation", {"refusals-are-400", "refusals-are-404"}),
        ("map(numbered", {"refusals-are-400", "refusals-are-404"}),
    ],
)
def test_a_changed_line_touches_the_variations_that_it_defines(line: str, expected: set[str]) -> None:
    assert variants_on_lines(VARIATION_MODULE, OF_VARIATIONS, [number(VARIATION_MODULE, line)]) == expected


def number(text: str, line: str) -> int:
    return next(index for index, each in enumerate(text.splitlines(), start=1) if line in each)


def test_a_change_of_every_line_touches_every_variant() -> None:
    found: set[str] = set()
    for folder in FOLDERS:
        for path in (ROOT / folder).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            known = known_in(f"{folder}/{path.name}")
            found |= variants_on_lines(text, known, range(1, text.count("\n") + 1))
    assert found == {*FAULTS, *VARIATIONS}


def test_the_change_is_what_git_shows_since_the_default_branch(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert touched(tmp_path) == frozenset()
    path = tmp_path / FOLDERS[0] / "filters.py"
    path.parent.mkdir(parents=True)
    text = (ROOT / FOLDERS[0] / "filters.py").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "before")
    assert touched(tmp_path) == frozenset()
    line = "class StatusFilterIgnored(ScannedBatches):"
    path.write_text(text.replace(line, f"{line}  # changed"), encoding="utf-8")
    assert touched(tmp_path) == {"status-filter-ignored"}
    git("commit", "-a", "-m", "change")
    assert touched(tmp_path) == {"status-filter-ignored"}, "on the default branch it is the last commit"
    git("checkout", "-b", "work")
    git("commit", "--allow-empty", "-m", "more")
    assert touched(tmp_path) == frozenset(), "elsewhere it is what the default branch lacks"
