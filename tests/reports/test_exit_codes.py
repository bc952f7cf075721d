"""Exit codes have advice."""

from typing import get_args

import pytest

from reports import exit_codes
from reports.model import RunVerdict


def test_each_verdict_has_a_code_of_its_own() -> None:
    assert set(exit_codes.OF_VERDICT) == set(get_args(RunVerdict))
    assert sorted(exit_codes.OF_VERDICT.values()) == [0, 1, 6]


@pytest.mark.parametrize("code", [0, 1, 4, 6, 7])
def test_each_code_comes_with_one_sentence(code: int) -> None:
    sentence = exit_codes.ADVICE[code]
    assert sentence.endswith(".")
    assert ". " not in sentence
