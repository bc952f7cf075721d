"""Text of a service is made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.text import end_of, shortened, shortened_in_middle, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 漢 😀", "plain ü 漢 😀"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b1m", "\\x9b1m"),
        ("a\r\tb", "a\\r\\tb"),
        ("\u202ex\u2066", "\\u202ex\\u2066"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\ufffe\U0001ffff", "\\ufffe\\U0001ffff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_invisible_is_left(text: str) -> None:
    categories = {unicodedata.category(character) for character in visible(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_lines_are_split_at_line_feeds_only() -> None:
    assert visible_lines("a\r\nb\rc\n") == ["a", "b\\rc", ""]


def test_a_cut_is_marked_by_an_ellipsis() -> None:
    assert (shortened("abc", 3), shortened("abcd", 3)) == ("abc", "abc…")
    assert shortened_in_middle("short", 11) == "short"
    assert shortened_in_middle("a" * 500 + "b" * 500, 11) == "aaaa … bbbb"


@pytest.mark.parametrize("limit", range(100, 240))
def test_what_is_cut_in_the_middle_is_cut_between_words(limit: int) -> None:
    ids = [f"bat-{number:08}-aaaa-bbbb-cccc-{number:012}," for number in range(20)]
    text = " ".join(ids)
    cut = shortened_in_middle(text, limit)
    assert len(cut) <= limit
    assert set(cut.split()) - {"…"} <= set(ids)
    assert cut.split()[0] == ids[0]
    assert cut.split()[-1] == ids[-1]


def test_what_is_said_of_an_item_is_left_out_with_it() -> None:
    items = [f"bat-{number:08}-aaaa-bbbb-cccc-{number:012} with status COMPLETED" for number in range(20)]
    begin, _, end = shortened_in_middle(", ".join(items), 240).partition(" … ")
    assert begin.rstrip(",") == items[0]
    assert end == items[-1]


def test_a_long_text_keeps_its_end() -> None:
    assert end_of("abc", 3) == "abc"
    assert end_of("abcdef", 3) == "…def"
