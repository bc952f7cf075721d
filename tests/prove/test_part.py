"""The parts of a proof."""

import re

import click
import pytest

from tests.prove.part import PartType, ProofPart


@pytest.mark.parametrize("parts", [1, 2, 5, 9])
def test_all_parts_together_are_the_whole_and_have_nothing_twice(parts: int) -> None:
    whole = list(range(7))
    assert sorted(item for number in range(1, parts + 1) for item in ProofPart(number, parts).of(whole)) == whole


@pytest.mark.parametrize("words", ["0/4", "5/4", "1/0", "half", "1/4/2", "-1/4"])
def test_what_is_no_part_is_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(click.BadParameter, match=re.escape(f"{words} is not a part: write 2/5")):
        PartType().convert(words, None, None)
