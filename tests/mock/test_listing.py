"""The listing of faults, variations and situations."""

import json
import os
import subprocess
import sys

import pytest

from fixtures.mock.faults import FAULTS, THEMES
from fixtures.mock.listing import TITLES, entries, title_of
from fixtures.mock.situations import SITUATIONS
from fixtures.mock.variant_kinds import UnknownVariant, chosen
from fixtures.mock.variations import VARIATIONS
from tests.mock.api import ROOT, complaint


def listing(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "fixtures.mock", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_is_listed_once_under_a_theme_that_has_a_title() -> None:
    for kind, known in (("fault", FAULTS), ("variation", VARIATIONS), ("situation", SITUATIONS)):
        listed = entries(kind, "")
        assert sorted(entry.name for entry in listed) == sorted(known)
        assert all(entry.title for entry in listed)
    assert len(set(TITLES.values())) == len(TITLES)
    assert title_of("file_count") == "File count"


def test_no_situation_has_the_name_of_a_variation() -> None:
    assert not SITUATIONS.keys() & VARIATIONS.keys()


def test_the_listing_is_for_readers_and_fits_their_terminal() -> None:
    ended = listing("--list", "faults", "--about", "WEBHOOK_endpoints", COLUMNS="60")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    of_theme = THEMES["webhook_endpoints"]
    assert lines[0] == f"Webhooks: where it is delivered ({len(of_theme)} faults)"
    assert max(map(len, lines)) <= 60
    text = " ".join(ended.stdout.split())
    for variant in of_theme:
        assert f"{variant.name} {variant.sentence} It breaks {', '.join(variant.requirements)}." in text


def test_programs_get_json() -> None:
    ended = listing("--list", "situations", "--about", "slow-", "--json")
    [entry] = json.loads(ended.stdout)
    plain = SITUATIONS["slow-answers"]
    assert entry == {
        "name": plain.name,
        "theme": "transport",
        "title": TITLES["transport"],
        "sentence": "Each answer takes 2 seconds.",
        "breaks": [],
        "number": "SECONDS",
        "advice": plain.advice,
    }


@pytest.mark.parametrize(
    ("word", "field"),
    [("cancelling", "title"), ("tHrottled", "sentence"), ("no-server-error", "breaks"), ("Used-token", "name")],
)
def test_a_word_is_searched_in_all_that_is_listed(word: str, field: str) -> None:
    found = entries("fault", word)
    assert any(word.casefold() in str(getattr(entry, field)).casefold() for entry in found)
    assert len(found) < len(FAULTS)


def test_a_word_narrows() -> None:
    assert 0 < len(entries("situation", "Retry-After")) < len(SITUATIONS)
    assert entries("situation", "nothing of the kind") == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--list", "faults", "--about", "nothing-of-the-kind"), "No fault is about 'nothing-of-the-kind': try"),
        (("--about", "pages"), "--about goes with --list"),
        (("--situation", "slow-answers=soon"), "slow-answers takes a number from 0 to 3600, as in slow-answers=2."),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in complaint(*arguments)


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("situation", "slow-answer", "There is no situation 'slow-answer'; did you mean slow-answers?"),
        ("situation", "slow-answers=", "The situation slow-answers takes a number from 0 to 3600"),
        ("situation", "slow-answers=nan", "The situation slow-answers takes a number from 0 to 3600"),
        ("situation", "no-answer=0.5", "The situation no-answer takes a whole number from 1 to 1000000"),
        ("situation", "no-answer=0", "The situation no-answer takes a whole number from 1 to 1000000"),
        ("situation", "plan-too-small=1", "The situation plan-too-small takes no number: leave =1 out."),
        ("variation", "no-such-one", "There is no variation 'no-such-one'; batches-conformance mock --list variations"),
    ],
)
def test_a_name_that_nobody_knows_is_no_variant(kind: str, name: str, sentence: str) -> None:
    with pytest.raises(UnknownVariant) as refused:
        chosen(kind, [name])
    assert str(refused.value).startswith(sentence)


def test_each_name_is_chosen_once() -> None:
    assert [variant.name for variant in chosen("fault", ["page-size-ignored"] * 2)] == ["page-size-ignored"]
    names = ["no-answer", "lists-lag", "no-answer=7"]
    assert [variant.name for variant in chosen("situation", names)] == ["no-answer=7", "lists-lag"]
