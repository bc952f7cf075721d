"""The words that others of docs/design.md have replaced stand nowhere any more."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

REPLACED = {
    "at the most": "at most",
    "came": "actual, received",
    "companion": "side effect",
    "companions": "side effects",
    "company": "combination",
    "course": "script",
    "courses": "scripts",
    "deviate": "fault",
    "deviates": "fault",
    "deviating": "fault",
    "deviation": "fault",
    "deviations": "faults",
    "fate": "outcome",
    "fates": "outcomes",
    "floor": "min_observations",
    "floors": "min_observations",
    "hear": "observe",
    "heard": "observed",
    "hears": "observes",
    "let through": "match",
    "lets through": "match",
    "liberties": "variations",
    "liberty": "variation",
    "mend": "fix",
    "mended": "fixed",
    "obstacle": "error",
    "obstacles": "errors",
    "passive": "recording",
    "put up with": "tolerate",
    "reckon": "estimate",
    "reckoned": "estimated",
    "reckons": "estimates",
    "steer": "control",
    "steered": "controlled",
    "steering": "control",
    "steers": "controls",
    "stories": "scenarios",
    "story": "scenario",
    "told": "reported, described",
    "trouble": "error",
    "troubles": "errors",
    "turned away": "refused",
    "unheard": "unobservable",
    "untold": "unreported",
}
"""Each older word with the one that is right."""
ALLOWED = re.compile(r"\b(of course|passive\"(,\))?: \"'?judge|math\.floor|(ai|addr_?info)_passive)\b", re.IGNORECASE)
"""Where one of them means something else."""
LEFT_OUT = {"CHANGELOG.md", Path(__file__).relative_to(ROOT).as_posix()}
"""The history, and this file."""
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""A word of a text or a part of a name."""


def texts() -> Iterator[tuple[str, str]]:
    """Give every text that is committed or about to be: its name, and what it says."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "grep", "--untracked", "--files-with-matches", "--null", "-I", "-e", ""],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        if name and name not in LEFT_OUT:
            yield name, (ROOT / name).read_text(encoding="utf-8")


def replaced_words(text: str) -> set[str]:
    """Find the older words of a text."""
    plain = " ".join(word.lower() for word in WORD.findall(ALLOWED.sub(" ", text)))
    return {word for word in REPLACED if f" {word} " in f" {plain} "}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout: only git knows what belongs to the project")
def test_no_older_word_is_left() -> None:
    """One line for each place."""
    found = [
        f"{name}:{number}: {word}, which is now: {REPLACED[word]}"
        for name, text in texts()
        if replaced_words(text)
        for number, line in enumerate(text.splitlines(), start=1)
        for word in sorted(replaced_words(line))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["He was told.", "def _told():", "class Unheard:", "TOLD = 1", "they put up with it"])
def test_an_older_word_is_found(text: str) -> None:
    assert replaced_words(text)


@pytest.mark.parametrize("text", ["of course", "math.floor(1.5)", "stolen", "discourse", "the actual value"])
def test_other_words_are_left_alone(text: str) -> None:
    assert not replaced_words(text)
