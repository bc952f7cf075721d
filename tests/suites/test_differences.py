"""What differs is described in a sentence that names it."""

import pytest

from suites.differences import beyond, differing, kind_of, lacking, repeating


def test_what_is_missing_is_counted_and_named() -> None:
    assert lacking(["a", "b", "c"], {"a", "c", None}) == "missing 1 of 3: b"
    assert lacking(["a"], ["a", "b"]) == ""


def test_what_is_there_beyond_the_allowed_is_counted_and_named() -> None:
    assert beyond(["a"], ["a", "b"]) == "1 of 2 must not be there: b"
    assert beyond(["a"], []) == ""


def test_both_are_named_and_what_is_missing_decides_the_kind() -> None:
    assert differing(["a", "b"], ["b", "c"]) == "missing 1 of 2: a; 1 of 2 must not be there: c"
    assert differing(["a"], ["a", "c"], allowed=["a", "c"]) == ""
    assert (kind_of(["a", "b"], ["b", "c"]), kind_of(["b"], ["b", "c"])) == ("missing", "unexpected")


def test_of_many_the_first_are_named() -> None:
    assert lacking(list("abcdefg"), []) == "missing 7 of 7: a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ([["a", "b"], ["c"]], ""),
        ([["a", "b"], ["b", "c"]], "1 of 3 appear several times: b on pages 1 and 2"),
        ([["a"], ["a"], ["a"]], "1 of 1 appear several times: a on pages 1, 2 and 3"),
        ([["a", "a"]], "1 of 1 appear several times: a on page 1, 2 times"),
    ],
    ids=str,
)
def test_what_appears_several_times_is_named_with_its_pages(pages: list[list[str]], sentence: str) -> None:
    assert repeating(pages) == sentence
